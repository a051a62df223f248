//! The values that are asked about, collected over a whole request.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use kernel::Metric;

use super::{ExplainError, Explained, Explaining, Explanation};
use crate::store::scorecard::{Scorecard, ScorecardKey};
use crate::store::slice::SliceOf;
use crate::store::snapshot::Snapshot;

/// One value of a scorecard.
#[derive(Clone, Debug)]
pub struct ExplainOf {
    pub snapshot: Arc<Snapshot>,
    pub scorecard: Arc<Scorecard>,
    pub slice: SliceOf,
    pub metric: Metric,
    /// Facts left out that the partner was not of record for are told, too.
    pub sees_others: bool,
}

impl ExplainOf {
    fn identity(&self) -> (ScorecardKey, Metric, bool) {
        (self.scorecard.key, self.metric, self.sees_others)
    }

    /// Whether the sums are those that were published.
    pub(super) fn is_explained_by(&self, explanation: &Explanation) -> bool {
        let value = |metric: Metric| self.scorecard.measures[metric.index()].value;
        // Whoever has a fact has a revenue, if only of nothing.
        let has_facts = value(Metric::Revenue).is_some();
        let found = explanation.sums.value(self.metric, has_facts);
        let terms = |value: kernel::Value| (value.numerator(), value.denominator());
        found.map(terms) == value(self.metric).map(terms)
    }
}

impl PartialEq for ExplainOf {
    fn eq(&self, other: &ExplainOf) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for ExplainOf {}

impl Hash for ExplainOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// Explains what one request asks for together.
#[derive(Clone, Debug)]
pub struct Explainer {
    pub explaining: Explaining,
    /// The key or person that asks.
    pub who: String,
}

impl Loader<ExplainOf> for Explainer {
    type Value = Arc<Explained>;
    type Error = Arc<ExplainError>;

    async fn load(
        &self,
        keys: &[ExplainOf],
    ) -> Result<HashMap<ExplainOf, Self::Value>, Arc<ExplainError>> {
        let explained = self.explaining.explain(&self.who, keys).await?;
        let explained = explained.into_iter();
        Ok(explained.map(|(of, found)| (of, Arc::new(found))).collect())
    }
}
