//! Scorecards: lookups by partner, and sorted, filtered pages of a slice.

mod filter;
mod order;
mod page;
mod row;

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::scorecard::{Column, Entity};
use entity::slice::Entity as SliceEntity;
use kernel::{Metric, Standing, Value};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};

use super::loader::{Rows as Loaded, SharedError};
use super::location::LocationKey;
use super::offering::OfferingKey;
use super::partner::PartnerKey;
use super::rights::Visible;
use super::slice::SliceKey;
use super::snapshot::SnapshotKey;
use super::{Db, StoreError};

pub use filter::ScorecardFilter;
pub use order::{ScorecardField, ScorecardOrder};
pub use page::{CountOfScorecards, PageOfScorecards, ScorecardRows, ScorecardsOf};

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
            scorecards.insert(row::key(&row), Scorecard::try_from(row)?);
        }
        Ok(scorecards)
    }
}
