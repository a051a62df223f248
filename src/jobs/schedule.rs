//! When jobs run.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use super::clean_up::clean_up;
use super::compact_facts::compact_facts;
use super::recompute_snapshots::{Outcome, recompute_snapshots};
use crate::app::App;
use crate::clock;
use crate::service::compact::{CompactError, Compacted};
use crate::service::recompute::RecomputeError;
use crate::service::run::{Asked, Stopped, Stopper};

/// Each minute, at its beginning. The program's time zone is not the cron's business: its offset would stay that of the
/// day on which the cron was made.
const EACH_MINUTE: &str = "0 * * * * *";

/// The running schedule.
pub struct Schedule {
    scheduler: JobScheduler,
    stopper: Stopper,
    worker: JoinHandle<()>,
}

impl std::fmt::Debug for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schedule").finish_non_exhaustive()
    }
}

impl Schedule {
    /// Starts to look for due work, at once and then each minute.
    ///
    /// # Errors
    /// Where the wake-up cannot be started.
    pub async fn start(app: &App) -> Result<Schedule, JobSchedulerError> {
        let wake = Arc::new(Notify::new());
        wake.notify_one();
        let scheduler = JobScheduler::new().await?;
        let cron = Job::new_async(EACH_MINUTE, {
            let wake = wake.clone();
            move |_, _| {
                let wake = wake.clone();
                // A wake-up during the work is remembered once: runs never overlap.
                Box::pin(async move { wake.notify_one() })
            }
        })?;
        scheduler.add(cron).await?;
        scheduler.start().await?;
        let stopper = Stopper::default();
        let worker = tokio::spawn(work(app.clone(), wake, clock::now(), stopper.listen()));
        Ok(Schedule {
            scheduler,
            stopper,
            worker,
        })
    }

    /// Asks the work to stop and waits until it has handed back what it holds.
    pub async fn stop(mut self) {
        self.stopper.stop(Stopped::ShuttingDown);
        if let Err(error) = self.scheduler.shutdown().await {
            tracing::warn!(%error, "the wake-up did not stop cleanly");
        }
        if let Err(error) = self.worker.await {
            tracing::error!(%error, "the schedule ended early");
        }
    }
}

async fn work(app: App, wake: Arc<Notify>, since: DateTime<Utc>, asked: Asked) {
    let mut stop = asked.clone();
    loop {
        tokio::select! {
            () = wake.notified() => {}
            () = stop.stopped() => return,
        }
        if let Err(error) = clean_up(&app).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "what was left behind stays for now");
        }
        match recompute_snapshots(&app, clock::now(), since, &asked).await {
            Ok(outcomes) => outcomes.iter().for_each(tell),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot look for due dates; trying again within a minute"
            ),
        }
        match compact_facts(&app, clock::now(), &asked).await {
            Ok(outcome) => outcome.iter().for_each(tell_compacted),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot look whether facts are to be compacted; trying again within a minute"
            ),
        }
    }
}

fn tell(outcome: &Outcome) {
    let as_of = outcome.as_of;
    match &outcome.result {
        Ok(published) => tracing::info!(
            %as_of,
            revision = published.revision,
            scorecards = published.counts.scorecards,
            "published"
        ),
        Err(RecomputeError::Taken) => tracing::debug!(%as_of, "another server has it"),
        Err(RecomputeError::Stopped(why)) => tracing::info!(%as_of, %why, "not published"),
        Err(error) => tracing::error!(
            %as_of,
            error = error as &dyn std::error::Error,
            "not published; the last snapshot stays"
        ),
    }
}

fn tell_compacted(outcome: &Result<Compacted, CompactError>) {
    match outcome {
        Ok(done) => tracing::info!(
            files_before = done.before.files,
            files = done.after.files,
            bytes_before = done.before.bytes,
            bytes = done.after.bytes,
            "facts compacted"
        ),
        Err(CompactError::Taken) => tracing::debug!("another server compacts the facts"),
        Err(CompactError::Stopped(why)) => tracing::info!(%why, "facts not compacted to the end"),
        Err(error) => tracing::error!(
            error = error as &dyn std::error::Error,
            "facts not compacted to the end; the next night tries again"
        ),
    }
}
