//! Why a whole file was not taken.

use std::io;

use crate::{Compression, Dataset};

/// The file was not read to its end. Rows handed out before it must not be kept.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The visitor asked for it.
    #[error("the reading was stopped")]
    Stopped,
    #[error("{file}: {problem}")]
    File { file: String, problem: Problem },
}

/// What is wrong with a file as a whole. Messages name the place and the cure.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("cannot be read: {0}")]
    Io(#[source] io::Error),
    #[error("is no regular file")]
    NoFile,
    #[error("holds {bytes} bytes, and a file may hold {limit}; split it")]
    FileTooLarge { bytes: u64, limit: u64 },
    #[error("holds more than {limit} rows; split it")]
    TooManyRows { limit: u64 },
    #[error("has more than {limit} columns; the columns of {dataset} are: {}", columns(*.dataset))]
    TooManyColumns { dataset: Dataset, limit: usize },
    #[error(
        "unpacks to more than {ratio} times its size, which no honest file does; send it with less compression or not \
         compressed"
    )]
    Ratio { ratio: u64 },
    #[error("{}: {detail}; pack and send it again", broken(*.compression))]
    Corrupt {
        compression: Compression,
        detail: String,
    },
    #[error("is empty; send at least the header line: {}", columns(*.dataset))]
    NoHeader { dataset: Dataset },
    #[error("the header line is not UTF-8; save the file as UTF-8")]
    HeaderNotUtf8,
    #[error("{}there is no column {column:?}; the columns of {dataset} are: {}", at(*.line), columns(*.dataset))]
    UnknownColumn {
        dataset: Dataset,
        line: Option<u64>,
        column: String,
    },
    #[error("the column {column} is missing; the columns of {dataset} are: {}", columns(*.dataset))]
    MissingColumn {
        dataset: Dataset,
        column: &'static str,
    },
    #[error("the column {column} is there twice; remove one")]
    DuplicateColumn { column: &'static str },
    #[error("line {line}: longer than {limit} bytes; is a quote or a line never ended?")]
    LineTooLong { line: u64, limit: usize },
    #[error("is no readable Parquet file: {detail}; write and send it again")]
    Parquet { detail: String },
    #[error("the column {column} has the Parquet type {found}; write it as {wanted}")]
    ColumnType {
        column: &'static str,
        found: String,
        wanted: &'static str,
    },
    #[error(
        "the column {column} has a page with the encoding {encoding}, whose size cannot be checked beforehand; write it \
         with dictionary or plain encoding"
    )]
    Encoding {
        column: String,
        encoding: &'static str,
    },
    #[error(
        "the column {column} has pages that unpack to more than can be held; write row groups of fewer rows"
    )]
    PageTooLarge { column: String },
}

impl Problem {
    /// Whether the machine is at fault and not the file: the same file may be taken another time.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Problem::Io(_) | Problem::NoFile)
    }

    pub(crate) fn unknown_column(dataset: Dataset, line: Option<u64>, name: &str) -> Problem {
        // Cut like a rejected value: a binary file may have one "name" of a megabyte.
        let column = crate::Reject::new(0, "", name, "").value;
        Problem::UnknownColumn {
            dataset,
            line,
            column,
        }
    }
}

fn columns(dataset: Dataset) -> String {
    let columns = dataset.columns().iter();
    let columns: Vec<_> = columns
        .map(|column| format!("{}{}", column.name, if column.optional { "?" } else { "" }))
        .collect();
    columns.join(", ")
}

fn at(line: Option<u64>) -> String {
    line.map(|line| format!("line {line}: "))
        .unwrap_or_default()
}

fn broken(compression: Compression) -> &'static str {
    match compression {
        Compression::None => "is damaged",
        Compression::Gzip => "is damaged or no gzip file",
        Compression::Zstd => "is damaged or no zstd file",
    }
}

/// What ends the reading inside this crate, before the file's name is known.
#[derive(Debug)]
pub(crate) enum Halt {
    Stopped,
    Problem(Problem),
}

impl Halt {
    pub(crate) fn of_file(self, file: &str) -> ReadError {
        match self {
            Halt::Stopped => ReadError::Stopped,
            Halt::Problem(problem) => ReadError::File {
                file: file.to_owned(),
                problem,
            },
        }
    }
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Halt {
        Halt::Problem(problem)
    }
}

impl From<crate::Stop> for Halt {
    fn from(_: crate::Stop) -> Halt {
        Halt::Stopped
    }
}
