//! What can go wrong with the fact store.

use std::io;

use crate::dataset::Dataset;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store did not do what it was asked.
    #[error("fact file {path}: the fact store failed; check that it is reachable and has space")]
    Store {
        path: String,
        source: object_store::Error,
    },
    /// The local disk did not do what it was asked.
    #[error("fact file {path}: the disk failed; check its space and its permissions")]
    Disk { path: String, source: io::Error },
    /// The manifest names a file that is not there.
    #[error(
        "fact file {path} is missing from the fact store; restore it from a backup or send its batch again"
    )]
    Missing { path: String },
    /// The file is not what was written.
    #[error(
        "fact file {path} is damaged: {reason}; restore it from a backup or send its batch again"
    )]
    Damaged { path: String, reason: String },
    /// A path that this crate never gave out.
    #[error("{path} is no path of a fact file; check the manifest")]
    NotAPath { path: String },
    /// The caller's places are older than the file.
    #[error(
        "fact file {path} names {what} {id}, which the reference data of the run does not hold; \
         read the reference data after the manifest"
    )]
    UnknownPlace {
        path: String,
        what: &'static str,
        id: u32,
    },
    /// The file was left out of [`crate::FactStore::settle`], so that its hidden rows are not known.
    #[error("fact file {path} was not settled; settle all files of a run before reading any")]
    NotSettled { path: String },
    #[error("a row of {row} cannot be written to a batch of {batch}")]
    WrongDataset { row: Dataset, batch: Dataset },
    #[error("customer number {0} is too large to be stored")]
    CustomerTooLarge(u32),
    #[error("more than {} rows in one batch; split it", u32::MAX)]
    TooManyRows,
    /// A chunk of the batch is lost.
    #[error("an earlier write of this batch failed; abort it and send it again")]
    Incomplete,
    /// Files of several datasets or months were to become one.
    #[error("fact file {path} cannot be merged with one of another dataset or month")]
    NotAlike { path: String },
    /// The caller told a merge to stop.
    #[error("merging was stopped")]
    Stopped,
    #[error("rows could not be encoded")]
    Encode(#[source] parquet::errors::ParquetError),
    /// The caller could not note the paths that were about to be written.
    #[error(
        "new fact files could not be announced; see that the manifest's database can be written, has space and is \
         locked by nobody"
    )]
    Announce(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A task of this crate panicked or the runtime is shutting down.
    #[error("a task of the fact store ended early")]
    Task(#[from] tokio::task::JoinError),
}

impl Error {
    pub(crate) fn damaged(path: &str, reason: impl std::fmt::Display) -> Error {
        Error::Damaged {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }

    pub(crate) fn store(path: &str, source: object_store::Error) -> Error {
        let path = path.to_owned();
        match source {
            object_store::Error::NotFound { .. } => Error::Missing { path },
            source => Error::Store { path, source },
        }
    }
}
