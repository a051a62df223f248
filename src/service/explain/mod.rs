//! What published values are made of, fact by fact, with the kernel's own functions.
//!
//! The facts are those that the snapshot was computed from, or there is no explanation: a value is never explained by
//! other facts than its own. They are read for the customers that the partners are or were associated with, bucket by
//! bucket, so that memory is bounded.

mod basis;
mod collect;
mod key;
mod turns;
mod walk;

use std::sync::{Arc, Mutex};

use kernel::Subject;

use crate::app::App;
use crate::store::StoreError;
use crate::store::snapshot::{Snapshot, SnapshotKey};
use basis::Basis;
pub use collect::{CustomerShare, Explanation, Line};
pub use key::{ExplainOf, Explainer};
use turns::Turns;

/// How often facts are read anew whose files were merged under way.
const ATTEMPTS: usize = 3;

/// Why a value is not explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unexplained {
    /// A batch that the snapshot was computed from was replaced or deleted.
    FactsChanged,
    /// Reference data was sent since, so that the facts add up to another value now.
    ReferenceChanged,
}

/// Why values could not be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot read the fact store")]
    Facts(#[from] facts::Error),
    #[error("the facts of snapshot {} add up to another {} than it has", .0.0, .1.metric)]
    Unequal(SnapshotKey, Subject),
    #[error("too many explanations are under way or wait")]
    Busy,
    #[error("a part of an explanation ended without a word")]
    Lost,
}

/// What explanations of all requests share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Explaining(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    app: App,
    turns: Turns,
    /// The settled keys of the files that were explained last: reading all keys takes longer than the rest.
    settled: Mutex<basis::Kept>,
}

impl Explaining {
    #[must_use]
    pub fn new(app: &App) -> Explaining {
        Explaining(Arc::new(Shared {
            app: app.clone(),
            turns: Turns::new(),
            settled: Mutex::default(),
        }))
    }

    /// Explains values of one snapshot, in their order, to a key or person.
    ///
    /// # Errors
    /// Where a store fails, or too many wait for their turn.
    pub async fn explain(
        &self,
        who: &str,
        asked: &[ExplainOf],
    ) -> Result<Vec<Result<Explanation, Unexplained>>, ExplainError> {
        let Some(first) = asked.first() else {
            return Ok(Vec::new());
        };
        let _turn = self.0.turns.take(who).await?;
        let all = |why: Unexplained| asked.iter().map(|_| Err(why)).collect();
        let mut attempts = ATTEMPTS;
        let walked = loop {
            attempts -= 1;
            match self.walk(&first.snapshot, asked).await {
                // Files that were merged meanwhile may be gone; others hold their rows.
                Err(ExplainError::Facts(facts::Error::Missing { .. })) if attempts > 0 => {}
                walked => break walked?,
            }
        };
        let Some((basis, found)) = walked else {
            return Ok(all(Unexplained::FactsChanged));
        };
        let judged = asked.iter().zip(found).map(|(asked, explanation)| {
            if asked.is_explained_by(&explanation) {
                return Ok(Ok(explanation));
            }
            if basis.has_newer_reference {
                return Ok(Err(Unexplained::ReferenceChanged));
            }
            let subject = basis.subject(asked);
            Err(ExplainError::Unequal(first.snapshot.key, subject))
        });
        judged.collect()
    }

    /// Reads the facts once. None where a batch that the snapshot was computed from no longer counts.
    async fn walk(
        &self,
        snapshot: &Snapshot,
        asked: &[ExplainOf],
    ) -> Result<Option<(Basis, Vec<Explanation>)>, ExplainError> {
        let Some(basis) = Basis::load(self, snapshot, asked).await? else {
            return Ok(None);
        };
        match walk::explain(&self.0.app, &basis, asked).await {
            Ok(found) => Ok(Some((basis, found))),
            // Files of batches that were replaced meanwhile may be gone.
            Err(_) if !basis.still_counts(&self.0.app, snapshot).await? => Ok(None),
            Err(error) => Err(error),
        }
    }
}
