//! All rows of a snapshot, slice by slice, for exports.

use chrono::{DateTime, Utc};
use entity::{location, offering, partner, peer_band, peer_group, scorecard, slice, snapshot};
use kernel::{Metric, PeerBand};
use rustc_hash::FxHashMap;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QueryTrait};

use super::peer_group::metric_at;
use super::scorecard::{Measure, Scorecard};
use super::{Db, StoreError};

/// A slice by the contract's ids; empty where it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SliceIds {
    pub product_id: String,
    pub workload_id: String,
    pub location_id: String,
    number: i32,
}

/// The measures of one partner in one slice, by each metric's place in the scorecard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerMeasures {
    pub partner_id: String,
    pub measures: [Measure; Metric::COUNT],
}

/// A published snapshot, and how much there is of it.
#[derive(Debug, Clone)]
pub struct Found {
    pub snapshot: i64,
    pub as_of: i32,
    pub revision: i32,
    pub published_at: Option<DateTime<Utc>>,
    /// How many were published: fewer rows mean that some were removed since.
    pub scorecards: u64,
    pub peer_bands: u64,
}

/// A snapshot that is read.
#[derive(Debug)]
pub struct Dump {
    db: Db,
    snapshot: i64,
    /// In the order of exports.
    pub slices: Vec<SliceIds>,
    partners: FxHashMap<i32, String>,
}

/// The newest published revision of a date, or of the newest date where none is named; none where there is none.
///
/// # Errors
/// Where the database does not answer.
pub async fn find_published(db: &Db, as_of: Option<i32>) -> Result<Option<Found>, StoreError> {
    let found = snapshot::Entity::find()
        .apply_if(as_of, |select, as_of| {
            select.filter(snapshot::Column::AsOf.eq(as_of))
        })
        .filter(snapshot::Column::State.eq(snapshot::State::Published))
        .order_by_desc(snapshot::Column::AsOf)
        .order_by_desc(snapshot::Column::Revision)
        .one(db.read())
        .await?;
    Ok(found.map(|row| Found {
        snapshot: row.id,
        as_of: row.as_of,
        revision: row.revision,
        published_at: row.published_at,
        scorecards: row.scorecards.unsigned_abs(),
        peer_bands: row.peer_bands.unsigned_abs(),
    }))
}

impl Dump {
    /// Begins to read a snapshot.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn open(db: &Db, found: &Found) -> Result<Dump, StoreError> {
        let partners = partner::Entity::find().all(db.read()).await?;
        Ok(Dump {
            db: db.clone(),
            snapshot: found.snapshot,
            slices: slices(db).await?,
            partners: partners
                .into_iter()
                .map(|row| (row.id, row.partner_id))
                .collect(),
        })
    }

    /// The measures of everyone who has a scorecard in the slice, in order of partner_id by bytes.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn scorecards_of(
        &self,
        slice: &SliceIds,
    ) -> Result<Vec<PartnerMeasures>, StoreError> {
        let rows = scorecard::Entity::find()
            .filter(scorecard::Column::Snapshot.eq(self.snapshot))
            .filter(scorecard::Column::Slice.eq(slice.number))
            .all(self.db.read())
            .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let partner_id = self.partners.get(&row.partner).cloned();
            let unknown = || StoreError::Corrupt(format!("partner number {}", row.partner));
            found.push(PartnerMeasures {
                partner_id: partner_id.ok_or_else(unknown)?,
                measures: Scorecard::try_from(row)?.measures,
            });
        }
        found.sort_unstable_by(|a, b| a.partner_id.cmp(&b.partner_id));
        Ok(found)
    }

    /// How many values each metric has in the slice.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn peers_of(&self, slice: &SliceIds) -> Result<[u32; Metric::COUNT], StoreError> {
        let rows = peer_group::Entity::find()
            .filter(peer_group::Column::Snapshot.eq(self.snapshot))
            .filter(peer_group::Column::Slice.eq(slice.number))
            .all(self.db.read())
            .await?;
        let mut peers = [0; Metric::COUNT];
        for row in rows {
            peers[metric_at(row.metric)?.index()] = row.peers.unsigned_abs();
        }
        Ok(peers)
    }

    /// The slice's peer bands, by metric, then band.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn peer_bands_of(&self, slice: &SliceIds) -> Result<Vec<PeerBand>, StoreError> {
        let rows = peer_band::Entity::find()
            .filter(peer_band::Column::Snapshot.eq(self.snapshot))
            .filter(peer_band::Column::Slice.eq(slice.number))
            .order_by_asc(peer_band::Column::Metric)
            .order_by_asc(peer_band::Column::Band)
            .all(self.db.read())
            .await?;
        rows.iter().map(super::peer_band::peer_band).collect()
    }
}

/// Every slice that any snapshot has a scorecard in, in the order of exports.
async fn slices(db: &Db) -> Result<Vec<SliceIds>, StoreError> {
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
    Ok(slices)
}
