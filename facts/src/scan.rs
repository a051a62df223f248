//! Reading some columns of some row groups of many files, block by block.
//!
//! Parts of the next files are fetched while one is decoded; what is held at once is a few such parts and one block.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use futures_util::{StreamExt, TryStreamExt, stream};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use tokio::sync::mpsc;

use crate::batches::{BATCH, FileBatches, RowBatches};
use crate::buffers::Buffers;
use crate::column::{Customer, Id, Kind, Opened};
use crate::error::Error;
use crate::file::FileRef;
use crate::footer::Footer;
use crate::store::FactStore;
use crate::table::ORDINAL;

/// The rows of a file that are fetched together, in whole row groups.
const PART_ROWS: u64 = 64 * 1024;
/// The rows of a file that are decoded together.
const BLOCK_ROWS: usize = 16 * 1024;
/// The parts that are fetched ahead.
const PARTS_AHEAD: usize = 3;

/// Every customer there can be.
pub(crate) const ALL_CUSTOMERS: Range<u32> = 0..u32::MAX;

/// Where decoded blocks go.
pub(crate) trait Sink: Send + 'static {
    /// The columns that are decoded; all of them where empty.
    const COLUMNS: &'static [&'static str];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error>;
}

/// Some rows of a file that stand together there.
pub(crate) struct Block<'a> {
    pub(crate) file: &'a FileRef,
    batch: &'a RecordBatch,
    first_row: u64,
    /// The places of its rows among those that stand together, where some of these are withdrawn.
    places: Option<&'a [u32]>,
}

impl<'a> Block<'a> {
    pub(crate) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// The index in the file of the block's row at `at`.
    pub(crate) fn row(&self, at: usize) -> u64 {
        self.first_row + self.places.map_or(at as u64, |places| places[at].into())
    }

    /// The batches of its rows, where the columns that are decoded tell: those with the ordinal.
    pub(crate) fn batches(&self) -> Result<RowBatches<'a>, Error> {
        let numbers = match self.file.batches {
            FileBatches::One(_) => None,
            FileBatches::Several(_) => Some(self.column::<Id>(BATCH)?),
        };
        let (batches, path) = (&self.file.batches, &self.file.path);
        Ok(RowBatches::new(batches, numbers, path))
    }

    pub(crate) fn column<K: Kind>(&self, name: &'static str) -> Result<Opened<'a, K>, Error> {
        Opened::new(self.batch, name, &self.file.path)
    }
}

impl FactStore {
    /// Hands the row groups that may hold any of these customers to a sink, file by file as given.
    pub(crate) async fn scan<S: Sink>(
        &self,
        files: Vec<FileRef>,
        customers: Range<u32>,
        mut sink: S,
    ) -> Result<S, Error> {
        let parts = stream::iter(files)
            .map(|file| self.plan(file, customers.clone(), S::COLUMNS, PART_ROWS))
            .buffered(PARTS_AHEAD)
            .map_ok(|parts| stream::iter(parts.into_iter().map(Ok)))
            .try_flatten()
            .map_ok(|part| self.clone().fetch(part))
            .try_buffered(PARTS_AHEAD);
        // One thread decodes them all, so that its memory serves one after the other.
        let (sender, mut fetched) = mpsc::channel::<Part>(1);
        let store = self.clone();
        let decode = tokio::task::spawn_blocking(move || {
            let mut next = fetched.blocking_recv();
            while let Some(part) = next {
                next = fetched.try_recv().ok();
                if let Some(next) = &next {
                    next.announce(&store)?;
                }
                let mut blocks = part.open(&store, BLOCK_ROWS)?;
                while blocks.next(|block| sink.take(block))? {}
                next = next.or_else(|| fetched.blocking_recv());
            }
            Ok::<S, Error>(sink)
        });
        let mut parts = std::pin::pin!(parts);
        while let Some(part) = parts.try_next().await? {
            // Nobody takes it where decoding has failed, which is told below.
            if sender.send(part).await.is_err() {
                break;
            }
        }
        drop(sender);
        decode.await?
    }

    /// The row groups of a file that may hold any of these customers, gathered to parts of so many rows.
    pub(crate) async fn plan(
        &self,
        file: FileRef,
        customers: Range<u32>,
        names: &[&str],
        part_rows: u64,
    ) -> Result<Vec<Part>, Error> {
        let footer = self.footer(&file).await?;
        let schema = footer.metadata.parquet_schema();
        // Whoever asks for a row's place in its batch must know which batch that is.
        let needs_batch = names.contains(&ORDINAL) || file.has_withdrawn();
        let is_wanted =
            |name: &str| names.is_empty() || names.contains(&name) || needs_batch && name == BATCH;
        let columns: Vec<usize> = (0..schema.num_columns())
            .filter(|at| is_wanted(schema.column(*at).name()))
            .collect();
        let groups = if customers == ALL_CUSTOMERS {
            0..footer.row_groups().len()
        } else {
            footer.row_groups_of(&customers)
        };
        let mut parts: Vec<Part> = Vec::new();
        let mut row = 0;
        for (group, meta) in footer.row_groups().iter().enumerate() {
            let rows = meta.num_rows().unsigned_abs();
            if groups.contains(&group) {
                match parts.last_mut() {
                    Some(part) if row + rows - part.first_row <= part_rows => {
                        part.groups.end = group + 1;
                    }
                    _ => parts.push(Part {
                        file: file.clone(),
                        customers: customers.clone(),
                        footer: footer.clone(),
                        columns: columns.clone(),
                        groups: group..group + 1,
                        first_row: row,
                        chunks: Vec::new(),
                    }),
                }
            }
            row += rows;
        }
        Ok(parts)
    }

