//! Which metrics of which slices partners are shown less of, and why. Kept with the peer groups.

use entity::peer_group::{Column, Entity, Model};
use kernel::{Metric, Rule};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select};

use super::rule_of;
use crate::store::paging::{self, Direction, Key, OrderColumn, Page, Rows};
use crate::store::peer_group::metric_at;
use crate::store::slice::SliceKey;
use crate::store::snapshot::SnapshotKey;
use crate::store::{Db, StoreError};

/// One metric of one slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld {
    pub slice: SliceKey,
    pub metric: Metric,
    /// Bands and counts are shown all the same.
    pub shows_bands: bool,
    pub rule: Rule,
    /// How many values could have been told, where that is why.
    pub told: i32,
}

/// How many of them there are of a metric by one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WithheldCount {
    pub metric: Metric,
    pub rule: Rule,
    pub shows_bands: bool,
    pub slices: i64,
}

/// One page of them, by slice, then metric.
///
/// # Errors
/// Where the database fails.
pub async fn list_withheld(
    db: &Db,
    snapshot: SnapshotKey,
    page: &Page,
) -> Result<Rows<Withheld>, StoreError> {
    let order = [
        OrderColumn::new(Column::Slice, Direction::Ascending),
        OrderColumn::new(Column::Metric, Direction::Ascending),
    ];
    let found = paging::cut(of(snapshot), &order, page)
        .all(db.read())
        .await?;
    let found = found
        .into_iter()
        .map(Withheld::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(paging::collect(found, page, |one| {
        vec![
            Key::Int(one.slice.0.into()),
            Key::Int(one.metric.index() as i64),
        ]
    }))
}

/// How many there are.
///
/// # Errors
/// Where the database fails.
pub async fn count_withheld(db: &Db, snapshot: SnapshotKey) -> Result<u64, StoreError> {
    Ok(of(snapshot).count(db.read()).await?)
}

/// How many there are of each metric by each rule, in that order.
///
/// # Errors
/// Where the database fails.
pub async fn count_by_rule(
    db: &Db,
    snapshot: SnapshotKey,
) -> Result<Vec<WithheldCount>, StoreError> {
    let select = of(snapshot)
        .select_only()
        .columns([Column::Metric, Column::Rule, Column::Released])
        .column_as(Column::Slice.count(), "slices")
        .group_by(Column::Metric)
        .group_by(Column::Rule)
        .group_by(Column::Released);
    let mut rows: Vec<(i16, i16, bool, i64)> = select.into_tuple().all(db.read()).await?;
    rows.sort_unstable();
    rows.into_iter()
        .map(|(metric, rule, shows_bands, slices)| {
            Ok(WithheldCount {
                metric: metric_at(metric)?,
                rule: rule_of(rule)?,
                shows_bands,
                slices,
            })
        })
        .collect()
}

fn of(snapshot: SnapshotKey) -> Select<Entity> {
    Entity::find()
        .filter(Column::Snapshot.eq(snapshot.0))
        .filter(Column::Rule.is_not_null())
}

impl TryFrom<Model> for Withheld {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Withheld, StoreError> {
        Ok(Withheld {
            slice: SliceKey(row.slice),
            metric: metric_at(row.metric)?,
            shows_bands: row.released,
            rule: rule_of(row.rule.unwrap_or(0))?,
            told: row.told.unwrap_or(0),
        })
    }
}
