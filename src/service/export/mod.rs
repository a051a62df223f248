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
use crate::service::audit::{Actor, Change};
use crate::store::dump::{Dump, Found, find_published};
use crate::store::{Db, StoreError};
use table::{Row, Sink};

/// What can be exported, as DATA.md names it.
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

/// One export of one snapshot, found and not yet read.
#[derive(Debug, Clone)]
pub struct Exporting {
    db: Db,
    what: Export,
    format: Format,
    found: Found,
}

/// Asked between slices, so that whoever takes the rows can keep the writing back, or end it.
pub trait Pace: Send {
    /// # Errors
    /// Where nobody takes them any more.
    fn keep(&mut self) -> impl Future<Output = std::io::Result<()>> + Send;
}

/// As fast as it goes.
#[derive(Debug, Clone, Copy)]
pub struct Unhindered;

/// Why nothing, or not everything, was exported. What was written until then is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("no snapshot of {0} is published; `peerband recompute --as-of {0}` makes one")]
    NoSnapshot(Day),
    #[error("no snapshot is published yet; `peerband recompute --as-of DATE` makes one")]
    NoSnapshots,
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

impl Export {
    pub const ALL: [Export; 2] = [Export::Scorecards, Export::PeerBands];

    /// The name of the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Export::Scorecards => "scorecards",
            Export::PeerBands => "peer_bands",
        }
    }

    /// From the names that a key is kept with.
    #[must_use]
    pub fn list(names: &str) -> Vec<Export> {
        let is_named = |export: &Export| names.split(',').any(|name| name == export.name());
        Export::ALL.into_iter().filter(is_named).collect()
    }
}

impl Format {
    pub const ALL: [Format; 3] = [Format::Csv, Format::Ndjson, Format::Parquet];

    /// How files of it end, without the dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
            Format::Parquet => "parquet",
        }
    }
}

impl Exporting {
    /// Finds the newest revision of a date, or of the newest date where none is named. What is written later is of this
    /// one, whatever is published meanwhile.
    ///
    /// # Errors
    /// Where there is no such snapshot, or the database does not answer.
    pub async fn find(
        app: &App,
        what: Export,
        format: Format,
        as_of: Option<Day>,
    ) -> Result<Exporting, ExportError> {
        let found = find_published(app.db(), as_of.map(|day| day.0)).await?;
        let none = as_of.map_or(ExportError::NoSnapshots, ExportError::NoSnapshot);
        Ok(Exporting {
            db: app.db().clone(),
            what,
            format,
            found: found.ok_or(none)?,
        })
    }

    #[must_use]
    pub fn as_of(&self) -> Day {
        Day(self.found.as_of)
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        match self.what {
            Export::Scorecards => self.found.scorecards,
            Export::PeerBands => self.found.peer_bands,
        }
    }

    /// What a file of it is called.
    #[must_use]
    pub fn file_name(&self) -> String {
        let (name, as_of) = (self.what.name(), self.as_of());
        format!("{name}-{as_of}.{}", self.format.ending())
    }

    /// The same for the same bytes, and for no others: a snapshot does not change, and how it is written does with the
    /// program alone.
    #[must_use]
    pub fn identity(&self) -> String {
        let Found {
            snapshot,
            revision,
            published_at,
            ..
        } = &self.found;
        let name = self.file_name();
        let version = env!("CARGO_PKG_VERSION");
        format!("{version} {name} {snapshot} {revision} {published_at:?}")
    }

    /// Tells the audit log that it is handed out.
    ///
    /// # Errors
    /// Where the database refuses; it is not to be handed out then.
    pub async fn tell(&self, by: &Actor) -> Result<(), ExportError> {
        let change = Change {
            action: "export.take",
            subject: format!("{} {}", self.what.name(), self.as_of()),
            after: Some(serde_json::json!({
                "format": self.format.ending(),
                "revision": self.found.revision,
                "rows": self.rows(),
            })),
            ..Change::default()
        };
        Ok(by.record_alone(&self.db, change).await?)
    }

    /// Writes it, and gives the number of rows.
    ///
    /// # Errors
    /// Where reading or writing fails.
    pub async fn write(
        &self,
        out: impl Write + Send,
        pace: &mut impl Pace,
    ) -> Result<u64, ExportError> {
        let as_of = self.as_of();
        let dump = Dump::open(&self.db, &self.found).await?;
        let columns = match self.what {
            Export::Scorecards => scorecards::columns(),
            Export::PeerBands => peer_bands::columns(),
        };
        let mut written = Counting {
            sink: Sink::new(out, self.format, columns)?,
            rows: 0,
        };
        for slice in &dump.slices {
            match self.what {
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
            pace.keep().await?;
        }
        // A snapshot never changes, but it does not live for ever.
        if written.rows != self.rows() {
            return Err(ExportError::Removed(as_of));
        }
        written.sink.finish()?;
        Ok(written.rows)
    }
}

impl Pace for Unhindered {
    async fn keep(&mut self) -> std::io::Result<()> {
        Ok(())
    }
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