    /// Fetches what is to be decoded, unless it lies in a local file.
    pub(crate) async fn fetch(self, mut part: Part) -> Result<Part, Error> {
        if self.local_path(&part.file)?.is_none() {
            let fetched = self.ranges(&part.file, &part.ranges()).await?;
            part.set_chunks(fetched);
        }
        Ok(part)
    }
}

/// Row groups of a file that stand together there.
pub(crate) struct Part {
    file: FileRef,
    /// Those that are wanted. Others stand before and after them.
    customers: Range<u32>,
    footer: Arc<Footer>,
    columns: Vec<usize>,
    groups: Range<usize>,
    first_row: u64,
    /// Of each row group and column, once fetched.
    chunks: Vec<Chunk>,
}

impl Part {
    /// Where each row group and column lies, and its checksum.
    fn wanted(&self) -> impl Iterator<Item = (Range<u64>, u32)> {
        let columns = |group| self.columns.iter().map(move |column| (group, *column));
        let wanted = self.groups.clone().flat_map(columns);
        wanted.map(|(group, column)| self.footer.chunk(group, column))
    }

    fn ranges(&self) -> Vec<Range<u64>> {
        self.wanted().map(|(range, _)| range).collect()
    }

    /// Has the system read what will be decoded soon, if it lies in a local file.
    pub(crate) fn announce(&self, store: &FactStore) -> Result<(), Error> {
        if let Some(path) = store.local_path(&self.file)? {
            Buffers::announce(&path, &self.ranges());
        }
        Ok(())
    }

    fn set_chunks(&mut self, fetched: Vec<Bytes>) {
        let chunks = self.wanted().zip(fetched);
        let chunks = chunks.map(|((range, checksum), bytes)| Chunk {
            start: range.start,
            bytes,
            checksum,
        });
        self.chunks = chunks.collect();
    }

    /// Ready to be decoded, so many rows at a time. To be called from a thread that may block.
    pub(crate) fn open(mut self, store: &FactStore, block_rows: usize) -> Result<Blocks, Error> {
        if let Some(path) = store.local_path(&self.file)? {
            let read = store.local_ranges(&self.file, &path, &self.ranges())?;
            self.set_chunks(read);
        }
        let damaged = |error: ParquetError| Error::damaged(&self.file.path, error);
        for chunk in &self.chunks {
            if crc32fast::hash(&chunk.bytes) != chunk.checksum {
                return Err(Error::damaged(
                    &self.file.path,
                    "a column does not match its checksum",
                ));
            }
        }
        let mut chunks = std::mem::take(&mut self.chunks);
        chunks.sort_unstable_by_key(|chunk| chunk.start);
        let input = Sparse {
            bytes: self.file.bytes,
            chunks: chunks.into(),
        };
        // A decoder that panics over bytes it does not understand is one more way to find a file damaged.
        let rows = catch_unwind(AssertUnwindSafe(|| self.wanted_rows(&input)))
            .map_err(|_| Error::damaged(&self.file.path, "it could not be decoded"))?
            .map_err(damaged)?;
        let reader = (self.reader(input, self.groups.clone(), &self.columns))
            .with_offset(rows.start)
            .with_limit(rows.len())
            .with_batch_size(block_rows)
            .build()
            .map_err(damaged)?;
        Ok(Blocks {
            first_row: self.first_row + rows.start as u64,
            file: self.file,
            reader,
        })
    }

    fn reader(
        &self,
        input: Sparse,
        groups: Range<usize>,
        columns: &[usize],
    ) -> ParquetRecordBatchReaderBuilder<Sparse> {
        let metadata = self.footer.metadata.clone();
        let columns = columns.iter().copied();
        let projection = ProjectionMask::leaves(metadata.parquet_schema(), columns);
        ParquetRecordBatchReaderBuilder::new_with_metadata(input, metadata)
            .with_projection(projection)
            .with_row_groups(groups.collect())
    }

