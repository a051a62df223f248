//! What can go wrong: only the folder and its files.

use std::io;
use std::path::{Path, PathBuf};

use kernel::Day;

use crate::LAST_DAY;

/// Why files were not written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the folder {0} is not empty; name a new one")]
    NotEmpty(PathBuf),
    #[error("cannot write {path}")]
    Io { path: PathBuf, source: io::Error },
    #[error("cannot write {path}")]
    Parquet {
        path: PathBuf,
        source: parquet::errors::ParquetError,
    },
    #[error(
        "{0} cannot be added: a generated program ends with {LAST_DAY}, and single days are made for the 28 after it"
    )]
    Day(Day),
    #[error("a thread that writes files ended without a word")]
    Lost,
}

impl Error {
    pub(crate) fn io(path: &Path, source: io::Error) -> Error {
        Error::Io {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn parquet(path: &Path, source: parquet::errors::ParquetError) -> Error {
        Error::Parquet {
            path: path.to_owned(),
            source,
        }
    }
}
