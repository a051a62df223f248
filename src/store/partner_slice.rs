//! In which slices partners have scorecards.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::scorecard::{Column, Entity};
use entity::slice::Column as SliceColumn;
use sea_orm::{
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef,
};

use super::StoreError;
use super::loader::{Rows, SharedError};
use super::offering::OfferingKey;
use super::partner::PartnerKey;
use super::slice::SliceKey;
use super::snapshot::SnapshotKey;

/// The slices of an offering in which a partner has a scorecard, the whole world first, then by the location's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SlicesOf {
    pub snapshot: SnapshotKey,
    pub offering: OfferingKey,
    pub partner: PartnerKey,
}

impl Loader<SlicesOf> for Rows {
    type Value = Arc<[SliceKey]>;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[SlicesOf],
    ) -> Result<HashMap<SlicesOf, Arc<[SliceKey]>>, SharedError> {
        // Each part by itself, as an index has them: a request names one snapshot and few offerings, and what it names in
        // other pairs is dropped below.
        let snapshots: BTreeSet<i64> = keys.iter().map(|key| key.snapshot.0).collect();
        let offerings: BTreeSet<i32> = keys.iter().map(|key| key.offering.0).collect();
        let partners: BTreeSet<i32> = keys.iter().map(|key| key.partner.0).collect();
        let select = Entity::find()
            .select_only()
            .columns([Column::Snapshot, Column::Slice, Column::Partner])
            .column(SliceColumn::Offering)
            .join(JoinType::InnerJoin, to_slice())
            .join(JoinType::InnerJoin, to_location())
            .filter(self.rights.figures.condition(Column::Partner))
            .filter(Column::Snapshot.is_in(snapshots))
            .filter(SliceColumn::Offering.is_in(offerings))
            .filter(Column::Partner.is_in(partners))
            // The world's id is empty.
            .order_by_asc(entity::location::Column::LocationId);
        let found: Vec<(i64, i32, i32, i32)> = select
            .into_tuple()
            .all(self.db.read())
            .await
            .map_err(StoreError::from)?;
        let mut slices: HashMap<SlicesOf, Vec<SliceKey>> =
            keys.iter().map(|key| (*key, Vec::new())).collect();
        for (snapshot, slice, partner, offering) in found {
            let key = SlicesOf {
                snapshot: SnapshotKey(snapshot),
                offering: OfferingKey(offering),
                partner: PartnerKey(partner),
            };
            if let Some(slices) = slices.get_mut(&key) {
                slices.push(SliceKey(slice));
            }
        }
        Ok(slices
            .into_iter()
            .map(|(key, slices)| (key, slices.into()))
            .collect())
    }
}

fn to_slice() -> RelationDef {
    Entity::belongs_to(entity::slice::Entity)
        .from(Column::Slice)
        .to(SliceColumn::Id)
        .into()
}

fn to_location() -> RelationDef {
    entity::slice::Entity::belongs_to(entity::location::Entity)
        .from(SliceColumn::Location)
        .to(entity::location::Column::Id)
        .into()
}
