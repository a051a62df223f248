//! Compacting the fact store: many small files become few large ones, and rows of batches that are gone leave the disk.
//!
//! Each merge reads files that the manifest names, writes new ones, and then has these take their place in one
//! transaction. It holds neither the `ingest` nor the `compute` lock: batches are stored, replaced and deleted meanwhile,
//! and runs read on. A batch that went away while its rows were merged is left out by that transaction; a run that pinned
//! the old files finds them, since they are removed as those of replaced batches are.

mod plan;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use facts::FileRef;
use facts::write::Announce;
use kernel::Day;

use crate::app::App;
use crate::clock;
use crate::service::audit::Actor;
use crate::service::night::local_day;
use crate::service::run::{Asked, Leash, Run, Stopped};
use crate::service::{lock, sweep};
use crate::store::claim::{NewRun, Slot};
use crate::store::merged_file::{self, BatchNumbers};
use crate::store::{Db, StoreError, manifest, uncounted_file};
use plan::Policy;

/// The job's name.
pub const COMPACT_FACTS: &str = "compact_facts";

/// What is to be compacted, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// More small files than this of a dataset, and of a month where it is usage, are merged; at least 1.
    pub small_files_max: usize,
    /// The day that the run is recorded with.
    pub as_of: Day,
    /// None where an operator asks for it.
    pub slot: Option<Slot>,
}

/// What a compaction has done. The fact store may have changed in between by batches of others too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compacted {
    pub before: Extent,
    pub after: Extent,
    /// How often files were merged.
    pub merges: u64,
    /// Rows that were written again.
    pub merged_rows: u64,
}

/// The files that count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    pub files: u64,
    pub bytes: u64,
}

/// Told how far a compaction has come.
pub trait Watcher: Send + Sync {
    /// About so many rows are to be merged in all.
    fn begun(&self, rows: u64) {
        let _ = rows;
    }

    /// So many more rows are merged.
    fn merged(&self, rows: u64) {
        let _ = rows;
    }
}

/// Whoever is not interested.
impl Watcher for () {}

