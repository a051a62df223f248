//! All rows of a snapshot, slice by slice, for exports.

use entity::{location, offering, partner, peer_band, peer_group, scorecard, slice, snapshot};
use rustc_hash::FxHashMap;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Db, StoreError};

/// A slice by the contract's ids; empty where it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SliceIds {
    pub product_id: String,
    pub workload_id: String,
    pub location_id: String,
    number: i32,
}

/// The newest published snapshot of a date.
#[derive(Debug)]
pub struct Dump {
    db: Db,
    snapshot: i64,
    /// In the order of exports.
    pub slices: Vec<SliceIds>,
    partners: FxHashMap<i32, String>,
}

impl Dump {
    /// Finds the snapshot; none where the date has none.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn open(db: &Db, as_of: i32) -> Result<Option<Dump>, StoreError> {
        let found = snapshot::Entity::find()
            .filter(snapshot::Column::AsOf.eq(as_of))
            .filter(snapshot::Column::State.eq(snapshot::State::Published))
            .order_by_desc(snapshot::Column::Revision)
            .one(db.read())
            .await?;
        let Some(found) = found else { return Ok(None) };
        let offerings: FxHashMap<i32, (String, String)> = offering::Entity::find()
            .all(db.read())
            .await?
            .into_iter()
            .map(|row| (row.id, (row.product_id, row.workload_id)))
            .collect();
        let locations: FxHashMap<i32, String> = location::Entity::find()
            .all(db.read())
            .await?
            .into_iter()
            .map(|row| (row.id, row.location_id))
            .collect();
        let partners = partner::Entity::find().all(db.read()).await?;
        let mut slices = Vec::new();
        for row in slice::Entity::find().all(db.read()).await? {
            let unknown = || StoreError::Corrupt(format!("slice number {}", row.id));
            let (product_id, workload_id) =
                offerings.get(&row.offering).cloned().ok_or_else(unknown)?;
            slices.push(SliceIds {
                product_id,
                workload_id,
                location_id: locations.get(&row.location).cloned().ok_or_else(unknown)?,
                number: row.id,
            });
        }
        slices.sort_unstable();
        Ok(Some(Dump {
            db: db.clone(),
            snapshot: found.id,
            slices,
            partners: partners
                .into_iter()
                .map(|row| (row.id, row.partner_id))
                .collect(),
        }))
    }

    /// The slice's scorecards with their partners, in order of partner_id by bytes.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn scorecards(
        &self,
        slice: &SliceIds,
    ) -> Result<Vec<(String, scorecard::Model)>, StoreError> {
        let rows = scorecard::Entity::find()
            .filter(scorecard::Column::Snapshot.eq(self.snapshot))
            .filter(scorecard::Column::Slice.eq(slice.number))
            .all(self.db.read())
            .await?;
        let mut named = Vec::with_capacity(rows.len());
        for row in rows {
            let unknown = || StoreError::Corrupt(format!("partner number {}", row.partner));
            named.push((
                self.partners
                    .get(&row.partner)
                    .cloned()
                    .ok_or_else(unknown)?,
                row,
            ));
        }
        named.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(named)
    }

    /// How many values each metric has in the slice.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn peers(&self, slice: &SliceIds) -> Result<[i32; 8], StoreError> {
        let rows = peer_group::Entity::find()
            .filter(peer_group::Column::Snapshot.eq(self.snapshot))
            .filter(peer_group::Column::Slice.eq(slice.number))
            .all(self.db.read())
            .await?;
        let mut peers = [0; 8];
        for row in rows {
            if let Some(of_metric) = usize::try_from(row.metric)
                .ok()
                .and_then(|at| peers.get_mut(at))
            {
                *of_metric = row.peers;
            }
        }
        Ok(peers)
    }

    /// The slice's peer bands, by metric, then band.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn peer_bands(&self, slice: &SliceIds) -> Result<Vec<peer_band::Model>, StoreError> {
        Ok(peer_band::Entity::find()
            .filter(peer_band::Column::Snapshot.eq(self.snapshot))
            .filter(peer_band::Column::Slice.eq(slice.number))
            .order_by_asc(peer_band::Column::Metric)
            .order_by_asc(peer_band::Column::Band)
            .all(self.db.read())
            .await?)
    }
}
