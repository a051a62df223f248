//! Each minute: what died has left is removed. Nothing of it counts or is seen; it only takes room.

use crate::app::App;
use crate::service::sweep::{SweepError, sweep_fact_store};
use crate::store::publication::sweep_unpublished;

/// Removes snapshots that will not be published and files that do not count, unless somebody still works on them.
///
/// # Errors
/// Where a store fails; the next time tries again.
pub(super) async fn clean_up(app: &App) -> Result<(), SweepError> {
    let snapshots = sweep_unpublished(app.db()).await?;
    let files = sweep_fact_store(app).await?.removed;
    if snapshots > 0 || files > 0 {
        tracing::info!(snapshots, files, "removed what had been left behind");
    }
    Ok(())
}
