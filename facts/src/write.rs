//! Writing a batch: rows in the sender's order in, durable files out.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use parquet::errors::ParquetError;
use tokio::task::JoinHandle;

use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::WrittenFile;
use crate::row::{FactRow, UsageRow};
use crate::store::FactStore;
use crate::table::{self, Chunk, Unnamed};

/// Notes the paths of files that are about to be written.
pub type Announce = Box<dyn FnMut(Vec<String>) -> Announced + Send>;

/// The noting of paths, on its way.
pub type Announced =
    Pin<Box<dyn Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>> + Send>>;

/// The files of a chunk, encoded.
type Encoded = Result<Vec<Unnamed>, ParquetError>;

/// A batch on its way into the store. Nothing of it counts before the manifest names its files.
///
/// Memory is bounded by [`crate::Sizes`]: rows are held up to a chunk, which is sorted and encoded while the next one
/// fills up, and written then.
///
/// Call [`BatchWriter::finish`] or [`BatchWriter::abort`]. A writer that is dropped, or that dies with its process,
/// leaves files behind that only [`BatchWriter::announce_with`] can have told the manifest of; so can a cancelled call
/// whose disk write was under way.
pub struct BatchWriter {
    store: FactStore,
    dataset: Dataset,
    chunk: Box<dyn Chunk>,
    chunk_rows: usize,
    pushed: u64,
    /// The chunk before the one in hand. Nothing of it is written yet.
    encoding: Option<JoinHandle<Encoded>>,
    /// Paths that may exist, named before they are written.
    paths: Vec<String>,
    written: Vec<WrittenFile>,
    announce: Option<Announce>,
    /// While a chunk is written, and for good once one was not.
    incomplete: bool,
}

impl FactStore {
    /// Starts a batch of one dataset.
    #[must_use]
    pub fn write_batch(&self, dataset: Dataset) -> BatchWriter {
        let chunk_rows = match dataset {
            Dataset::Usage => self.sizes.usage_chunk_rows,
            _ => self.sizes.chunk_rows,
        };
        BatchWriter {
            store: self.clone(),
            dataset,
            chunk: table::chunk(dataset),
            chunk_rows,
            pushed: 0,
            encoding: None,
            paths: Vec::new(),
            written: Vec::new(),
            announce: None,
            incomplete: false,
        }
    }
}

impl BatchWriter {
    /// Has every path handed to `announce` before anything is written there; its error stops the batch.
    #[must_use]
    pub fn announce_with(mut self, announce: Announce) -> BatchWriter {
        self.announce = Some(announce);
        self
    }

    /// Takes the batch's next row.
    ///
    /// # Errors
    /// A row that cannot be part of the batch, or a chunk that could not be written. After the latter, and after a
    /// cancelled call, only [`BatchWriter::abort`] is left.
    pub async fn push(&mut self, row: impl Into<FactRow> + Send) -> Result<(), Error> {
        self.push_all([row]).await
    }

    /// Takes the batch's next rows.
    ///
    /// # Errors
    /// As those of [`BatchWriter::push`].
    pub async fn push_all<Rows>(&mut self, rows: Rows) -> Result<(), Error>
    where
        Rows: IntoIterator<Item: Into<FactRow>, IntoIter: Send> + Send,
    {
        for row in rows {
            let ordinal = u32::try_from(self.pushed).map_err(|_| Error::TooManyRows)?;
            self.chunk.push(ordinal, row.into())?;
            self.pushed += 1;
            if self.is_full() {
                self.turn().await?;
            }
        }
        Ok(())
    }

    /// Takes the batch's next rows, where they are usage.
    ///
    /// # Errors
    /// As those of [`BatchWriter::push`].
    pub async fn push_usage(&mut self, rows: &[UsageRow]) -> Result<(), Error> {
        self.chunk.push_usage(rows)?;
        self.pushed += rows.len() as u64;
        if self.is_full() {
            self.turn().await?;
        }
        Ok(())
    }

    /// Has the rows in hand encoded from now on, beside whatever the caller does before [`BatchWriter::finish`]: for when
    /// no more rows follow.
    pub fn seal(&mut self) {
        // An earlier chunk must be written first, which is not the time for it.
        if self.encoding.is_none() && !self.incomplete && self.chunk.len() > 0 {
            self.encode();
        }
    }

    /// Writes the rest. The files are durable; none for a batch without rows.
    ///
    /// # Errors
    /// Where the batch could not be written whole. What was written of it is then removed, as far as that goes.
    pub async fn finish(mut self) -> Result<Vec<WrittenFile>, Error> {
        match self.write_rest().await {
            Ok(()) => Ok(self.written),
            Err(error) => {
                // The first error is the one to tell; what stays behind is not part of any manifest.
                let _ = self.abort().await;
                Err(error)
            }
        }
    }

    /// Removes everything that was written.
    ///
    /// # Errors
    /// Where a file could not be removed. None of them counts, whatever happens here.
    pub async fn abort(self) -> Result<(), Error> {
        self.store.remove(&self.paths).await
    }

    fn is_full(&mut self) -> bool {
        self.chunk.is_full(self.chunk_rows)
    }

    async fn write_rest(&mut self) -> Result<(), Error> {
        self.turn().await?;
        self.turn().await
    }

    /// Writes the chunk that was being encoded, and has the one in hand encoded.
    async fn turn(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.incomplete, true) {
            return Err(Error::Incomplete);
        }
        let encoded = match self.encoding.take() {
            Some(encoding) => encoding.await?.map_err(Error::Encode)?,
            None => Vec::new(),
        };
        if self.chunk.len() > 0 {
            self.encode();
        }
        self.write(encoded).await?;
        self.incomplete = false;
        Ok(())
    }

    fn encode(&mut self) {
        let job = self.chunk.take();
        let sizes = self.store.sizes;
        self.encoding = Some(tokio::task::spawn_blocking(move || job(sizes)));
    }

    async fn write(&mut self, files: Vec<Unnamed>) -> Result<(), Error> {
        if files.is_empty() {
            return Ok(());
        }
        let paths: Vec<String> = files
            .iter()
            .map(|file| file.new_path(self.dataset))
            .collect();
        if let Some(announce) = &mut self.announce {
            announce(paths.clone()).await.map_err(Error::Announce)?;
        }
        self.paths.extend(paths.iter().cloned());
        let mut contents = Vec::with_capacity(files.len());
        let mut written = Vec::with_capacity(files.len());
        for (file, path) in files.into_iter().zip(paths) {
            written.push(file.written(self.dataset, path.clone()));
            contents.push((path, file.encoded.bytes));
        }
        self.store.put(contents).await?;
        self.written.extend(written);
        Ok(())
    }
}

impl fmt::Debug for BatchWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchWriter")
            .field("dataset", &self.dataset)
            .field("pushed", &self.pushed)
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}
