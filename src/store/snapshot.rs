//! Published snapshots. Nobody reads one that is still being built, and staff alone one that a later revision of its date
//! has taken the place of.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::{DateTime, Utc};
use entity::snapshot::{Column, Entity, Model, State};
use kernel::Day;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};

use super::kept::SnapshotsBetween;
use super::loader::{Rows as Loaded, SharedError};
use super::paging::{self, Direction, Key, OrderColumn, Page, Rows};
use super::rights::Rights;
use super::{Db, StoreError};
use crate::config::Settings;

/// A snapshot by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SnapshotKey(pub i64);

/// Everything published for one as-of date.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub key: SnapshotKey,
    pub as_of: Day,
    pub revision: i32,
    /// The settings it was computed with.
    pub settings: Settings,
    /// The place in the commit order of the last batch or upload that it knows.
    pub last_sequence: i64,
    pub fact_rows: i64,
    pub slices: i64,
    pub scorecards: i64,
    pub peer_bands: i64,
    pub published_at: DateTime<Utc>,
}

/// The snapshots that are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotFilter {
    /// Both included.
    pub from: Option<Day>,
    pub to: Option<Day>,
    /// Revisions that a later one of the same date has taken the place of, too.
    pub superseded: bool,
}

/// The snapshot of a date, or the newest; of its revisions the greatest.
///
/// # Errors
/// Where the database fails.
pub async fn find_snapshot(db: &Db, as_of: Option<Day>) -> Result<Option<Snapshot>, StoreError> {
    newest_of(db, of_date(published(), as_of)).await
}

/// The snapshot with this revision of a date, or of the newest that has one. A revision that is superseded is only there
/// for whoever has the right to it.
///
/// # Errors
/// Where the database fails.
pub async fn find_revision(
    db: &Db,
    rights: &Rights,
    as_of: Option<Day>,
    revision: i32,
) -> Result<Option<Snapshot>, StoreError> {
    let select = of_date(visible(rights), as_of).filter(Column::Revision.eq(revision));
    newest_of(db, select).await
}

/// The newest snapshot of a day, or of the last day before it that has one.
///
/// # Errors
/// Where the database fails.
pub async fn find_snapshot_until(db: &Db, day: Day) -> Result<Option<Snapshot>, StoreError> {
    newest_of(db, published().filter(Column::AsOf.lte(day.0))).await
}

/// The snapshots that were begun last, the newest first: enough that none is missed by whoever asks each second.
///
/// # Errors
/// Where the database fails.
pub async fn newest_snapshots(db: &Db) -> Result<Vec<Snapshot>, StoreError> {
    let select = published().order_by_desc(Column::Id).limit(100);
    let found = select.all(db.read()).await?;
    found.into_iter().map(Snapshot::try_from).collect()
}

