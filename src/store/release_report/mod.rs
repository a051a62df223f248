//! What protected ranges came to in a snapshot: what was withheld and why, for staff, and what can be known of values now,
//! for the next snapshot.

mod knowledge;
mod withheld;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::release_report::{Column, Entity};
use kernel::{Attack, Metric, Rule};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::StoreError;
use super::loader::{Rows as Loaded, SharedError};
use super::peer_group::metric_at;
use super::rights::{Rights, Visible, all_or_nothing};
use super::snapshot::SnapshotKey;

pub use knowledge::{Earlier, find_earlier, save};
pub use withheld::{Withheld, WithheldCount, WithheldCountsOf, WithheldOf};

/// What protecting a snapshot came to, metric by metric in the scorecard's order: nothing where its ranges are not
/// protected, and for whoever does not see the figures of all partners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReleaseReportOf(pub SnapshotKey);

/// What it came to for one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseReport {
    pub metric: Metric,
    pub values: i64,
    /// Values that could have been told within 10 % before anything was withheld against it.
    pub bounded_before: i64,
    pub bounded_after: i64,
}

impl Loader<ReleaseReportOf> for Loaded {
    type Value = Arc<[ReleaseReport]>;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[ReleaseReportOf],
    ) -> Result<HashMap<ReleaseReportOf, Arc<[ReleaseReport]>>, SharedError> {
        let select = Entity::find()
            .filter(is_for(&self.rights))
            .filter(Column::Snapshot.is_in(keys.iter().map(|key| key.0.0)))
            .select_only()
            .columns([
                Column::Snapshot,
                Column::Metric,
                Column::Values,
                Column::BoundedBefore,
                Column::BoundedAfter,
            ])
            .order_by_asc(Column::Metric);
        let found = select.into_tuple().all(self.db.read()).await;
        let found: Vec<(i64, i16, i64, i64, i64)> = found.map_err(StoreError::from)?;
        let mut reports = nothing_of(keys);
        for (snapshot, metric, values, bounded_before, bounded_after) in found {
            let key = ReleaseReportOf(SnapshotKey(snapshot));
            reports.entry(key).or_default().push(ReleaseReport {
                metric: metric_at(metric)?,
                values,
                bounded_before,
                bounded_after,
            });
        }
        Ok(shared(reports))
    }
}

/// Reports tell of all partners together.
fn is_for(rights: &Rights) -> Condition {
    all_or_nothing(rights.figures == Visible::All)
}

/// An empty list for each key: there may be no row.
fn nothing_of<Key: Clone + Eq + Hash, One>(keys: &[Key]) -> HashMap<Key, Vec<One>> {
    keys.iter().map(|key| (key.clone(), Vec::new())).collect()
}

fn shared<Key: Eq + Hash, One>(lists: HashMap<Key, Vec<One>>) -> HashMap<Key, Arc<[One]>> {
    let lists = lists.into_iter();
    lists.map(|(key, list)| (key, list.into())).collect()
}

/// Each rule by the number that stands for it in rows.
const RULES: [(i16, Rule); 7] = [
    (1, Rule::MinPeers),
    (2, Rule::MinBandMembers),
    (3, Rule::Dominance),
    (4, Rule::Attack(Attack::OrderStatistics)),
    (5, Rule::Attack(Attack::NestedEquality)),
    (6, Rule::Attack(Attack::Linear)),
    (7, Rule::Attack(Attack::Snapshots)),
];

pub(super) fn number_of(rule: Rule) -> i16 {
    let found = RULES.iter().find(|(_, one)| *one == rule);
    // All rules stand in the list, which a test checks.
    found.map_or(0, |(number, _)| *number)
}

fn rule_of(number: i16) -> Result<Rule, StoreError> {
    let found = RULES.iter().find(|(one, _)| *one == number);
    found
        .map(|(_, rule)| *rule)
        .ok_or_else(|| StoreError::Corrupt(format!("no release rule has the number {number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_a_number_of_its_own() {
        for (number, rule) in RULES {
            assert_eq!(number_of(rule), number);
            assert_eq!(rule_of(number).unwrap(), rule);
        }
        assert!(rule_of(0).is_err());
    }
}
