//! What the sender is told: progress, each rejected row, how each batch ended.

use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use intake::{Dataset, Reject, Source};

use crate::service::ingest::{Outcome, Watcher};

/// How many rejects of a batch are shown on standard error; the file has them all.
const SHOWN_MAX: u64 = 20;

pub(super) struct Report {
    state: Mutex<State>,
    bar: ProgressBar,
}

struct State {
    dataset: Option<Dataset>,
    shown: u64,
    file: Option<csv::Writer<File>>,
    failure: Option<csv::Error>,
}

impl Report {
    pub(super) fn new(rejects: Option<&Path>) -> anyhow::Result<Report> {
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
            shown: 0,
            file,
            failure: None,
        };
        Ok(Report {
            state: Mutex::new(state),
            // Drawn on a terminal only.
            bar: ProgressBar::no_length(),
        })
    }

    pub(super) fn begin(&self, dataset: Dataset, files: &[Source]) {
        let sizes = files
            .iter()
            .map(|file| std::fs::metadata(&file.path).map_or(0, |data| data.len()));
        self.bar.set_length(sizes.sum());
        self.bar.set_position(0);
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:30} {bytes}/{total_bytes}") {
            self.bar.set_style(style);
        }
        self.bar.set_prefix(dataset.name());
        let mut state = self.state();
        state.dataset = Some(dataset);
        state.shown = 0;
    }

    pub(super) fn end(&self, batch_id: &str, outcome: &Outcome) {
        let dataset = self.state().dataset.map_or("", Dataset::name);
        self.bar.suspend(|| match outcome {
            Outcome::Stored { rows, rejected: 0 } => println!("{dataset} {batch_id}: {rows} rows stored"),
            Outcome::Stored { rows, rejected } => {
                eprintln!("{dataset} {batch_id}: {rows} rows stored, {rejected} rejected");
            }
            Outcome::Refused { rejected } => eprintln!(
                "{dataset} {batch_id}: refused, nothing stored: {rejected} rows rejected; mend them, or leave them out \
                 with --on-reject row"
            ),
            Outcome::Unreadable { reason } => eprintln!("{dataset} {batch_id}: refused, nothing stored: {reason}"),
        });
    }

    pub(super) fn finish(&self) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        let mut state = self.state();
        if let Some(file) = &mut state.file {
            file.flush()?;
        }
        match state.failure.take() {
            Some(error) => Err(error).context("cannot write the rejects"),
            None => Ok(()),
        }
    }

    /// The state is plain values, whole after every line that touches it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for Report {
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
}