    /// The rows of the wanted customers among those of the part. What row groups hold of others need not be decoded for
    /// it, but the customers themselves.
    fn wanted_rows(&self, input: &Sparse) -> Result<Range<usize>, ParquetError> {
        let rows_of =
            |group: usize| self.footer.row_groups()[group].num_rows().unsigned_abs() as usize;
        let rows: usize = self.groups.clone().map(rows_of).sum();
        let (first, last) = (self.groups.start, self.groups.end.saturating_sub(1));
        let may_begin_before = |(from, _): (u32, u32)| from < self.customers.start;
        let may_end_after = |(_, to): (u32, u32)| to >= self.customers.end;
        let of_first = self
            .footer
            .customers_of(first)
            .is_some_and(may_begin_before);
        let of_last = self.footer.customers_of(last).is_some_and(may_end_after);
        if self.customers == ALL_CUSTOMERS || !(of_first || of_last) {
            return Ok(0..rows);
        }
        let ends = [
            (of_first, first, self.customers.start),
            (of_last, last, self.customers.end),
        ];
        let mut of_group: Option<(usize, Vec<u32>)> = None;
        let mut places = [0, rows];
        for (place, (is_needed, group, customer)) in places.iter_mut().zip(ends) {
            if !is_needed {
                continue;
            }
            let customers = match of_group.take() {
                Some((of, customers)) if of == group => customers,
                _ => self.customers_of(input, group)?,
            };
            let before = customers.partition_point(|one| *one < customer);
            *place = if group == first {
                before
            } else {
                rows - rows_of(group) + before
            };
            of_group = Some((group, customers));
        }
        Ok(places[0]..places[1].max(places[0]))
    }

    fn customers_of(&self, input: &Sparse, group: usize) -> Result<Vec<u32>, ParquetError> {
        let schema = self.footer.metadata.parquet_schema();
        let column = (0..schema.num_columns()).find(|at| schema.column(*at).name() == "customer");
        let columns: Vec<usize> = column.into_iter().collect();
        let reader = self.reader(input.clone(), group..group + 1, &columns);
        let mut customers = Vec::new();
        for batch in reader.with_batch_size(BLOCK_ROWS).build()? {
            let batch = batch?;
            let opened: Opened<'_, Customer> = Opened::new(&batch, "customer", &self.file.path)
                .map_err(|error| ParquetError::External(Box::new(error)))?;
            customers.extend_from_slice(opened.array.values());
        }
        Ok(customers)
    }
}

/// The rows of a part, block by block.
pub(crate) struct Blocks {
    file: FileRef,
    reader: ParquetRecordBatchReader,
    first_row: u64,
}

impl Blocks {
    /// Hands the next block on; whether there was one.
    pub(crate) fn next(
        &mut self,
        take: impl FnOnce(&Block<'_>) -> Result<(), Error>,
    ) -> Result<bool, Error> {
        let reader = &mut self.reader;
        // A decoder that panicked is not used again.
        let decoded = catch_unwind(AssertUnwindSafe(|| reader.next()))
            .map_err(|_| Error::damaged(&self.file.path, "it could not be decoded"))?;
        let Some(batch) = decoded else {
            return Ok(false);
        };
        let mut batch = batch.map_err(|error| Error::damaged(&self.file.path, error))?;
        let rows = batch.num_rows() as u64;
        let places = if self.file.has_withdrawn() {
            let (left, places) = self.without_withdrawn(&batch)?;
            batch = left;
            Some(places)
        } else {
            None
        };
        take(&Block {
            file: &self.file,
            batch: &batch,
            first_row: self.first_row,
            places: places.as_deref(),
        })?;
        self.first_row += rows;
        Ok(true)
    }

    /// The rows of batches that count, and where these stood.
    fn without_withdrawn(&self, batch: &RecordBatch) -> Result<(RecordBatch, Vec<u32>), Error> {
        let numbers: Opened<'_, Id> = Opened::new(batch, BATCH, &self.file.path)?;
        let numbers = numbers.array.values().iter();
        let counts = numbers.map(|number| self.file.batches.sequence(*number).is_some());
        let counts: Vec<bool> = counts.collect();
        let places = (0..).zip(&counts).filter(|(_, counts)| **counts);
        let places = places.map(|(place, _)| place).collect();
        let left = filter_record_batch(batch, &BooleanArray::from(counts))
            .map_err(|error| Error::damaged(&self.file.path, error))?;
        Ok((left, places))
    }
}

/// A column chunk of a row group.
struct Chunk {
    start: u64,
    bytes: Bytes,
    checksum: u32,
}

/// The fetched chunks of a file, by where they lie in it.
#[derive(Clone)]
struct Sparse {
    bytes: u64,
    chunks: Arc<[Chunk]>,
}

impl Sparse {
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let after = self.chunks.partition_point(|chunk| chunk.start <= start);
        after
            .checked_sub(1)
            .map(|at| &self.chunks[at])
            .filter(|chunk| start - chunk.start <= chunk.bytes.len() as u64)
            .map(|chunk| chunk.bytes.slice((start - chunk.start) as usize..))
            .ok_or_else(|| ParquetError::EOF("a page lies outside its column".into()))
    }
}

impl Length for Sparse {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Sparse {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Reader<Bytes>, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start)?;
        if length > bytes.len() {
            return Err(ParquetError::EOF("a page lies outside its column".into()));
        }
        Ok(bytes.slice(..length))
    }
}
