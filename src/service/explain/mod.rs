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

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use kernel::Subject;

use crate::app::App;
use crate::store::StoreError;
use crate::store::snapshot::{Snapshot, SnapshotKey};
use basis::{Basis, Ground};
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

/// What a value is made of, or why it is not told.
pub type Explained = Result<Explanation, Unexplained>;

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

    /// Explains values to a key or person. What they stand on is read once, of however many snapshots they are.
    ///
    /// # Errors
    /// Where a store fails, or too many wait for their turn.
    pub async fn explain(
        &self,
        who: &str,
        asked: &[ExplainOf],
    ) -> Result<HashMap<ExplainOf, Explained>, ExplainError> {
        let _turn = self.0.turns.take(who).await?;
        let mut attempts = ATTEMPTS;
        loop {
            attempts -= 1;
            match self.explain_once(asked).await {
                // Files that were merged meanwhile may be gone; others hold their rows.
                Err(ExplainError::Facts(facts::Error::Missing { .. })) if attempts > 0 => {}
                explained => return explained,
            }
        }
    }

    async fn explain_once(
        &self,
        asked: &[ExplainOf],
    ) -> Result<HashMap<ExplainOf, Explained>, ExplainError> {
        let mut by_snapshot: HashMap<SnapshotKey, Vec<ExplainOf>> = HashMap::new();
        for one in asked {
            let of = by_snapshot.entry(one.snapshot.key).or_default();
            of.push(one.clone());
        }
        let ground = Ground::load(&self.0.app, &by_snapshot).await?;
        let mut explained = HashMap::new();
        for asked in by_snapshot.into_values() {
            let snapshot = asked[0].snapshot.clone();
            let found = self.explain_snapshot(&ground, &snapshot, &asked).await?;
            explained.extend(asked.into_iter().zip(found));
        }
        Ok(explained)
    }

    /// Explains values of one snapshot, in their order.
    async fn explain_snapshot(
        &self,
        ground: &Ground,
        snapshot: &Snapshot,
        asked: &[ExplainOf],
    ) -> Result<Vec<Explained>, ExplainError> {
        let changed = || asked.iter().map(|_| Err(Unexplained::FactsChanged));
        let Some(basis) = Basis::of(self, ground, snapshot, asked).await? else {
            return Ok(changed().collect());
        };
        let found = match walk::explain(&self.0.app, &basis, asked).await {
            Ok(found) => found,
            // Files of batches that were replaced meanwhile may be gone.
            Err(_) if !basis.still_counts(&self.0.app, snapshot).await? => {
                return Ok(changed().collect());
            }
            Err(error) => return Err(error),
        };
        let judged = asked.iter().zip(found).map(|(asked, explanation)| {
            if asked.is_explained_by(&explanation) {
                return Ok(Ok(explanation));
            }
            if basis.has_newer_reference {
                return Ok(Err(Unexplained::ReferenceChanged));
            }
            let subject = basis.subject(asked);
            Err(ExplainError::Unequal(snapshot.key, subject))
        });
        judged.collect()
    }
}
