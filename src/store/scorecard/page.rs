//! Pages of the scorecards of a slice, and how many there are: of many snapshots, and for many eyes, in one statement.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::partner::Entity as PartnerEntity;
use entity::scorecard::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait, IntoIden, IntoValueTuple, TableRef};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    QueryTrait, Select,
};

use super::Scorecard;
use super::filter::{ScorecardFilter, condition};
use super::order::{ScorecardOrder, columns, position};
use crate::store::StoreError;
use crate::store::loader::{Rows as Loaded, SharedError};
use crate::store::paging::{self, Page, Rows};
use crate::store::partner::Partner;
use crate::store::rights::Visible;
use crate::store::slice::SliceKey;
use crate::store::snapshot::SnapshotKey;

/// The scorecards of a slice in a snapshot, as far as whoever asks may see them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ScorecardsOf {
    pub snapshot: SnapshotKey,
    pub slice: SliceKey,
    pub visible: Visible,
}

/// One page of those of them that match, each with its partner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageOfScorecards {
    pub of: ScorecardsOf,
    pub filter: ScorecardFilter,
    pub order: Vec<ScorecardOrder>,
    pub page: Page,
}

/// How many of them match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CountOfScorecards {
    pub of: ScorecardsOf,
    pub filter: ScorecardFilter,
}

/// The rows that several askers share.
pub type ScorecardRows = Arc<Rows<(Arc<Scorecard>, Partner)>>;

/// How `select_also` begins the names of the columns of each table.
const OF_SCORECARD: &str = "A_";
const OF_PARTNER: &str = "B_";
/// Who asks, by their place among those who do.
const ASKER: &str = "asker";
/// The rows that say who asks for what.
const ASKED: &str = "asked";
/// The most of them in one statement: with three numbers each, they and a filter stay below the 32,766 that SQLite binds.
const ASKED_MAX: usize = 8_000;

impl Loader<PageOfScorecards> for Loaded {
    type Value = ScorecardRows;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[PageOfScorecards],
    ) -> Result<HashMap<PageOfScorecards, ScorecardRows>, SharedError> {
        let shape = |key: &PageOfScorecards| {
            let PageOfScorecards {
                of,
                filter,
                order,
                page,
            } = key.clone();
            (of.slice, filter, order, page)
        };
        let mut pages = HashMap::new();
        for alike in alike(keys, shape, |key| &key.of) {
            let rows = self.pages(&alike).await?;
            let rows = rows.into_iter().map(Arc::new);
            pages.extend(alike.into_iter().cloned().zip(rows));
        }
        Ok(pages)
    }
}

impl Loader<CountOfScorecards> for Loaded {
    type Value = u64;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[CountOfScorecards],
    ) -> Result<HashMap<CountOfScorecards, u64>, SharedError> {
        let shape = |key: &CountOfScorecards| (key.of.slice, key.filter.clone());
        let mut counts = HashMap::new();
        for alike in alike(keys, shape, |key| &key.of) {
            let found = self.counts(&alike).await?;
            counts.extend(alike.into_iter().cloned().zip(found));
        }
        Ok(counts)
    }
}

impl Loaded {
    /// Pages that differ by nothing but the snapshot and whose eyes they are for, in the order of those who ask.
    async fn pages(
        &self,
        alike: &[&PageOfScorecards],
    ) -> Result<Vec<Rows<(Arc<Scorecard>, Partner)>>, StoreError> {
        let first = alike[0];
        let order = columns(&first.order);
        let mut found: Vec<Vec<(Model, Partner)>> = vec![Vec::new(); alike.len()];
        if let [one] = alike {
            // Most ask for one page: the database need not sort, and number, all rows for it.
            let select = self
                .matching(one.of.slice, &one.filter)
                .filter(Column::Snapshot.eq(one.of.snapshot.0))
                .filter(one.of.visible.condition(Column::Partner))
                .select_also(PartnerEntity);
            let rows = paging::cut(select, &order, &one.page)
                .all(self.db.read())
                .await?;
            // The join is an inner one: no scorecard comes without its partner.
            let rows = rows
                .into_iter()
                .filter_map(|(row, partner)| Some((row, partner?)));
            found[0].extend(rows);
        } else {
            let select = self.asked(alike.iter().map(|key| &key.of), &first.filter);
            let select = select.select_also(PartnerEntity).expr_as(asker(), ASKER);
            let select = paging::cut_each(select, asker(), &order, &first.page);
            for row in self.db.read().query_all(&select).await? {
                let scorecard = Model::from_query_result(&row, OF_SCORECARD)?;
                let partner = Partner::from_query_result(&row, OF_PARTNER)?;
                place_of(&mut found, row.try_get("", ASKER)?)?.push((scorecard, partner));
            }
        }
        let pages = found.into_iter().map(|found| {
            let position = |(row, partner): &_| position(row, partner, &first.order);
            let rows = paging::collect(found, &first.page, position);
            rows.try_map(|(row, partner)| Ok((Arc::new(Scorecard::try_from(row)?), partner)))
        });
        pages.collect()
    }

