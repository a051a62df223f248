//! Taking files in: one call is one batch, stored whole or not at all.
//!
//! A blocking thread reads and checks the files and sends prepared rows in groups; this side writes them, to the fact
//! store or into one transaction. So memory stays bounded however large the files are.

mod locations;
mod prepare;

use std::sync::Arc;

use intake::{Dataset, Limits, ReadError, Reject, Source};
use tokio::sync::mpsc;

use crate::app::App;
use crate::clock;
use crate::service::hashing::HashingKey;
use crate::service::lock;
use crate::store::manifest::{self, NewBatch};
use crate::store::reference::{self, Ids, Tree};
use crate::store::{Db, StoreError};
use prepare::{Preparing, Rows};

/// Prepared rows are handed over in groups of this many.
const GROUP: usize = 4096;

/// What one rejected row does to its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnReject {
    /// The whole batch is refused.
    Batch,
    /// Only the row is left out.
    Row,
}

/// One batch to take in.
#[derive(Debug)]
pub struct Request {
    pub dataset: Dataset,
    pub batch_id: String,
    pub files: Vec<Source>,
    pub on_reject: OnReject,
}

/// Told of what happens while files are read, on the reading thread.
pub trait Watcher: Send + Sync {
    /// A row of this file was rejected.
    fn rejected(&self, file: &str, reject: &Reject);
    /// So many bytes of the file at hand are read.
    fn progressed(&self, bytes: u64);
}

/// How a batch ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Stored {
        rows: u64,
        rejected: u64,
    },
    /// Rows were rejected, and the sender asked for all or nothing.
    Refused {
        rejected: u64,
    },
    /// A file as a whole cannot be taken; the text names it and the cure.
    Unreadable {
        reason: String,
    },
}

