//! What the sender is told: progress, each rejected row, how each batch ended.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use intake::{Dataset, Reject};

use super::summary::Summary;
use crate::cli::format::{print, print_json};
use crate::service::ingest::{Outcome, Request, Watcher};

/// How many rejects of a batch are shown on standard error; the file has them all.
const SHOWN_MAX: u64 = 20;

pub(super) struct Report {
    state: Mutex<State>,
    bar: ProgressBar,
    told: Told,
}

/// What is told of batches that were stored whole. The others are always told of, on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A line for each.
    Lines,
    /// One JSON object in the end, of all batches.
    Json,
    Nothing,
}

struct State {
    dataset: Option<Dataset>,
    summary: Summary,
    shown: u64,
    file: Option<csv::Writer<File>>,
    failure: Option<csv::Error>,
}

impl Report {
    pub(super) fn new(rejects: Option<&Path>, told: Told) -> anyhow::Result<Report> {
        let file = match rejects {
            None => None,
            Some(path) => {
                let file = File::create(path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(["dataset", "file", "line", "column", "value", "reason"])?;
                Some(writer)
            }
        };
        let state = State {
            dataset: None,
            summary: Summary::default(),
            shown: 0,
            file,
            failure: None,
        };
        Ok(Report {
            state: Mutex::new(state),
            // Drawn on a terminal only.
            bar: ProgressBar::no_length(),
            told,
        })
    }

    /// Tells of the whole call, and whether everything was stored. An error is what ended it early.
    pub(super) fn finish(&self, error: Option<&anyhow::Error>) -> anyhow::Result<bool> {
        self.bar.finish_and_clear();
        let mut state = self.state();
        state.summary.error = error.map(|error| format!("{error:#}"));
        let summary = &state.summary;
        if summary.refused > 0 && summary.stored > 0 {
            eprintln!(
                "{} of {} batches refused; the others are stored",
                summary.refused,
                summary.refused + summary.stored
            );
        }
        let all_stored = summary.all_stored();
        if self.told == Told::Json {
            print_json(summary)?;
        }
        if let Some(file) = &mut state.file {
            file.flush().context("cannot write the rejects")?;
        }
        match state.failure.take() {
            Some(error) => Err(error).context("cannot write the rejects"),
            None => Ok(all_stored),
        }
    }

    /// The state is plain values, whole after every line that touches it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for Report {
    fn begun(&self, request: &Request) {
        let sizes = request
            .files
            .iter()
            .map(|file| std::fs::metadata(&file.path).map_or(0, |data| data.len()));
        self.bar.set_length(sizes.sum());
        self.bar.set_position(0);
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:30} {bytes}/{total_bytes}") {
            self.bar.set_style(style);
        }
        self.bar.set_prefix(request.dataset.name());
        let mut state = self.state();
        state.dataset = Some(request.dataset);
        state.shown = 0;
    }

    fn rejected(&self, file: &str, reject: &Reject) {
        let mut state = self.state();
        let dataset = state.dataset.map_or("", Dataset::name);
        if state.shown < SHOWN_MAX {
            self.bar.suspend(|| eprintln!("{file}: {reject}"));
        } else if state.shown == SHOWN_MAX {
            self.bar.suspend(|| {
                eprintln!("{file}: more rows are rejected; --rejects FILE lists all of them");
            });
        }
        state.shown += 1;
        let line = reject.line.to_string();
        let record = [
            dataset,
            file,
            &line,
            reject.column,
            &reject.value,
            &reject.reason,
        ];
        if let Some(Err(error)) = state
            .file
            .as_mut()
            .map(|writer| writer.write_record(record))
        {
            state.failure.get_or_insert(error);
        }
    }

    fn progressed(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    fn ended(&self, request: &Request, outcome: &Outcome) -> io::Result<()> {
        let (dataset, batch_id) = (request.dataset, &request.batch_id);
        self.state().summary.add(dataset, batch_id, outcome);
        self.bar.suspend(|| {
            match outcome {
                Outcome::Stored {
                    rows, rejected: 0, ..
                } => {
                    if self.told == Told::Lines {
                        print(format!("{dataset} {batch_id}: {} stored", counted(*rows)))?;
                    }
                }
                Outcome::Stored { rows, rejected, .. } => {
                    eprintln!("{dataset} {batch_id}: {} stored, {rejected} rejected", counted(*rows));
                }
                Outcome::Refused { rejected } => eprintln!(
                    "{dataset} {batch_id}: refused, nothing stored: {} rejected; mend what was rejected, or leave it \
                     out with --on-reject row",
                    counted(*rejected)
                ),
                Outcome::Unreadable { reason } => {
                    eprintln!("{dataset} {batch_id}: refused, nothing stored: {reason}");
                }
            }
            Ok(())
        })
    }
}

fn counted(rows: u64) -> String {
    match rows {
        1 => "1 row".to_owned(),
        _ => format!("{rows} rows"),
    }
}
