//! Removing what was never published.

use entity::{peer_band, peer_group, release_report, snapshot};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::scorecard::delete_all;
use crate::store::claim::held_runs;
use crate::store::{Db, StoreError};

/// Removes what runs that nobody holds any more have left unpublished. Gives how many snapshots that were.
///
/// # Errors
/// Where the database refuses.
pub async fn sweep_unpublished(db: &Db) -> Result<u64, StoreError> {
    let building = snapshot::Entity::find()
        .filter(snapshot::Column::State.eq(snapshot::State::Building))
        .all(db.read())
        .await?;
    if building.is_empty() {
        return Ok(0);
    }
    // Read after the snapshots: a run is claimed before it begins one.
    let held = held_runs(db).await?;
    let is_left = |snapshot: &snapshot::Model| !snapshot.run.is_some_and(|run| held.contains(&run));
    let mut swept = 0;
    for left in building.into_iter().filter(is_left) {
        let txn = db.begin().await?;
        // First, so that a run that wakes late finds its snapshot gone before it can add to it.
        snapshot::Entity::delete_by_id(left.id).exec(&txn).await?;
        delete_all(&txn, left.id).await?;
        peer_band::Entity::delete_many()
            .filter(peer_band::Column::Snapshot.eq(left.id))
            .exec(&txn)
            .await?;
        peer_group::Entity::delete_many()
            .filter(peer_group::Column::Snapshot.eq(left.id))
            .exec(&txn)
            .await?;
        release_report::Entity::delete_many()
            .filter(release_report::Column::Snapshot.eq(left.id))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        swept += 1;
    }
    Ok(swept)
}