/// Why a batch could not be judged at all. Nothing of it is stored.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error("cannot store the batch")]
    Store(#[from] StoreError),
    #[error("cannot write the fact store")]
    Facts(#[from] facts::Error),
    #[error("cannot use the data directory")]
    Io(#[from] std::io::Error),
    #[error("reading ended without a word")]
    Lost,
}

/// What the reading thread found.
struct Read {
    rows: u64,
    rejected: u64,
    unreadable: Option<String>,
}

/// Takes a batch in.
///
/// # Errors
/// Where a store cannot be read or written; what the sender can mend is an [`Outcome`].
pub async fn ingest(
    app: &App,
    request: Request,
    watcher: Arc<dyn Watcher>,
) -> Result<Outcome, IngestError> {
    let _lock = lock::ingesting(app.data_dir()).await?;
    let ids = Ids::load(app.db().read()).await?;
    if request.dataset == Dataset::Locations {
        return locations::ingest(app, request, watcher).await;
    }
    let key = HashingKey::load(&app.data_dir().hashing_key())?;
    let (sender, rows) = mpsc::channel(4);
    let preparing = Preparing::new(request.dataset, ids, key, sender, GROUP);
    let files = request.files.clone();
    let dataset = request.dataset;
    let reading = tokio::task::spawn_blocking(move || read(dataset, &files, preparing, &*watcher));
    if request.dataset.is_reference() {
        store_reference(app.db(), &request, rows, reading).await
    } else {
        store_facts(app, &request, rows, reading).await
    }
}

fn read(
    dataset: Dataset,
    files: &[Source],
    mut preparing: Preparing,
    watcher: &dyn Watcher,
) -> Read {
    let limits = Limits::default();
    let mut unreadable = None;
    for file in files {
        let mut visitor = preparing.visitor(&file.name, watcher);
        match intake::read(file, dataset, &limits, &mut visitor) {
            Ok(_) => {}
            // Only the storing side stops reading, and it knows why.
            Err(ReadError::Stopped) => break,
            Err(error) => {
                unreadable = Some(error.to_string());
                break;
            }
        }
    }
    preparing.flush();
    Read {
        rows: preparing.rows,
        rejected: preparing.rejected,
        unreadable,
    }
}

/// What becomes of the batch, once everything is read.
fn judge(request: &Request, read: &Read) -> Option<Outcome> {
    if let Some(reason) = &read.unreadable {
        return Some(Outcome::Unreadable {
            reason: reason.clone(),
        });
    }
    (read.rejected > 0 && request.on_reject == OnReject::Batch).then_some(Outcome::Refused {
        rejected: read.rejected,
    })
}

async fn store_facts(
    app: &App,
    request: &Request,
    mut rows: mpsc::Receiver<Rows>,
    reading: tokio::task::JoinHandle<Read>,
) -> Result<Outcome, IngestError> {
    let dataset = facts::Dataset::from_name(request.dataset.name()).ok_or(IngestError::Lost)?;
    let mut batch = app.facts().write_batch(dataset);
    while let Some(group) = rows.recv().await {
        let Rows::Facts(group) = group else { continue };
        for row in group {
            if let Err(error) = batch.push(row).await {
                batch.abort().await?;
                return Err(error.into());
            }
        }
    }
    let Ok(read) = reading.await else {
        batch.abort().await?;
        return Err(IngestError::Lost);
    };
    if let Some(outcome) = judge(request, &read) {
        batch.abort().await?;
        return Ok(outcome);
    }
    let files = batch.finish().await?;
    let txn = app.db().begin().await?;
    let replaced = manifest::commit_batch(&txn, &new_batch(request, &read), &files).await?;
    // Where the outcome of this commit is unknown the files stay: the manifest may name them.
    txn.commit().await.map_err(StoreError::from)?;
    remove_files(app, &replaced).await;
    Ok(stored(&read))
}

async fn store_reference(
    db: &Db,
    request: &Request,
    mut rows: mpsc::Receiver<Rows>,
    reading: tokio::task::JoinHandle<Read>,
) -> Result<Outcome, IngestError> {
    let txn = db.begin().await?;
    while let Some(group) = rows.recv().await {
        match group {
            Rows::Products(rows) => reference::upsert_products(&txn, rows).await?,
            Rows::Workloads(rows) => reference::upsert_workloads(&txn, rows).await?,
            Rows::Partners(rows) => reference::upsert_partners(&txn, rows).await?,
            Rows::Customers(rows) => reference::upsert_customers(&txn, rows).await?,
            Rows::Exams(rows) => reference::upsert_exams(&txn, rows).await?,
            Rows::FxRates(rows) => reference::upsert_fx_rates(&txn, rows).await?,
            Rows::Associations(rows) => reference::upsert_associations(&txn, rows).await?,
            Rows::Facts(_) => {}
        }
    }
    let read = reading.await.map_err(|_| IngestError::Lost)?;
    if let Some(outcome) = judge(request, &read) {
        txn.rollback().await.map_err(StoreError::from)?;
        return Ok(outcome);
    }
    manifest::commit_batch(&txn, &new_batch(request, &read), &[]).await?;
    txn.commit().await.map_err(StoreError::from)?;
    Ok(stored(&read))
}

/// Why a batch cannot be taken back.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    #[error("{0} is reference data: its uploads cannot be deleted; send rows that replace theirs")]
    Reference(Dataset),
    #[error(
        "{dataset} has no batch \"{batch_id}\"; `peerband batches list {dataset}` shows those it has"
    )]
    NotFound { dataset: Dataset, batch_id: String },
    #[error("cannot delete the batch")]
    Store(#[from] StoreError),
    #[error("cannot use the data directory")]
    Io(#[from] std::io::Error),
}

/// Takes all rows of a batch back.
///
/// # Errors
/// Where there is no such batch or the database refuses.
pub async fn delete_batch(app: &App, dataset: Dataset, batch_id: &str) -> Result<(), DeleteError> {
    if dataset.is_reference() {
        return Err(DeleteError::Reference(dataset));
    }
    let _lock = lock::ingesting(app.data_dir()).await?;
    let txn = app.db().begin().await?;
    let Some(files) = manifest::delete_batch(&txn, dataset.name(), batch_id).await? else {
        txn.rollback().await.map_err(StoreError::from)?;
        return Err(DeleteError::NotFound {
            dataset,
            batch_id: batch_id.to_owned(),
        });
    };
    txn.commit().await.map_err(StoreError::from)?;
    remove_files(app, &files).await;
    Ok(())
}

/// Files nobody counts any more. A run that has pinned them fails and is run again, so that this waits for it.
async fn remove_files(app: &App, paths: &[String]) {
    if paths.is_empty() {
        return;
    }
    let removed = async {
        let _lock = lock::computing(app.data_dir()).await?;
        app.facts()
            .remove(paths)
            .await
            .map_err(std::io::Error::other)
    };
    if let Err(error) = removed.await {
        tracing::warn!(%error, files = paths.len(), "files of a replaced batch stay in the fact store");
    }
}

fn new_batch<'a>(request: &'a Request, read: &Read) -> NewBatch<'a> {
    NewBatch {
        dataset: request.dataset.name(),
        batch_id: &request.batch_id,
        rows: read.rows,
        rejected: read.rejected,
        committed_at: clock::now(),
    }
}

fn stored(read: &Read) -> Outcome {
    Outcome::Stored {
        rows: read.rows,
        rejected: read.rejected,
    }
}

/// The tree in use, for the check of a new one.
async fn tree(db: &Db) -> Result<Tree, StoreError> {
    Tree::load(db.read()).await
}
