//! Taking files in: batches, each stored whole or not at all, in the order in which they are sent.
//!
//! A blocking thread reads and checks the files and sends prepared rows in groups; this side writes them, to the fact
//! store or into one transaction. So memory stays bounded however large the files are.

mod columns;
mod deletion;
mod fact_batch;
mod known;
mod locations;
mod prepare;
mod rows;
mod session;
mod turn;

pub use deletion::{DeleteError, delete_batch};

use std::sync::Arc;

use facts::WrittenFile;
use intake::{Dataset, Limits, ReadError, Reject, Source};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::clock;
use crate::service::audit::{Actor, Change};
use crate::store::batch::BatchKey;
use crate::store::manifest::{self, NewBatch, Recorded, Taken};
use crate::store::reference::{self, Tree};
use crate::store::{Db, StoreError, Transaction};
use prepare::Preparing;
use rows::Rows;
use turn::Turn;

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
    /// Whoever sends it.
    pub by: Actor,
    pub dataset: Dataset,
    pub batch_id: String,
    pub files: Vec<Source>,
    pub on_reject: OnReject,
}

/// Told of what happens, batch by batch in their order, though the next one may be read while one is stored. All but
/// the first and the last are told on the reading thread.
pub trait Watcher: Send + Sync {
    /// What is told from here on is of this batch.
    fn begun(&self, request: &Request) {
        let _ = request;
    }

    /// A row of this file was rejected.
    fn rejected(&self, file: &str, reject: &Reject);

    /// So many bytes of the file at hand are read.
    fn progressed(&self, bytes: u64);

    /// How the batch ended.
    ///
    /// # Errors
    /// Where that cannot be passed on; no other batch is taken in then.
    fn ended(&self, request: &Request, outcome: &Outcome) -> std::io::Result<()> {
        let _ = (request, outcome);
        Ok(())
    }
}

/// How a batch ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Stored {
        batch: BatchKey,
        /// The batch of the same id whose place it has taken.
        replaced: Option<BatchKey>,
        rows: u64,
        rejected: u64,
    },
    /// Rows were rejected, and the sender asked for all or nothing.
    Refused { rejected: u64 },
    /// A file as a whole cannot be taken; the text names it and the cure.
    Unreadable { reason: String },
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
    #[error("what became of the batch cannot be told; `peerband batches list` does")]
    Untold(#[source] std::io::Error),
}

/// Why batches could not all be judged, and at which of them that was. Those before it were.
#[derive(Debug, thiserror::Error)]
#[error("{dataset} {batch_id}")]
pub struct Interrupted {
    pub dataset: Dataset,
    pub batch_id: String,
    #[source]
    pub error: IngestError,
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
    let outcomes = ingest_all(app, vec![request], watcher).await;
    let mut outcomes = outcomes.map_err(|interrupted| interrupted.error)?;
    outcomes.pop().ok_or(IngestError::Lost)
}

/// Takes batches in, one after another, and goes on as [`ingest`] does. Nobody else takes any in between.
///
/// # Errors
/// As those of [`ingest`]; batches after the one that is named were not looked at.
pub async fn ingest_all(
    app: &App,
    requests: Vec<Request>,
    watcher: Arc<dyn Watcher>,
) -> Result<Vec<Outcome>, Box<Interrupted>> {
    let last = requests
        .last()
        .map(|last| (last.dataset, last.batch_id.clone()));
    let Some((dataset, batch_id)) = last else {
        return Ok(Vec::new());
    };
    let app = app.clone();
    let work = tokio::spawn(async move { session::take_all_in(&app, requests, watcher).await });
    work.await.unwrap_or_else(|_| {
        let error = IngestError::Lost;
        Err(Box::new(Interrupted {
            dataset,
            batch_id,
            error,
        }))
    })
}

fn read(dataset: Dataset, files: &[Source], mut preparing: Preparing, turn: &Turn) -> Read {
    let limits = Limits::default();
    let mut unreadable = None;
    for file in files {
        let mut visitor = preparing.visitor(&file.name, turn);
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

/// Customers or associations that are stored at once, some tens of megabytes: both are put in order first, which pays the
/// more the more of them there are.
const ROWS_TOGETHER: usize = 256 * 1024;

async fn store_reference(
    db: &Db,
    request: &Request,
    mut rows: mpsc::Receiver<Rows>,
    reading: JoinHandle<Read>,
) -> Result<Outcome, IngestError> {
    let txn = db.begin().await?;
    let (mut customers, mut associations) = (Vec::new(), Vec::new());
    while let Some(group) = rows.recv().await {
        match group {
            Rows::Products(rows) => reference::upsert_products(&txn, rows).await?,
            Rows::Workloads(rows) => reference::upsert_workloads(&txn, rows).await?,
            Rows::Partners(rows) => reference::upsert_partners(&txn, rows).await?,
            Rows::Customers(rows) => {
                customers.extend(rows);
                if customers.len() >= ROWS_TOGETHER {
                    let rows = std::mem::take(&mut customers);
                    reference::upsert_customers(&txn, rows).await?;
                }
            }
            Rows::Exams(rows) => reference::upsert_exams(&txn, rows).await?,
            Rows::FxRates(rows) => reference::upsert_fx_rates(&txn, rows).await?,
            Rows::Associations(rows) => {
                associations.extend(rows);
                if associations.len() >= ROWS_TOGETHER {
                    let rows = std::mem::take(&mut associations);
                    reference::upsert_associations(&txn, rows).await?;
                }
            }
            Rows::Facts(_) | Rows::Usage(_) => {}
        }
    }
    reference::upsert_customers(&txn, customers).await?;
    reference::upsert_associations(&txn, associations).await?;
    let read = reading.await.map_err(|_| IngestError::Lost)?;
    if let Some(outcome) = judge(request, &read) {
        txn.rollback().await.map_err(StoreError::from)?;
        return Ok(outcome);
    }
    let recorded = record(&txn, request, &read, &[]).await?;
    commit(db, txn, recorded).await?;
    Ok(stored(&read, recorded))
}

/// Records a batch and tells the audit log of it: both are there, or neither.
async fn record(
    txn: &Transaction,
    request: &Request,
    read: &Read,
    files: &[WrittenFile],
) -> Result<Recorded, StoreError> {
    let new = new_batch(request, read);
    let recorded = manifest::commit_batch(txn, &new, files).await?;
    let change = Change {
        action: "batch.store",
        subject: subject(request.dataset, &request.batch_id),
        before: recorded.replaced.map(told),
        after: Some(serde_json::json!({ "rows": read.rows, "rejected": read.rejected })),
    };
    request.by.record(txn, new.committed_at, change).await?;
    Ok(recorded)
}

/// As the audit log names a batch.
fn subject(dataset: Dataset, batch_id: &str) -> String {
    format!("batch {dataset} {batch_id}")
}

fn told(taken: Taken) -> serde_json::Value {
    serde_json::json!({ "rows": taken.rows, "committed_at": taken.committed_at })
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

fn stored(read: &Read, recorded: Recorded) -> Outcome {
    Outcome::Stored {
        batch: recorded.batch,
        replaced: recorded.replaced.map(|taken| taken.batch),
        rows: read.rows,
        rejected: read.rejected,
    }
}

/// The tree in use, for the check of a new one.
async fn tree(db: &Db) -> Result<Tree, StoreError> {
    Tree::load(db.read()).await
}
