//! Taking files in: one call is one batch, stored whole or not at all.
//!
//! A blocking thread reads and checks the files and sends prepared rows in groups; this side writes them, to the fact
//! store or into one transaction. So memory stays bounded however large the files are.

mod deletion;
mod fact_batch;
mod locations;
mod prepare;

pub use deletion::{DeleteError, delete_batch};

use std::sync::Arc;

use intake::{Dataset, Limits, ReadError, Reject, Source};
use tokio::sync::mpsc;

use crate::app::App;
use crate::clock;
use crate::service::hashing::HashingKey;
use crate::service::{lock, sweep};
use crate::store::manifest::{self, NewBatch, Recorded};
use crate::store::reference::{self, Ids, Tree};
use crate::store::{Db, StoreError, Transaction};
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

/// Why a batch could not be judged at all. Nothing of it is stored, unless the error says that this is not known.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error(
        "nothing stored: cannot use the database; see that it can be written, has space and is locked by nobody, and \
         send the batch again"
    )]
    Store(#[from] StoreError),
    #[error("nothing stored: cannot write the fact store; mend it and send the batch again")]
    Facts(#[from] facts::Error),
    #[error("nothing stored: cannot use the data directory; see that it can be read and written")]
    Io(#[from] std::io::Error),
    #[error(
        "the database went away while the batch was committed, so that it may be stored or not; `peerband batches list` \
         tells, and sending it again is safe"
    )]
    Unknown(#[source] StoreError),
    #[error("nothing stored: a part of the program ended without a word; send the batch again")]
    Lost,
}

/// What the reading thread found.
struct Read {
    rows: u64,
    rejected: u64,
    unreadable: Option<String>,
}

/// Takes a batch in. The work goes on to its end even if this future is dropped, so that a sender who goes away leaves
/// no transaction open.
///
/// # Errors
/// Where a store cannot be read or written; what the sender can mend is an [`Outcome`].
pub async fn ingest(
    app: &App,
    request: Request,
    watcher: Arc<dyn Watcher>,
) -> Result<Outcome, IngestError> {
    if let Some(fault) = intake::fault_of_batch_id(&request.batch_id) {
        let reason = format!("the batch id {:?} {fault}; name another", request.batch_id);
        return Ok(Outcome::Unreadable { reason });
    }
    let app = app.clone();
    let work = tokio::spawn(async move { take_in(&app, request, watcher).await });
    work.await.map_err(|_| IngestError::Lost)?
}

async fn take_in(
    app: &App,
    request: Request,
    watcher: Arc<dyn Watcher>,
) -> Result<Outcome, IngestError> {
    let lock = lock::ingesting(app.data_dir()).await?;
    sweep::sweep_while(app, &lock).await;
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
        return store_reference(app.db(), &request, rows, reading).await;
    }
    let outcome = fact_batch::store(app, &request, rows, reading).await;
    // What this batch has replaced, or left where it was not stored.
    sweep::sweep_while(app, &lock).await;
    outcome
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
    let recorded = manifest::commit_batch(&txn, &new_batch(request, &read), &[]).await?;
    commit(db, txn, recorded).await?;
    Ok(stored(&read))
}

/// Commits the transaction that makes a batch visible. Where that does not end well the database is asked what became
/// of it: a lost answer is no lost commit.
async fn commit(db: &Db, txn: Transaction, recorded: Recorded) -> Result<(), IngestError> {
    let Err(error) = txn.commit().await else {
        return Ok(());
    };
    match manifest::holds(db, recorded).await {
        Ok(true) => Ok(()),
        // A server that was asked to commit may still do so after the connection broke.
        Ok(false) if !db.is_sqlite() => Err(IngestError::Unknown(error.into())),
        Ok(false) => Err(StoreError::from(error).into()),
        Err(_) => Err(IngestError::Unknown(error.into())),
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
