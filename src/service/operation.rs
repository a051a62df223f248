//! What operators start and stop over the API. The work goes on whatever becomes of the client that asked for it, and ends
//! with the server.

use std::sync::Arc;

use kernel::Day;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinSet;

use crate::app::App;
use crate::service::audit::Actor;
use crate::service::compact::{self, CompactError};
use crate::service::recompute::{self, RecomputeError};
use crate::service::run::{Asked, Stopped, Stopper};

/// Runs that are under way or wait for each other.
const RUNS_MAX: usize = 8;

/// The work under way. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Operations(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    app: App,
    stopper: Stopper,
    runs: Mutex<JoinSet<()>>,
}

/// Why a run was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{RUNS_MAX} runs are under way already; ask again when one has ended")]
    TooMany,
    #[error(transparent)]
    Recompute(#[from] RecomputeError),
    #[error(transparent)]
    Compact(#[from] CompactError),
}

impl Operations {
    #[must_use]
    pub fn new(app: &App) -> Operations {
        Operations(Arc::new(Shared {
            app: app.clone(),
            stopper: Stopper::default(),
            runs: Mutex::default(),
        }))
    }

    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// Hears when the server ends.
    #[must_use]
    pub fn listen(&self) -> Asked {
        self.0.stopper.listen()
    }

    /// Starts to compute the snapshot of a date as its next revision, and tells the number of the run.
    ///
    /// # Errors
    /// Where too many are under way, or the run cannot be claimed.
    pub async fn start_recompute(&self, by: &Actor, as_of: Day) -> Result<i64, StartError> {
        let mut runs = self.room().await?;
        let (run, work) = recompute::start(self.app(), by, as_of, self.listen()).await?;
        runs.spawn(work);
        Ok(run)
    }

    /// Starts to compact the fact store, and tells the number of the run.
    ///
    /// # Errors
    /// Where too many are under way, or the run cannot be claimed.
    pub async fn start_compaction(&self, by: &Actor) -> Result<i64, StartError> {
        let mut runs = self.room().await?;
        let (run, work) = compact::start(self.app(), by, self.listen()).await?;
        runs.spawn(work);
        Ok(run)
    }

    /// The work under way, if there is room for more.
    async fn room(&self) -> Result<MutexGuard<'_, JoinSet<()>>, StartError> {
        let mut runs = self.0.runs.lock().await;
        while runs.try_join_next().is_some() {}
        if runs.len() >= RUNS_MAX {
            return Err(StartError::TooMany);
        }
        Ok(runs)
    }

    /// Asks all work to stop, and waits until it has.
    pub async fn stop(&self) {
        self.0.stopper.stop(Stopped::ShuttingDown);
        let mut runs = self.0.runs.lock().await;
        while runs.join_next().await.is_some() {}
    }
}
