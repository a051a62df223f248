//! Compacting: the rows of many small files, written again as few large ones.
//!
//! Nothing is settled here, and nothing left out but rows of withdrawn batches: a hidden row counts again once the batch
//! that hides it is deleted. Each row keeps its batch, as a number that only the manifest gives a meaning. What is held
//! is a row group of each input and one file to be written, however many rows are merged.

use std::ops::ControlFlow;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::batches::{BatchRows, FileBatches};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::{FileRef, WrittenFile};
use crate::scan::ALL_CUSTOMERS;
use crate::store::FactStore;
use crate::table::{self, MergeJob, Merged};
use crate::write::Announce;

/// Told how many more rows are merged; says whether to go on. Called from a thread that may block.
pub type Watch = Box<dyn FnMut(u64) -> bool + Send>;

/// A merged file. It counts once the manifest says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedFile {
    pub file: WrittenFile,
    /// Its batches, by the numbers that its rows bear.
    pub batches: Vec<Option<BatchRows>>,
}

impl MergedFile {
    /// The file as the manifest knows it while all these batches count.
    #[must_use]
    pub fn file_ref(&self) -> FileRef {
        let batches = FileBatches::Several(self.batches.clone().into());
        FileRef::of(self.file.clone(), batches)
    }
}

impl FactStore {
    /// Merges files of one dataset, and of one month where it is usage, in the same order of rows. The new files are
    /// durable; none where no row is left. Each path is handed to `announce` before anything is written there.
    ///
    /// # Errors
    /// Where a file cannot be read or written, or `watch` says to stop. What was written is then removed, as far as that
    /// goes.
    pub async fn merge(
        &self,
        files: &[FileRef],
        announce: Announce,
        watch: Watch,
    ) -> Result<Vec<MergedFile>, Error> {
        let Some(first) = files.first() else {
            return Ok(Vec::new());
        };
        let dataset = first.dataset;
        let mut writing = Writing {
            store: self,
            dataset,
            announce,
            paths: Vec::new(),
            written: Vec::new(),
        };
        match writing.merge(files, watch).await {
            Ok(()) => Ok(writing.written),
            Err(error) => {
                // The first error is the one to tell; what stays behind is not part of any manifest.
                let _ = self.remove(&writing.paths).await;
                Err(error)
            }
        }
    }

    async fn plan_merge(&self, files: &[FileRef]) -> Result<MergeJob, Error> {
        let mut sequences: Vec<u64> = files.iter().flat_map(FileRef::sequences).collect();
        sequences.sort_unstable();
        sequences.dedup();
        let mut inputs = Vec::with_capacity(files.len());
        for file in files {
            // A part of the file is one row group.
            let parts = self.plan(file.clone(), ALL_CUSTOMERS, &[], 0).await?;
            inputs.push((parts, file.batches.clone()));
        }
        Ok(MergeJob {
            store: self.clone(),
            inputs,
            sequences,
            runtime: Handle::current(),
        })
    }
}

/// The files of a merge on their way to the store.
struct Writing<'a> {
    store: &'a FactStore,
    dataset: Dataset,
    announce: Announce,
    /// Paths that may exist, named before they are written.
    paths: Vec<String>,
    written: Vec<MergedFile>,
}

impl Writing<'_> {
    async fn merge(&mut self, files: &[FileRef], watch: Watch) -> Result<(), Error> {
        let dataset = self.dataset;
        if let Some(other) = files.iter().find(|file| !are_alike(&files[0], file)) {
            return Err(Error::NotAlike {
                path: other.path.clone(),
            });
        }
        let job = self.store.plan_merge(files).await?;
        // One waits while the one before it is written.
        let (sender, mut merged) = mpsc::channel(1);
        let merging = tokio::task::spawn_blocking(move || {
            let mut taker = Taker { sender, watch };
            table::merge(dataset, job, &mut taker)
        });
        let mut written = Ok(());
        while let Some(one) = merged.recv().await {
            written = self.write(one).await;
            if written.is_err() {
                // The merging thread finds nobody to take its next file.
                break;
            }
        }
        drop(merged);
        // It reads files until it ends, which nobody must remove before.
        let merging = merging.await?;
        written.and(merging)
    }

    async fn write(&mut self, merged: Merged) -> Result<(), Error> {
        let Merged { file, batches } = merged;
        let path = file.new_path(self.dataset);
        (self.announce)(vec![path.clone()])
            .await
            .map_err(Error::Announce)?;
        self.paths.push(path.clone());
        let written = file.written(self.dataset, path.clone());
        self.store.put(vec![(path, file.encoded.bytes)]).await?;
        self.written.push(MergedFile {
            file: written,
            batches,
        });
        Ok(())
    }
}

struct Taker {
    sender: mpsc::Sender<Merged>,
    watch: Watch,
}

impl table::Taker for Taker {
    fn take(&mut self, merged: Merged) -> ControlFlow<()> {
        match self.sender.blocking_send(merged) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    fn merged_rows(&mut self, rows: u64) -> ControlFlow<()> {
        if (self.watch)(rows) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

fn are_alike(one: &FileRef, other: &FileRef) -> bool {
    let month = |file: &FileRef| {
        let is_split = file.dataset == Dataset::Usage;
        is_split.then(|| file.first_day.month())
    };
    one.dataset == other.dataset && month(one) == month(other)
}
