//! Whose rows a file holds: those of the one batch it was written for, or of the several it was merged of.

use std::sync::Arc;

use crate::column::{Id, Opened};
use crate::error::Error;

/// The column of a merged file that tells the batch of each row, by its number in that file.
pub(crate) const BATCH: &str = "batch";

/// The batches whose rows a file holds, as the manifest knows them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FileBatches {
    /// One batch, at this place in the commit order.
    One(u64),
    /// Several, by the numbers that rows bear in the file. A row whose batch is none of them, since it was replaced or
    /// deleted, is never read.
    Several(Arc<[Option<BatchRows>]>),
}

/// A batch's rows in a merged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchRows {
    /// The place of the batch in the commit order.
    pub sequence: u64,
    pub rows: u64,
}

impl FileBatches {
    /// The batch whose rows bear this number.
    pub(crate) fn sequence(&self, number: u32) -> Option<u64> {
        match self {
            FileBatches::One(sequence) => Some(*sequence),
            FileBatches::Several(batches) => {
                let batch = batches.get(number as usize).copied().flatten();
                batch.map(|batch| batch.sequence)
            }
        }
    }

    /// The places in the commit order, by number.
    pub(crate) fn sequences(&self) -> Vec<u64> {
        match self {
            FileBatches::One(sequence) => vec![*sequence],
            FileBatches::Several(batches) => {
                let batches = batches.iter().flatten();
                batches.map(|batch| batch.sequence).collect()
            }
        }
    }
}

/// The batches of a block's rows.
pub(crate) struct RowBatches<'a> {
    batches: &'a FileBatches,
    /// None where all rows are of one.
    numbers: Option<Opened<'a, Id>>,
    path: &'a str,
}

impl<'a> RowBatches<'a> {
    pub(crate) fn new(
        batches: &'a FileBatches,
        numbers: Option<Opened<'a, Id>>,
        path: &'a str,
    ) -> RowBatches<'a> {
        RowBatches {
            batches,
            numbers,
            path,
        }
    }

    /// The number in the file of the batch of the row at `at`.
    #[inline]
    pub(crate) fn number(&self, at: usize) -> Result<u32, Error> {
        self.numbers
            .as_ref()
            .map_or(Ok(0), |numbers| numbers.get(at))
    }

    /// The place in the commit order of the batch of the row at `at`.
    #[inline]
    pub(crate) fn sequence(&self, at: usize) -> Result<u64, Error> {
        let sequence = self.batches.sequence(self.number(at)?);
        // Rows of withdrawn batches do not come this far.
        sequence.ok_or_else(|| Error::damaged(self.path, "a row is of no batch"))
    }
}
