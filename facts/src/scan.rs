//! Reading some columns of some row groups of many files, block by block.
//!
//! Parts of the next files are fetched while one is decoded; what is held at once is a few such parts and one block.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use futures_util::{StreamExt, TryStreamExt, stream};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::column::{Kind, Opened};
use crate::error::Error;
use crate::file::FileRef;
use crate::footer::Footer;
use crate::store::FactStore;

/// The rows of a file that are fetched together, in whole row groups.
const PART_ROWS: u64 = 512 * 1024;
/// The rows of a file that are decoded together.
const BLOCK_ROWS: usize = 16 * 1024;
/// The parts that are fetched ahead.
const PARTS_AHEAD: usize = 4;

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
}

impl<'a> Block<'a> {
    pub(crate) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// The index in the file of the block's row at `at`.
    pub(crate) fn row(&self, at: usize) -> u64 {
        self.first_row + at as u64
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
            .map(|file| self.clone().plan::<S>(file, customers.clone()))
            .buffered(PARTS_AHEAD)
            .map_ok(|parts| stream::iter(parts.into_iter().map(Ok)))
            .try_flatten()
            .map_ok(|part| self.clone().fetch(part))
            .try_buffered(PARTS_AHEAD);
        let mut parts = std::pin::pin!(parts);
        while let Some(part) = parts.try_next().await? {
            let path = part.file.path.clone();
            let decoded = tokio::task::spawn_blocking(move || {
                part.decode(&mut sink)?;
                Ok::<S, Error>(sink)
            });
            sink = decoded.await.map_err(|error| {
                if error.is_panic() {
                    Error::damaged(&path, "it could not be decoded")
                } else {
                    Error::Task(error)
                }
            })??;
        }
        Ok(sink)
    }

    async fn plan<S: Sink>(self, file: FileRef, customers: Range<u32>) -> Result<Vec<Part>, Error> {
        let footer = self.footer(&file).await?;
        let schema = footer.metadata.parquet_schema();
        let columns: Vec<usize> = (0..schema.num_columns())
            .filter(|at| S::COLUMNS.is_empty() || S::COLUMNS.contains(&schema.column(*at).name()))
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
                    Some(part) if row + rows - part.first_row <= PART_ROWS => {
                        part.groups.end = group + 1;
                    }
                    _ => parts.push(Part {
                        file: file.clone(),
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

    async fn fetch(self, mut part: Part) -> Result<Part, Error> {
        let wanted: Vec<(Range<u64>, u32)> = part
            .groups
            .clone()
            .flat_map(|group| part.columns.iter().map(move |column| (group, *column)))
            .map(|(group, column)| part.footer.chunk(group, column))
            .collect();
        let ranges: Vec<Range<u64>> = wanted.iter().map(|(range, _)| range.clone()).collect();
        let fetched = self.ranges(&part.file, &ranges).await?;
        part.chunks = wanted
            .into_iter()
            .zip(fetched)
            .map(|((range, checksum), bytes)| Chunk {
                start: range.start,
                bytes,
                checksum,
            })
            .collect();
        Ok(part)
    }
}

/// Row groups of a file that stand together there.
struct Part {
    file: FileRef,
    footer: Arc<Footer>,
    columns: Vec<usize>,
    groups: Range<usize>,
    first_row: u64,
    /// Of each row group and column, once fetched.
    chunks: Vec<Chunk>,
}

impl Part {
    fn decode(self, sink: &mut impl Sink) -> Result<(), Error> {
        let file = &self.file;
        let damaged = |error: ParquetError| Error::damaged(&file.path, error);
        for chunk in &self.chunks {
            if crc32fast::hash(&chunk.bytes) != chunk.checksum {
                return Err(Error::damaged(
                    &file.path,
                    "a column does not match its checksum",
                ));
            }
        }
        let metadata = self.footer.metadata.clone();
        let projection = ProjectionMask::leaves(metadata.parquet_schema(), self.columns);
        let mut chunks = self.chunks;
        chunks.sort_unstable_by_key(|chunk| chunk.start);
        let input = Sparse {
            bytes: file.bytes,
            chunks,
        };
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(input, metadata)
            .with_projection(projection)
            .with_row_groups(self.groups.collect())
            .with_batch_size(BLOCK_ROWS)
            .build()
            .map_err(damaged)?;
        let mut first_row = self.first_row;
        for batch in reader {
            let batch = batch.map_err(|error| Error::damaged(&file.path, error))?;
            sink.take(&Block {
                file,
                batch: &batch,
                first_row,
            })?;
            first_row += batch.num_rows() as u64;
        }
        Ok(())
    }
}

/// A column chunk of a row group.
struct Chunk {
    start: u64,
    bytes: Bytes,
    checksum: u32,
}

/// The fetched chunks of a file, by where they lie in it.
struct Sparse {
    bytes: u64,
    chunks: Vec<Chunk>,
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
