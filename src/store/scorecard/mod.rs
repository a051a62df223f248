//! Scorecards: lookups by partner, and sorted, filtered pages of a slice.

mod row;

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::partner::Entity as PartnerEntity;
use entity::peer_group::{Column as GroupColumn, Entity as GroupEntity};
use entity::scorecard::{Column, Entity, Model};
use entity::slice::Entity as SliceEntity;
use kernel::{Metric, Standing, Value};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QuerySelect, Select,
};

use super::loader::{Rows as Loaded, SharedError};
use super::location::LocationKey;
use super::offering::OfferingKey;
use super::paging::{self, Direction, OrderColumn, Page, Position, Rows};
use super::partner::{self, Partner, PartnerField, PartnerFilter, PartnerKey};
use super::rights::Visible;
use super::slice::SliceKey;
use super::snapshot::SnapshotKey;
use super::{Db, StoreError};
use row::{band_column, key, less_column, rank_column, standing_columns, value_column, value_key};

/// The scorecard of a partner in a slice of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScorecardKey {
    pub snapshot: SnapshotKey,
    pub slice: SliceKey,
    pub partner: PartnerKey,
}

/// One partner's measures in one slice, by each metric's place in the scorecard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scorecard {
    pub key: ScorecardKey,
    pub measures: [Measure; Metric::COUNT],
}

/// One partner's value of one metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    pub value: Option<Value>,
    /// None where there is no value or the peers are not split into bands.
    pub standing: Option<Standing>,
}

/// The scorecards of a slice in a snapshot, as far as whoever asks may see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScorecardsOf {
    pub snapshot: SnapshotKey,
    pub slice: SliceKey,
    pub visible: Visible,
}

/// The scorecards that are asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum ScorecardFilter {
    Partner(PartnerFilter),
    /// In one of these bands, 1 (lowest) to 4.
    Band(Metric, Vec<i16>),
    /// At least.
    Min(Metric, f64),
    /// At most.
    Max(Metric, f64),
    HasValue(Metric, bool),
    /// The rank is at most this.
    MaxRank(Metric, i32),
    /// So many peers at least have a value in the slice.
    MinPeers(Metric, i32),
    /// At most.
    MaxPeers(Metric, i32),
    All(Vec<ScorecardFilter>),
    Any(Vec<ScorecardFilter>),
    Not(Box<ScorecardFilter>),
}

/// What scorecards can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScorecardField {
    Partner(PartnerField),
    Value(Metric),
    Rank(Metric),
}

/// One part of an order of scorecards; the partner's id by bytes decides between equals.
pub type ScorecardOrder = (ScorecardField, Direction);

/// One page of the scorecards of a slice that match, each with its partner.
///
/// # Errors
/// Where the database fails.
pub async fn list_scorecards(
    db: &Db,
    of: &ScorecardsOf,
    filter: &ScorecardFilter,
    order: &[ScorecardOrder],
    page: &Page,
) -> Result<Rows<(Scorecard, Partner)>, StoreError> {
    let columns: Vec<OrderColumn> = sorted_columns(order)
        .map(|(column, direction)| match column {
            Sorted::Partner(field) => OrderColumn::new(partner::column(field), direction),
            Sorted::Value(metric) => OrderColumn::new(value_column(metric), direction),
            Sorted::Less(metric) => OrderColumn::new(less_column(metric), direction),
            Sorted::Rank(metric) => OrderColumn::new(rank_column(metric), direction),
        })
        .collect();
    let select = matching(of, filter).select_also(PartnerEntity);
    let found = paging::cut(select, &columns, page).all(db.read()).await?;
    // The join is an inner one: no scorecard comes without its partner.
    let found = found
        .into_iter()
        .filter_map(|(row, partner)| Some((row, partner?)))
        .collect();
    let rows = paging::collect(found, page, |(row, partner)| position(row, partner, order));
    let convert = |(position, (row, partner))| Ok((position, (Scorecard::try_from(row)?, partner)));
    Ok(Rows {
        rows: rows
            .rows
            .into_iter()
            .map(convert)
            .collect::<Result<_, StoreError>>()?,
        has_previous: rows.has_previous,
        has_next: rows.has_next,
    })
}

/// How many scorecards of a slice match.
///
/// # Errors
/// Where the database fails.
pub async fn count_scorecards(
    db: &Db,
    of: &ScorecardsOf,
    filter: &ScorecardFilter,
) -> Result<u64, StoreError> {
    Ok(matching(of, filter).count(db.read()).await?)
}

/// The locations where a partner has a scorecard for an offering; none where it is not visible.
///
/// # Errors
/// Where the database fails.
pub async fn list_locations_of(
    db: &Db,
    visible: &Visible,
    snapshot: SnapshotKey,
    partner: PartnerKey,
    offering: OfferingKey,
) -> Result<Vec<LocationKey>, StoreError> {
    let to_slice = Entity::belongs_to(SliceEntity)
        .from(Column::Slice)
        .to(entity::slice::Column::Id)
        .into();
    let select = Entity::find()
        .select_only()
        .column(entity::slice::Column::Location)
        .join(JoinType::InnerJoin, to_slice)
        .filter(visible.condition(Column::Partner))
        .filter(Column::Snapshot.eq(snapshot.0))
        .filter(Column::Partner.eq(partner.0))
        .filter(entity::slice::Column::Offering.eq(offering.0));
    let found: Vec<i32> = select.into_tuple().all(db.read()).await?;
    Ok(found.into_iter().map(LocationKey).collect())
}

