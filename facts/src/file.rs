//! What the manifest holds of a fact file.

use std::ops::{Range, RangeInclusive};

use kernel::{Day, Month};

use crate::batches::{BatchRows, FileBatches};
use crate::dataset::Dataset;

/// A file that was just written and is durable. It counts once the manifest says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Relative to the store's prefix. Never used twice; its name pins the file's content.
    pub path: String,
    pub dataset: Dataset,
    /// The month of all its rows; only usage is split by month.
    pub month: Option<Month>,
    /// Rows in the file: at most as many as were pushed, since a row hidden by a later one of its key may be left
    /// out, and usage is compacted.
    pub rows: u64,
    pub bytes: u64,
    /// Both 0 for certifications, which have no customer.
    pub first_customer: u32,
    pub last_customer: u32,
    pub first_day: Day,
    pub last_day: Day,
}

/// A file that counts, as the manifest knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRef {
    pub path: String,
    pub dataset: Dataset,
    pub batches: FileBatches,
    /// All it holds, those of withdrawn batches too.
    pub rows: u64,
    pub bytes: u64,
    pub first_customer: u32,
    pub last_customer: u32,
    pub first_day: Day,
    pub last_day: Day,
}

impl FileRef {
    /// The file of a batch at this place in the commit order.
    #[must_use]
    pub fn new(file: WrittenFile, sequence: u64) -> FileRef {
        FileRef::of(file, FileBatches::One(sequence))
    }

    /// A file that holds rows of these batches.
    #[must_use]
    pub fn of(file: WrittenFile, batches: FileBatches) -> FileRef {
        FileRef {
            path: file.path,
            dataset: file.dataset,
            batches,
            rows: file.rows,
            bytes: file.bytes,
            first_customer: file.first_customer,
            last_customer: file.last_customer,
            first_day: file.first_day,
            last_day: file.last_day,
        }
    }

    /// Whether a run whose windows lie within these days can need a row of it. Seat changes are needed from the first
    /// fact ever, and every row of a certification is.
    ///
    /// A file that a run does not need can still hide rows of others: it must be settled all the same.
    #[must_use]
    pub fn is_needed_for(&self, days: &RangeInclusive<Day>) -> bool {
        let days = needed_days(self.dataset, days);
        self.first_day <= *days.end() && *days.start() <= self.last_day
    }

    /// How many of its rows are of batches that count.
    #[must_use]
    pub fn counted_rows(&self) -> u64 {
        match &self.batches {
            FileBatches::One(_) => self.rows,
            FileBatches::Several(batches) => batches.iter().flatten().map(|batch| batch.rows).sum(),
        }
    }

    /// The places in the commit order of the batches that it holds rows of.
    #[must_use]
    pub fn sequences(&self) -> Vec<u64> {
        self.batches.sequences()
    }

    /// The file as it was before any batch after this place in the commit order; none where nothing is left.
    #[must_use]
    pub fn until(mut self, last_sequence: u64) -> Option<FileRef> {
        let is_there = |batch: &BatchRows| batch.sequence <= last_sequence;
        match &self.batches {
            FileBatches::One(sequence) => (*sequence <= last_sequence).then_some(self),
            FileBatches::Several(batches) => {
                let left = batches.iter().map(|batch| batch.filter(is_there)).collect();
                self.batches = FileBatches::Several(left);
                (self.counted_rows() > 0).then_some(self)
            }
        }
    }

    /// Whether it holds rows that are never read.
    pub(crate) fn has_withdrawn(&self) -> bool {
        self.counted_rows() != self.rows
    }

    pub(crate) fn may_hold(&self, customers: &Range<u32>) -> bool {
        self.first_customer < customers.end && customers.start <= self.last_customer
    }
}

/// The days of which a dataset's rows are needed by a run whose windows lie within `days`.
pub(crate) fn needed_days(dataset: Dataset, days: &RangeInclusive<Day>) -> RangeInclusive<Day> {
    match dataset {
        Dataset::Certifications => Day(i32::MIN)..=Day(i32::MAX),
        Dataset::SeatChanges => Day(i32::MIN)..=*days.end(),
        _ => days.clone(),
    }
}
