//! Which metrics of which slices partners are shown less of, and why. Kept with the peer groups.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::peer_group::{Column, Entity, Model};
use kernel::{Metric, Rule};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Select,
};

use super::{is_for, nothing_of, rule_of, shared};
use crate::store::StoreError;
use crate::store::loader::{Rows as Loaded, SharedError};
use crate::store::paging::{self, Direction, Key, OrderColumn, Page, Position, Rows};
use crate::store::peer_group::metric_at;
use crate::store::slice::SliceKey;
use crate::store::snapshot::SnapshotKey;

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

/// One page of those of a snapshot, by slice, then metric.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WithheldOf {
    pub snapshot: SnapshotKey,
    pub page: Page,
}

/// How many there are in a snapshot of each metric by each rule, in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WithheldCountsOf(pub SnapshotKey);

impl Loader<WithheldOf> for Loaded {
    type Value = Arc<Rows<Withheld>>;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[WithheldOf],
    ) -> Result<HashMap<WithheldOf, Arc<Rows<Withheld>>>, SharedError> {
        let order = [
            OrderColumn::new(Column::Slice, Direction::Ascending),
            OrderColumn::new(Column::Metric, Direction::Ascending),
        ];
        let mut alike: HashMap<&Page, Vec<SnapshotKey>> = HashMap::new();
        for key in keys {
            alike.entry(&key.page).or_default().push(key.snapshot);
        }
        let mut pages = HashMap::new();
        for (page, snapshots) in alike {
            let part = Expr::col(Column::Snapshot.as_column_ref());
            let select = paging::cut_each(self.withheld(&snapshots), part, &order, page);
            let found = self.db.read().query_all(&select).await;
            let mut of_each = nothing_of(&snapshots);
            for row in found.map_err(StoreError::from)? {
                let row = Model::from_query_result(&row, "").map_err(StoreError::from)?;
                let of_one = of_each.entry(SnapshotKey(row.snapshot)).or_default();
                of_one.push(Withheld::try_from(row)?);
            }
            for (snapshot, found) in of_each {
                let rows = paging::collect(found, page, position);
                let page = page.clone();
                pages.insert(WithheldOf { snapshot, page }, Arc::new(rows));
            }
        }
        Ok(pages)
    }
}

impl Loader<WithheldCountsOf> for Loaded {
    type Value = Arc<[WithheldCount]>;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[WithheldCountsOf],
    ) -> Result<HashMap<WithheldCountsOf, Arc<[WithheldCount]>>, SharedError> {
        let snapshots: Vec<SnapshotKey> = keys.iter().map(|key| key.0).collect();
        let columns = [
            Column::Snapshot,
            Column::Metric,
            Column::Rule,
            Column::Released,
        ];
        let mut select = self
            .withheld(&snapshots)
            .select_only()
            .columns(columns)
            .column_as(Column::Slice.count(), "slices");
        for column in columns {
            select = select.group_by(column);
        }
        let found = select.into_tuple().all(self.db.read()).await;
        let mut found: Vec<(i64, i16, i16, bool, i64)> = found.map_err(StoreError::from)?;
        found.sort_unstable();
        let mut counts = nothing_of(keys);
        for (snapshot, metric, rule, shows_bands, slices) in found {
            let key = WithheldCountsOf(SnapshotKey(snapshot));
            counts.entry(key).or_default().push(WithheldCount {
                metric: metric_at(metric)?,
                rule: rule_of(rule)?,
                shows_bands,
                slices,
            });
        }
        Ok(shared(counts))
    }
}

impl Loaded {
    fn withheld(&self, snapshots: &[SnapshotKey]) -> Select<Entity> {
        Entity::find()
            .filter(is_for(&self.rights))
            .filter(Column::Snapshot.is_in(snapshots.iter().map(|key| key.0)))
            .filter(Column::Rule.is_not_null())
    }
}

fn position(one: &Withheld) -> Position {
    vec![
        Key::Int(one.slice.0.into()),
        Key::Int(one.metric.index() as i64),
    ]
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