fn matching(of: &ScorecardsOf, filter: &ScorecardFilter) -> Select<Entity> {
    let to_partner = Entity::belongs_to(PartnerEntity)
        .from(Column::Partner)
        .to(entity::partner::Column::Id)
        .into();
    Entity::find()
        .join(JoinType::InnerJoin, to_partner)
        .filter(Column::Snapshot.eq(of.snapshot.0))
        .filter(Column::Slice.eq(of.slice.0))
        .filter(of.visible.condition(Column::Partner))
        .filter(condition(filter))
}

/// The filter as one condition. Each test is true or false, never unknown, so that `not` means what it says.
fn condition(filter: &ScorecardFilter) -> Condition {
    let present = |column: Column| Condition::all().add(column.is_not_null());
    match filter {
        ScorecardFilter::Partner(filter) => partner::condition(filter),
        ScorecardFilter::Band(metric, bands) => {
            let column = band_column(*metric);
            present(column).add(column.is_in(bands.iter().copied()))
        }
        ScorecardFilter::Min(metric, min) => {
            let column = value_column(*metric);
            present(column).add(Expr::col(column.as_column_ref()).gte(*min))
        }
        ScorecardFilter::Max(metric, max) => {
            let column = value_column(*metric);
            present(column).add(Expr::col(column.as_column_ref()).lte(*max))
        }
        ScorecardFilter::HasValue(metric, true) => present(value_column(*metric)),
        ScorecardFilter::HasValue(metric, false) => {
            Condition::all().add(value_column(*metric).is_null())
        }
        ScorecardFilter::MaxRank(metric, max) => {
            let column = rank_column(*metric);
            present(column).add(column.lte(*max))
        }
        ScorecardFilter::MinPeers(metric, min) => match min {
            // Where nobody has a value there is no row to find.
            ..=0 => Condition::all(),
            min => Condition::all().add(has_peers(*metric, GroupColumn::Peers.gte(*min))),
        },
        ScorecardFilter::MaxPeers(metric, max) => {
            Condition::all().add(has_peers(*metric, GroupColumn::Peers.gt(*max)).not())
        }
        ScorecardFilter::All(filters) => filters
            .iter()
            .fold(Condition::all(), |all, filter| all.add(condition(filter))),
        // A disjunction of nothing holds for nobody.
        ScorecardFilter::Any(filters) => filters
            .iter()
            .fold(Condition::any().add(Expr::value(1).eq(0)), |any, filter| {
                any.add(condition(filter))
            }),
        ScorecardFilter::Not(filter) => Condition::all().add(condition(filter)).not(),
    }
}

/// Whether the metric's peers in the scorecard's slice are as many as a test wants.
fn has_peers(metric: Metric, test: Expr) -> Expr {
    let same =
        |of: GroupColumn, ours: Column| Expr::col(of.as_column_ref()).equals(ours.as_column_ref());
    let mut groups = Query::select();
    groups
        .expr(Expr::value(1))
        .from(GroupEntity)
        .and_where(same(GroupColumn::Snapshot, Column::Snapshot))
        .and_where(same(GroupColumn::Slice, Column::Slice))
        // A metric's place is below eight.
        .and_where(GroupColumn::Metric.eq(metric.index() as i16))
        .and_where(test);
    Expr::exists(groups)
}

/// A column behind an order.
#[derive(Clone, Copy)]
enum Sorted {
    Partner(PartnerField),
    Value(Metric),
    Less(Metric),
    Rank(Metric),
}

/// The columns of an order. Values are stored as the nearest float: how many peers are smaller tells those apart that
/// share one.
fn sorted_columns(order: &[ScorecardOrder]) -> impl Iterator<Item = (Sorted, Direction)> + '_ {
    let columns = order.iter().flat_map(|(field, direction)| {
        let (first, second) = match field {
            ScorecardField::Partner(field) => (Sorted::Partner(*field), None),
            ScorecardField::Value(metric) => (Sorted::Value(*metric), Some(Sorted::Less(*metric))),
            ScorecardField::Rank(metric) => (Sorted::Rank(*metric), None),
        };
        std::iter::once(first)
            .chain(second)
            .map(|column| (column, *direction))
    });
    let tie_break = (
        Sorted::Partner(PartnerField::PartnerId),
        Direction::Ascending,
    );
    columns.chain(std::iter::once(tie_break))
}

fn position(row: &Model, partner: &Partner, order: &[ScorecardOrder]) -> Position {
    sorted_columns(order)
        .map(|(column, _)| match column {
            Sorted::Partner(field) => partner::key(partner, field),
            Sorted::Value(metric) => value_key(row, metric),
            Sorted::Less(metric) => standing_columns(row, metric).2.map(i64::from).into(),
            Sorted::Rank(metric) => standing_columns(row, metric).1.map(i64::from).into(),
        })
        .collect()
}

impl Loader<ScorecardKey> for Loaded {
    type Value = Scorecard;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[ScorecardKey],
    ) -> Result<HashMap<ScorecardKey, Scorecard>, SharedError> {
        let columns = [Column::Snapshot, Column::Slice, Column::Partner];
        let columns = columns.map(|column| Expr::col(column.as_column_ref()));
        let triples = keys
            .iter()
            .map(|key| (key.snapshot.0, key.slice.0, key.partner.0));
        let select = Entity::find()
            .filter(self.rights.figures.condition(Column::Partner))
            .filter(Expr::tuple(columns).in_tuples(triples));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        let mut scorecards = HashMap::new();
        for row in found {
            scorecards.insert(key(&row), Scorecard::try_from(row)?);
        }
        Ok(scorecards)
    }
}