/// One page of the snapshots that match, newest first.
///
/// # Errors
/// Where the database fails.
pub async fn list_snapshots(
    db: &Db,
    filter: &SnapshotFilter,
    page: &Page,
) -> Result<Rows<Snapshot>, StoreError> {
    let order = [
        OrderColumn::new(Column::AsOf, Direction::Descending),
        OrderColumn::new(Column::Revision, Direction::Descending),
    ];
    let found = paging::cut(matching(filter), &order, page)
        .all(db.read())
        .await?;
    let found = found
        .into_iter()
        .map(Snapshot::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(paging::collect(found, page, |snapshot| {
        vec![
            Key::Int(snapshot.as_of.0.into()),
            Key::Int(snapshot.revision.into()),
        ]
    }))
}

/// How many snapshots match.
///
/// # Errors
/// Where the database fails.
pub async fn count_snapshots(db: &Db, filter: &SnapshotFilter) -> Result<u64, StoreError> {
    Ok(matching(filter).count(db.read()).await?)
}

/// Every date that has a published snapshot.
///
/// # Errors
/// Where the database fails.
pub async fn published_dates(db: &Db) -> Result<BTreeSet<Day>, StoreError> {
    let select = published().select_only().column(Column::AsOf).distinct();
    let dates: Vec<i32> = select.into_tuple().all(db.read()).await?;
    Ok(dates.into_iter().map(Day).collect())
}

fn published() -> Select<Entity> {
    Entity::find().filter(Column::State.eq(State::Published))
}

/// Those of the published ones that are there for whoever has these rights.
fn visible(rights: &Rights) -> Select<Entity> {
    if rights.superseded() {
        published()
    } else {
        published().filter(is_newest_revision())
    }
}

fn of_date(select: Select<Entity>, as_of: Option<Day>) -> Select<Entity> {
    select.apply_if(as_of, |select, day| select.filter(Column::AsOf.eq(day.0)))
}

async fn newest_of(db: &Db, select: Select<Entity>) -> Result<Option<Snapshot>, StoreError> {
    let select = select
        .order_by_desc(Column::AsOf)
        .order_by_desc(Column::Revision)
        .limit(1);
    let found = select.one(db.read()).await?;
    found.map(Snapshot::try_from).transpose()
}

/// Holds for the published revision of each date that no later one has taken the place of.
fn is_newest_revision() -> SimpleExpr {
    let mut newest = Query::select();
    newest
        .column(Column::AsOf)
        .expr(Expr::col(Column::Revision).max())
        .from(Entity)
        .and_where(Column::State.eq(State::Published))
        .group_by_col(Column::AsOf);
    let columns = [Column::AsOf, Column::Revision].map(|column| Expr::col(column.as_column_ref()));
    Expr::tuple(columns).in_subquery(newest)
}

fn matching(filter: &SnapshotFilter) -> Select<Entity> {
    let mut select = published()
        .apply_if(filter.from, |select, day| {
            select.filter(Column::AsOf.gte(day.0))
        })
        .apply_if(filter.to, |select, day| {
            select.filter(Column::AsOf.lte(day.0))
        });
    if !filter.superseded {
        select = select.filter(is_newest_revision());
    }
    select
}

impl TryFrom<Model> for Snapshot {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Snapshot, StoreError> {
        let settings = serde_json::from_str(&row.settings).map_err(|error| {
            StoreError::Corrupt(format!("settings of snapshot {}: {error}", row.id))
        })?;
        let published_at = row.published_at.ok_or_else(|| {
            StoreError::Corrupt(format!("snapshot {} has no time of publication", row.id))
        })?;
        Ok(Snapshot {
            key: SnapshotKey(row.id),
            as_of: Day(row.as_of),
            revision: row.revision,
            settings,
            last_sequence: row.last_sequence,
            fact_rows: row.fact_rows,
            slices: row.slices,
            scorecards: row.scorecards,
            peer_bands: row.peer_bands,
            published_at,
        })
    }
}

impl Loader<SnapshotKey> for Loaded {
    type Value = Snapshot;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[SnapshotKey],
    ) -> Result<HashMap<SnapshotKey, Snapshot>, SharedError> {
        let select = visible(&self.rights).filter(Column::Id.is_in(keys.iter().map(|key| key.0)));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        let mut snapshots = HashMap::new();
        for row in found {
            snapshots.insert(SnapshotKey(row.id), Snapshot::try_from(row)?);
        }
        Ok(snapshots)
    }
}

impl Loader<SnapshotsBetween> for Loaded {
    type Value = Arc<[Arc<Snapshot>]>;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[SnapshotsBetween],
    ) -> Result<HashMap<SnapshotsBetween, Arc<[Arc<Snapshot>]>>, SharedError> {
        // One span over all of them: those of one request lie together, and a day has one row.
        let filter = SnapshotFilter {
            from: keys.iter().map(|span| span.0).min(),
            to: keys.iter().map(|span| span.1).max(),
            superseded: false,
        };
        let found = matching(&filter).all(self.db.read()).await;
        let found = found.map_err(StoreError::from)?.into_iter();
        let snapshots = found
            .map(|row| Snapshot::try_from(row).map(Arc::new))
            .collect::<Result<Vec<_>, _>>()?;
        let within = |span: &SnapshotsBetween| {
            let days = span.0..=span.1;
            let within = snapshots.iter().filter(|one| days.contains(&one.as_of));
            within.cloned().collect()
        };
        Ok(keys.iter().map(|span| (*span, within(span))).collect())
    }
}