/// Why a compaction did not come to its end. What it has merged before stays merged, and nothing that counts is lost.
#[derive(Debug, thiserror::Error)]
pub enum CompactError {
    #[error(transparent)]
    Stopped(#[from] Stopped),
    #[error("this night's compaction is done, or another server works for it")]
    Taken,
    #[error("cannot use the database")]
    Store(#[from] StoreError),
    #[error("cannot use the fact store")]
    Facts(#[source] facts::Error),
    #[error("cannot use the data directory")]
    Io(#[from] std::io::Error),
    #[error("a part of the compaction ended without a word")]
    Lost,
}

impl From<facts::Error> for CompactError {
    fn from(error: facts::Error) -> CompactError {
        CompactError::Facts(error)
    }
}

/// Compacts until nothing is due, and records the run whatever its end. The work goes on to its end, or to where it is
/// asked to stop, even if this future is dropped.
///
/// # Errors
/// Where it must stop.
pub async fn compact(
    app: &App,
    by: &Actor,
    request: Request,
    asked: Asked,
    watcher: Arc<dyn Watcher>,
) -> Result<Compacted, CompactError> {
    let (app, by) = (app.clone(), by.clone());
    let work = tokio::spawn(async move {
        let run = claim(&app, &by, request, asked).await?;
        work_off(&app, request, run, &watcher).await
    });
    work.await.map_err(|_| CompactError::Lost)?
}

/// Claims the run of a compaction by the policy of the settings, as an operator asks for it today. Gives its number, and
/// the work, which is to be run in a task that nobody cancels.
///
/// # Errors
/// Where the run cannot be claimed.
pub async fn start(
    app: &App,
    by: &Actor,
    asked: Asked,
) -> Result<(i64, impl Future<Output = ()> + Send + 'static), CompactError> {
    let config = app.config();
    let request = Request {
        small_files_max: config.compaction.small_files_max,
        as_of: local_day(clock::now(), config.program.timezone).unwrap_or(Day::FIRST),
        slot: None,
    };
    let (app, by) = (app.clone(), by.clone());
    // Claiming writes: nobody may cancel it either.
    let claiming = tokio::spawn({
        let app = app.clone();
        async move { claim(&app, &by, request, asked).await }
    });
    let run = claiming.await.map_err(|_| CompactError::Lost)??;
    let number = run.claimed().run;
    let work = async move {
        let watcher: Arc<dyn Watcher> = Arc::new(());
        if let Err(error) = work_off(&app, request, run, &watcher).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(
                error,
                "not compacted to the end; what counts counts as before"
            );
        }
    };
    Ok((number, work))
}

async fn claim(app: &App, by: &Actor, request: Request, asked: Asked) -> Result<Run, CompactError> {
    let new = NewRun {
        job: COMPACT_FACTS,
        as_of: request.as_of,
        slot: request.slot,
    };
    let run = Run::claim(app.db(), by, &new, asked).await?;
    run.ok_or(CompactError::Taken)
}

/// Compacts for a claimed run, and records how it ends.
async fn work_off(
    app: &App,
    request: Request,
    run: Run,
    watcher: &Arc<dyn Watcher>,
) -> Result<Compacted, CompactError> {
    let done = carry_out(app, request, run.leash(), watcher).await;
    if let Err(unrecorded) = end(run, &done, request.slot.is_some()).await {
        let unrecorded: &dyn std::error::Error = &unrecorded;
        tracing::error!(
            error = unrecorded,
            "a run's end is not recorded; it will be found lost"
        );
    }
    done
}

/// Whether anything is to be merged.
///
/// # Errors
/// Where the database does not answer.
pub async fn is_due(app: &App, small_files_max: usize) -> Result<bool, StoreError> {
    let (files, _) = manifest::live_files(&app.db().pin().await?).await?;
    Ok(plan::next(&files, policy(app, small_files_max)).is_some())
}

async fn carry_out(
    app: &App,
    request: Request,
    leash: &Leash,
    watcher: &Arc<dyn Watcher>,
) -> Result<Compacted, CompactError> {
    let lock = tokio::select! {
        lock = lock::compacting(app.data_dir()) => lock?,
        why = leash.stop() => return Err(why.into()),
    };
    let policy = policy(app, request.small_files_max);
    let mut done = Compacted::default();
    let mut is_first = true;
    loop {
        leash.check()?;
        let Pinned { files, numbers } = Pinned::load(app.db()).await?;
        done.after = extent(&files);
        if std::mem::take(&mut is_first) {
            done.before = done.after;
            watcher.begun(plan::rows_due(&files, policy));
        }
        let Some(inputs) = plan::next(&files, policy) else {
            break;
        };
        match merge(app, &inputs, &numbers, leash, watcher).await {
            Ok(()) => {
                done.merges += 1;
                done.merged_rows += inputs.iter().map(FileRef::counted_rows).sum::<u64>();
            }
            // Files of batches that were replaced meanwhile may be gone: what is due now is another question.
            Err(CompactError::Facts(_) | CompactError::Store(_))
                if !all_count(app.db(), &inputs).await? => {}
            Err(error) => return Err(error),
        }
    }
    drop(lock);
    // What was merged now, and what a compaction that died has left.
    if let Err(error) = sweep::sweep_fact_store(app).await {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "files that were merged stay for now");
    }
    Ok(done)
}

/// Merges files and has the new ones take their place.
async fn merge(
    app: &App,
    inputs: &[FileRef],
    numbers: &BatchNumbers,
    leash: &Leash,
    watcher: &Arc<dyn Watcher>,
) -> Result<(), CompactError> {
    let stopped = Arc::new(AtomicBool::new(false));
    let watch = {
        let (leash, watcher, stopped) = (leash.clone(), watcher.clone(), stopped.clone());
        Box::new(move |rows| {
            watcher.merged(rows);
            let goes_on = leash.check().is_ok();
            stopped.fetch_or(!goes_on, Ordering::Relaxed);
            goes_on
        })
    };
    let merged = app.facts().merge(inputs, announce(app.db()), watch).await;
    if stopped.load(Ordering::Relaxed) {
        leash.check()?;
    }
    let merged = merged?;
    let txn = app.db().begin().await?;
    merged_file::replace(&txn, inputs, &merged, numbers).await?;
    txn.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// The manifest, as it stands at one moment.
struct Pinned {
    files: Vec<FileRef>,
    numbers: BatchNumbers,
}

impl Pinned {
    async fn load(db: &Db) -> Result<Pinned, StoreError> {
        let pinned = db.pin().await?;
        let (files, _) = manifest::live_files(&pinned).await?;
        let numbers = manifest::batch_numbers(&pinned).await?;
        Ok(Pinned { files, numbers })
    }
}

/// Whether all of these files still count as they did.
async fn all_count(db: &Db, inputs: &[FileRef]) -> Result<bool, StoreError> {
    let (files, _) = manifest::live_files(&db.pin().await?).await?;
    Ok(inputs.iter().all(|input| files.contains(input)))
}

async fn end(
    run: Run,
    done: &Result<Compacted, CompactError>,
    is_scheduled: bool,
) -> Result<(), StoreError> {
    match done {
        Ok(_) => run.succeeded().await,
        Err(CompactError::Stopped(why)) => run.stopped(*why, is_scheduled).await,
        Err(error) => run.failed(error.to_string()).await,
    }
}

fn policy(app: &App, small_files_max: usize) -> Policy {
    Policy {
        small_files_max,
        // Two that are not small would not become one.
        small_rows: app.facts().sizes().merged_file_rows as u64 / 2,
    }
}

fn extent(files: &[FileRef]) -> Extent {
    Extent {
        files: files.len() as u64,
        bytes: files.iter().map(|file| file.bytes).sum(),
    }
}

fn announce(db: &Db) -> Announce {
    let db = db.clone();
    Box::new(move |paths| {
        let db = db.clone();
        Box::pin(async move { Ok(uncounted_file::announce_merged(&db, &paths).await?) })
    })
}
