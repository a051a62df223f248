//! Exports of a snapshot, as DATA.md's 'What goes out' has them: exact, for program staff.
//!
//! Rows are read slice by slice and written as they come, so that memory is bounded by the largest slice and, for
//! Parquet, one row group. Where the bytes go is left to the caller.

mod csv;
mod ndjson;
mod parquet;
mod peer_bands;
mod scorecards;
mod table;

use std::io::Write;

use kernel::Day;

use crate::app::App;
use crate::store::StoreError;
use crate::store::dump::Dump;
use table::{Row, Sink};

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Export {
    /// One row for each partner in each slice.
    Scorecards,
    /// One row for each non-empty quartile of each metric in each slice.
    PeerBands,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    Ndjson,
    Parquet,
}

/// Why nothing, or not everything, was exported. What was written until then is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("no snapshot of {0} is published; `peerband recompute --as-of {0}` makes one")]
    NoSnapshot(Day),
    #[error("the snapshot of {0} was removed while it was read; export it again")]
    Removed(Day),
    #[error(
        "{column} {value} needs more digits than Parquet's decimal(38,4) has; export csv or ndjson instead"
    )]
    TooLong { column: String, value: String },
    #[error("column {0} was given a value of another kind")]
    WrongKind(String),
    #[error("cannot read the database")]
    Store(#[from] StoreError),
    #[error("cannot write the export")]
    Io(#[from] std::io::Error),
    #[error("cannot write the export")]
    Csv(#[from] ::csv::Error),
    #[error("cannot write the export")]
    Arrow(#[from] arrow::error::ArrowError),
    #[error("cannot write the export")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

/// Writes the newest published snapshot of the date, and gives the number of rows.
///
/// # Errors
/// Where the date has no snapshot, or reading or writing fails.
pub async fn export(
    app: &App,
    what: Export,
    as_of: Day,
    format: Format,
    out: impl Write + Send,
) -> Result<u64, ExportError> {
    let dump = Dump::open(app.db(), as_of.0)
        .await?
        .ok_or(ExportError::NoSnapshot(as_of))?;
    let (columns, expected) = match what {
        Export::Scorecards => (scorecards::columns(), dump.scorecards),
        Export::PeerBands => (peer_bands::columns(), dump.peer_bands),
    };
    let mut written = Counting {
        sink: Sink::new(out, format, columns)?,
        rows: 0,
    };
    for slice in &dump.slices {
        match what {
            Export::Scorecards => {
                let found = dump.scorecards_of(slice).await?;
                if found.is_empty() {
                    continue;
                }
                let peers = dump.peers_of(slice).await?;
                for scorecard in &found {
                    written.write(&scorecards::row(as_of, slice, scorecard, peers))?;
                }
            }
            Export::PeerBands => {
                for band in &dump.peer_bands_of(slice).await? {
                    written.write(&peer_bands::row(as_of, slice, band))?;
                }
            }
        }
    }
    // A snapshot never changes, but it does not live for ever.
    if written.rows != expected {
        return Err(ExportError::Removed(as_of));
    }
    written.sink.finish()?;
    Ok(written.rows)
}

struct Counting<Out: Write + Send> {
    sink: Sink<Out>,
    rows: u64,
}

impl<Out: Write + Send> Counting<Out> {
    fn write(&mut self, row: &Row<'_>) -> Result<(), ExportError> {
        self.rows += 1;
        self.sink.write(row)
    }
}
