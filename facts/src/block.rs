//! Decoded rows of a file that stand together there, and where they stand.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::batches::{BATCH, FileBatches, RowBatches};
use crate::column::{Id, Kind, Opened};
use crate::error::Error;
use crate::file::FileRef;

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

/// The rows of a part, block by block.
pub(crate) struct Blocks {
    file: FileRef,
    reader: ParquetRecordBatchReader,
    first_row: u64,
}

impl Blocks {
    pub(crate) fn new(file: FileRef, reader: ParquetRecordBatchReader, first_row: u64) -> Blocks {
        Blocks {
            file,
            reader,
            first_row,
        }
    }

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
