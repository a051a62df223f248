//! How many peers each metric of a slice has.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::peer_group::{Column, Entity};
use kernel::Metric;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::StoreError;
use super::loader::{Rows, SharedError};
use super::slice::SliceKey;
use super::snapshot::SnapshotKey;

/// The peer groups of a slice in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeerGroupsOf {
    pub snapshot: SnapshotKey,
    pub slice: SliceKey,
}

/// The peers of one metric in one slice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerGroup {
    pub peers: u32,
    /// The release rules let partners see bands and counts.
    pub released: bool,
    /// And rank, percentile and how many share a value; never without the bands.
    pub ranked: bool,
}

/// One for each metric, by its place in the scorecard; none where nobody has a value.
pub type PeerGroups = [PeerGroup; Metric::COUNT];

impl Loader<PeerGroupsOf> for Rows {
    type Value = PeerGroups;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[PeerGroupsOf],
    ) -> Result<HashMap<PeerGroupsOf, PeerGroups>, SharedError> {
        let columns =
            [Column::Snapshot, Column::Slice].map(|column| Expr::col(column.as_column_ref()));
        let pairs = keys.iter().map(|key| (key.snapshot.0, key.slice.0));
        let select = Entity::find().filter(Expr::tuple(columns).in_tuples(pairs));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        let mut groups: HashMap<PeerGroupsOf, PeerGroups> = keys
            .iter()
            .map(|key| (*key, PeerGroups::default()))
            .collect();
        for row in found {
            let key = PeerGroupsOf {
                snapshot: SnapshotKey(row.snapshot),
                slice: SliceKey(row.slice),
            };
            let metric = metric_at(row.metric)?;
            groups.entry(key).or_default()[metric.index()] = PeerGroup {
                peers: u32::try_from(row.peers).unwrap_or(0),
                released: row.released,
                ranked: row.released && row.ranked,
            };
        }
        Ok(groups)
    }
}

/// The metric at a stored place of the scorecard.
pub(super) fn metric_at(place: i16) -> Result<Metric, StoreError> {
    usize::try_from(place)
        .ok()
        .and_then(|place| Metric::ALL.get(place).copied())
        .ok_or_else(|| {
            StoreError::Corrupt(format!(
                "no metric stands at place {place} of the scorecard"
            ))
        })
}
