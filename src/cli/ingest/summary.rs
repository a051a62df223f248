//! What became of the batches of one call, as `--format json` tells it.

use intake::Dataset;
use serde::Serialize;

use crate::service::ingest::Outcome;

#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    /// Batches.
    pub(super) stored: u64,
    /// Batches.
    pub(super) refused: u64,
    /// Rows stored.
    rows: u64,
    /// Rows rejected, of refused batches too.
    pub(super) rejected: u64,
    /// In the order in which they were taken in.
    batches: Vec<Batch>,
    /// What ended the call before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

#[derive(Debug, Serialize)]
struct Batch {
    dataset: &'static str,
    batch: String,
    outcome: &'static str,
    rows: u64,
    rejected: u64,
    /// Why the file as a whole was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Summary {
    pub(super) fn add(&mut self, dataset: Dataset, batch_id: &str, outcome: &Outcome) {
        let (stored, rows, rejected, reason) = match outcome {
            Outcome::Stored { rows, rejected, .. } => (true, *rows, *rejected, None),
            Outcome::Refused { rejected } => (false, 0, *rejected, None),
            Outcome::Unreadable { reason } => (false, 0, 0, Some(reason.clone())),
        };
        if stored {
            self.stored += 1;
        } else {
            self.refused += 1;
        }
        self.rows += rows;
        self.rejected += rejected;
        self.batches.push(Batch {
            dataset: dataset.name(),
            batch: batch_id.to_owned(),
            outcome: if stored { "stored" } else { "refused" },
            rows,
            rejected,
            reason,
        });
    }

    /// Whether every row of every batch was stored.
    pub(super) fn all_stored(&self) -> bool {
        self.refused == 0 && self.rejected == 0 && self.error.is_none()
    }
}
