//! Peer bands: the range and size of each non-empty quartile.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::peer_band::{Column, Entity, Model};
use kernel::{Metric, PeerBand, Value};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::StoreError;
use super::loader::{Rows, SharedError};
use super::peer_group::metric_at;
use super::slice::SliceKey;
use super::snapshot::SnapshotKey;

/// The peer bands of a slice in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeerBandsOf {
    pub snapshot: SnapshotKey,
    pub slice: SliceKey,
}

impl Loader<PeerBandsOf> for Rows {
    /// In order of metric, then band.
    type Value = Arc<[PeerBand]>;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[PeerBandsOf],
    ) -> Result<HashMap<PeerBandsOf, Arc<[PeerBand]>>, SharedError> {
        let columns =
            [Column::Snapshot, Column::Slice].map(|column| Expr::col(column.as_column_ref()));
        let pairs = keys.iter().map(|key| (key.snapshot.0, key.slice.0));
        let select = Entity::find()
            .filter(Expr::tuple(columns).in_tuples(pairs))
            .order_by_asc(Column::Metric)
            .order_by_asc(Column::Band);
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        let mut bands: HashMap<PeerBandsOf, Vec<PeerBand>> =
            keys.iter().map(|key| (*key, Vec::new())).collect();
        for row in found {
            let key = PeerBandsOf {
                snapshot: SnapshotKey(row.snapshot),
                slice: SliceKey(row.slice),
            };
            bands.entry(key).or_default().push(peer_band(&row)?);
        }
        Ok(bands
            .into_iter()
            .map(|(key, bands)| (key, bands.into()))
            .collect())
    }
}

/// The kernel's value of a row.
pub(super) fn peer_band(row: &Model) -> Result<PeerBand, StoreError> {
    let metric = metric_at(row.metric)?;
    let corrupt = || {
        StoreError::Corrupt(format!(
            "band {} of {metric} in slice {} of snapshot {}",
            row.band, row.slice, row.snapshot
        ))
    };
    Ok(PeerBand {
        metric,
        band: u8::try_from(row.band).map_err(|_| corrupt())?,
        min: value(metric, &row.min_numerator, row.min_denominator).ok_or_else(corrupt)?,
        max: value(metric, &row.max_numerator, row.max_denominator).ok_or_else(corrupt)?,
        partners: u32::try_from(row.partners).map_err(|_| corrupt())?,
    })
}

/// Money is the only value whose numerator can exceed 64 bits; its denominator is always the same.
fn value(metric: Metric, numerator: &str, denominator: i64) -> Option<Value> {
    match metric {
        Metric::Revenue => numerator.parse().ok().map(Value::money),
        _ => Value::ratio(numerator.parse().ok()?, denominator),
    }
}