    /// Likewise, how many there are.
    async fn counts(&self, alike: &[&CountOfScorecards]) -> Result<Vec<u64>, StoreError> {
        let mut counts = vec![0; alike.len()];
        let select = self
            .asked(alike.iter().map(|key| &key.of), &alike[0].filter)
            .select_only()
            .expr_as(asker(), ASKER)
            .expr_as(Column::Partner.count(), "scorecards")
            .group_by(asker());
        let found: Vec<(i32, i64)> = select.into_tuple().all(self.db.read()).await?;
        for (at, count) in found {
            *place_of(&mut counts, at)? = count.unsigned_abs();
        }
        Ok(counts)
    }

    /// The scorecards that match of the snapshots that are asked for, each as often as somebody asks who may see it.
    fn asked<'a>(
        &self,
        asked: impl Iterator<Item = &'a ScorecardsOf>,
        filter: &ScorecardFilter,
    ) -> Select<Entity> {
        let asked: Vec<&ScorecardsOf> = asked.collect();
        let rows = asked.iter().zip(0_i32..).flat_map(|(of, at)| {
            let row = move |partner| (at, of.snapshot.0, partner).into_value_tuple();
            match &of.visible {
                Visible::All => vec![row(None)],
                Visible::Only(partners) => partners.iter().map(|key| row(Some(key.0))).collect(),
                // No partner has this number, and a list must not be empty.
                Visible::Nothing => vec![row(Some(0))],
            }
        });
        let rows = TableRef::ValuesList(rows.collect(), ASKED.into_iden());
        let column = |name: &'static str| Expr::col((ASKED, name));
        let ours = |column: Column| Expr::col(column.as_column_ref());
        let is_asked = ours(Column::Snapshot).eq(column("column2")).and(
            column("column3")
                .is_null()
                .or(column("column3").eq(ours(Column::Partner))),
        );
        let slice = asked.first().map_or(SliceKey(0), |of| of.slice);
        let mut select = self.matching(slice, filter);
        QueryTrait::query(&mut select).join(JoinType::InnerJoin, rows, is_asked);
        select
    }

    /// Those of a slice, of whatever snapshot.
    fn matching(&self, slice: SliceKey, filter: &ScorecardFilter) -> Select<Entity> {
        let to_partner = Entity::belongs_to(PartnerEntity)
            .from(Column::Partner)
            .to(entity::partner::Column::Id)
            .into();
        Entity::find()
            .join(JoinType::InnerJoin, to_partner)
            .filter(self.rights.figures.condition(Column::Partner))
            .filter(Column::Slice.eq(slice.0))
            .filter(condition(filter))
    }
}

/// The number of who asks, beside each row. Both databases name the columns of such lists alike.
fn asker() -> Expr {
    Expr::col((ASKED, "column1"))
}

fn place_of<One>(all: &mut [One], at: i32) -> Result<&mut One, StoreError> {
    let found = usize::try_from(at).ok().and_then(|at| all.get_mut(at));
    found.ok_or_else(|| StoreError::Corrupt(format!("nobody asks at place {at}")))
}

/// The keys of the same shape together. A document has few shapes, one for each of its fields, whatever its lists hold.
fn alike<Key, Shape: Eq + Hash>(
    keys: &[Key],
    shape: impl Fn(&Key) -> Shape,
    of: impl Fn(&Key) -> &ScorecardsOf,
) -> Vec<Vec<&Key>> {
    let mut shapes: HashMap<Shape, Vec<&Key>> = HashMap::new();
    for key in keys {
        shapes.entry(shape(key)).or_default().push(key);
    }
    let rows = |key: &&Key| match &of(key).visible {
        Visible::Only(partners) => partners.len().max(1),
        Visible::All | Visible::Nothing => 1,
    };
    let split = shapes.into_values().flat_map(|alike| {
        let most = alike.iter().map(rows).max().unwrap_or(1);
        let chunks = alike.chunks((ASKED_MAX / most).max(1));
        chunks.map(<[&Key]>::to_vec).collect::<Vec<_>>()
    });
    split.collect()
}
