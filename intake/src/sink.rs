//! Where rows and rejects go: the caller's visitor, and the count of what it got.

use crate::{Dataset, FactColumns, Field, Limits, Problem, Reject, Row, error::Halt, row::Bad};

/// What the visitor answers to end the reading before the file ends. The cause, if there is one, stays with the
/// visitor; [`read`](crate::read()) returns [`ReadError::Stopped`](crate::ReadError::Stopped).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// Takes what a file holds, in the order of the file.
pub trait RowVisitor {
    /// A row within all bounds that can be seen without knowing other data; `line` is that of [`Reject::line`].
    fn row(&mut self, line: u64, row: Row<'_>) -> Result<(), Stop>;

    /// A row that breaks a bound: one reject for each such row.
    fn reject(&mut self, reject: Reject) -> Result<(), Stop>;

    /// Facts that come as columns. Those that are not taken, which is what false says, come one by one.
    fn columns(&mut self, facts: &FactColumns<'_>) -> Result<bool, Stop> {
        let _ = facts;
        Ok(false)
    }

    /// How many bytes of the file have been read; called every now and then, and at the end with all of them.
    fn progress(&mut self, bytes_read: u64) {
        let _ = bytes_read;
    }
}

/// What a file held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows handed to [`RowVisitor::row`].
    pub rows: u64,
    /// Rows handed to [`RowVisitor::reject`].
    pub rejects: u64,
    /// The file's size.
    pub bytes_read: u64,
}

/// The visitor with what all formats do to a record: count it, check it, hand it on.
pub(crate) struct Sink<'v, V: ?Sized> {
    pub(crate) dataset: Dataset,
    pub(crate) limits: &'v Limits,
    visitor: &'v mut V,
    rows: u64,
    rejects: u64,
}

/// How many records pass between two reports of progress.
const PROGRESS_EVERY: u64 = 1024;

impl<'v, V: RowVisitor + ?Sized> Sink<'v, V> {
    pub(crate) fn new(dataset: Dataset, limits: &'v Limits, visitor: &'v mut V) -> Sink<'v, V> {
        Sink {
            dataset,
            limits,
            visitor,
            rows: 0,
            rejects: 0,
        }
    }

    /// Takes the values of one record, which stand in the order of [`Dataset::columns`].
    pub(crate) fn record(&mut self, line: u64, fields: &[Field<'_>]) -> Result<(), Halt> {
        match Row::from_fields(self.dataset, fields, self.limits.field_bytes) {
            Ok(row) => {
                self.rows += 1;
                self.check_rows()?;
                Ok(self.visitor.row(line, row)?)
            }
            Err(Bad { column, reason }) => {
                let name = self.dataset.columns()[column].name;
                self.reject(Reject::new(line, name, &fields[column].shown(), reason))
            }
        }
    }

    /// Offers facts as columns; false where they are not taken.
    pub(crate) fn columns(&mut self, facts: &FactColumns<'_>) -> Result<bool, Halt> {
        let is_taken = self.visitor.columns(facts)?;
        if is_taken {
            self.rows += facts.len() as u64;
            self.check_rows()?;
        }
        Ok(is_taken)
    }

    /// Takes a record that is rejected before its values are looked at.
    pub(crate) fn reject(&mut self, reject: Reject) -> Result<(), Halt> {
        self.rejects += 1;
        self.check_rows()?;
        Ok(self.visitor.reject(reject)?)
    }

    /// Tells the visitor how far the reading has come, if it is time to.
    pub(crate) fn progress(&mut self, bytes_read: impl FnOnce() -> u64) {
        if (self.rows + self.rejects).is_multiple_of(PROGRESS_EVERY) {
            self.progress_now(bytes_read());
        }
    }

    pub(crate) fn progress_now(&mut self, bytes_read: u64) {
        self.visitor.progress(bytes_read);
    }

    pub(crate) fn finish(self, bytes_read: u64) -> Summary {
        self.visitor.progress(bytes_read);
        Summary {
            rows: self.rows,
            rejects: self.rejects,
            bytes_read,
        }
    }

    fn check_rows(&self) -> Result<(), Problem> {
        let limit = self.limits.rows;
        if self.rows + self.rejects > limit {
            Err(Problem::TooManyRows { limit })
        } else {
            Ok(())
        }
    }
}
