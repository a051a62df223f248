//! Removing files of the fact store that do not count: what a batch or compaction that died has left, and what replaced,
//! deleted and compacted batches were made of.
//!
//! Two rules make it safe. A file of a batch on its way is given up only by whoever holds the `ingest` lock, one of a
//! compaction by whoever holds the `compact` lock too, and then in SQL before it is removed, so that no transaction can
//! make it count any more. A file that once counted is removed
//! only under the `compute` lock, as a run reads the manifest when it has that lock and its files until it gives it back.

use crate::app::App;
use crate::service::lock::{self, Lock};
use crate::store::StoreError;
use crate::store::uncounted_file::{self, State, UncountedFile};

/// What a sweep has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub removed: usize,
    /// Left for another time, as a run may be reading them or another process writes a batch.
    pub left: usize,
}

/// Why files stay. None of them counts; the next sweep tries again.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    #[error("cannot use the database")]
    Store(#[from] StoreError),
    #[error("cannot remove files from the fact store")]
    Facts(#[from] facts::Error),
    #[error("cannot use the data directory")]
    Io(#[from] std::io::Error),
}

/// Sweeps unless another process writes a batch, which sweeps itself. Costs one query where nothing is left.
///
/// # Errors
/// Where a store fails; nothing that counts is touched then either.
pub async fn sweep_fact_store(app: &App) -> Result<Swept, SweepError> {
    let left = uncounted_file::list(app.db()).await?.len();
    if left == 0 {
        return Ok(Swept::default());
    }
    match lock::try_ingesting(app.data_dir())? {
        Some(lock) => try_sweep(app, &lock).await,
        None => Ok(Swept { removed: 0, left }),
    }
}

/// Sweeps for whoever holds the `ingest` lock and has no batch on its way. Files that cannot be removed now are in
/// nobody's way: the failure is logged, and the next sweep tries again.
pub(super) async fn sweep_while(app: &App, ingesting: &Lock) {
    if let Err(error) = try_sweep(app, ingesting).await {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "files that do not count stay in the fact store");
    }
}

async fn try_sweep(app: &App, _ingesting: &Lock) -> Result<Swept, SweepError> {
    let mut files = uncounted_file::list(app.db()).await?;
    let is_any = |files: &[UncountedFile], state| files.iter().any(|file| file.state == state);
    if is_any(&files, State::Announced) {
        uncounted_file::abandon(app.db(), State::Announced).await?;
        files = uncounted_file::list(app.db()).await?;
    }
    if is_any(&files, State::Merging)
        && let Some(_compacting) = lock::try_compacting(app.data_dir())?
    {
        uncounted_file::abandon(app.db(), State::Merging).await?;
        files = uncounted_file::list(app.db()).await?;
    }
    let abandoned = paths(&files, State::Abandoned);
    remove(app, &abandoned).await?;
    let retired = paths(&files, State::Retired);
    let merging = paths(&files, State::Merging).len();
    let mut swept = Swept {
        removed: abandoned.len(),
        left: retired.len() + merging,
    };
    if !retired.is_empty()
        && let Some(_computing) = lock::try_computing(app.data_dir())?
    {
        remove(app, &retired).await?;
        swept.removed += retired.len();
        swept.left = merging;
    }
    Ok(swept)
}

fn paths(files: &[UncountedFile], state: State) -> Vec<String> {
    let files = files.iter().filter(|file| file.state == state);
    files.map(|file| file.path.clone()).collect()
}

async fn remove(app: &App, paths: &[String]) -> Result<(), SweepError> {
    if paths.is_empty() {
        return Ok(());
    }
    app.facts().remove(paths).await?;
    Ok(uncounted_file::forget(app.db(), paths).await?)
}
