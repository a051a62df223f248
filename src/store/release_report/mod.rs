//! What protected ranges came to in a snapshot: what was withheld and why, for staff, and what can be known of values now,
//! for the next snapshot.

mod knowledge;
mod withheld;

use entity::release_report::{Column, Entity};
use kernel::{Attack, Metric, Rule};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::peer_group::metric_at;
use super::snapshot::SnapshotKey;
use super::{Db, StoreError};

pub use knowledge::{Earlier, find_earlier, save};
pub use withheld::{Withheld, WithheldCount, count_by_rule, count_withheld, list_withheld};

/// What it came to for one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseReport {
    pub metric: Metric,
    pub values: i64,
    /// Values that could have been told within 10 % before anything was withheld against it.
    pub bounded_before: i64,
    pub bounded_after: i64,
}

/// In the scorecard's order; empty where the ranges of the snapshot are not protected.
///
/// # Errors
/// Where the database fails.
pub async fn find_release_reports(
    db: &Db,
    snapshot: SnapshotKey,
) -> Result<Vec<ReleaseReport>, StoreError> {
    let select = Entity::find()
        .filter(Column::Snapshot.eq(snapshot.0))
        .select_only()
        .columns([
            Column::Metric,
            Column::Values,
            Column::BoundedBefore,
            Column::BoundedAfter,
        ])
        .order_by_asc(Column::Metric);
    let rows: Vec<(i16, i64, i64, i64)> = select.into_tuple().all(db.read()).await?;
    rows.into_iter()
        .map(|(metric, values, bounded_before, bounded_after)| {
            Ok(ReleaseReport {
                metric: metric_at(metric)?,
                values,
                bounded_before,
                bounded_after,
            })
        })
        .collect()
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
