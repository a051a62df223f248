//! Batches one after another: while one is written to its end and committed, the next one is read.
//!
//! One lock is held all the while, so that nobody else changes reference data: ids are read once, and again only after a
//! batch has changed them.

use std::sync::Arc;

use intake::Dataset;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::fact_batch::Unstored;
use super::known::Known;
use super::prepare::Preparing;
use super::turn::Turn;
use super::{
    IngestError, Interrupted, Outcome, Request, Watcher, locations, read, store_reference,
};
use crate::app::App;
use crate::service::hashing::HashingKey;
use crate::service::{copies, lock, sweep};
use crate::store::reference::Kind;

/// Prepared rows are handed over in groups of this many.
const GROUP: usize = 4096;

/// Groups on their way from the reading thread to whoever stores them: some milliseconds of work, so that neither waits
/// whenever the system lets another thread run.
const GROUPS_AHEAD: usize = 16;

/// So many new customers and associations are copied for the next run at once. Fewer it copies itself: whoever sends a
/// few need not wait for a copy of all.
const COPIED_ROWS_MIN: u64 = 10_000;

/// Takes batches in; gives how each of them ended.
pub(super) async fn take_all_in(
    app: &App,
    requests: Vec<Request>,
    watcher: Arc<dyn Watcher>,
) -> Result<Vec<Outcome>, Box<Interrupted>> {
    let at_first = requests
        .first()
        .map(|first| (first.dataset, first.batch_id.clone()));
    let lock = match lock::ingesting(app.data_dir()).await {
        Ok(lock) => lock,
        Err(error) => {
            let (dataset, batch_id) = at_first.unwrap_or((Dataset::Usage, String::new()));
            let error = error.into();
            return Err(Box::new(Interrupted {
                dataset,
                batch_id,
                error,
            }));
        }
    };
    sweep::sweep_while(app, &lock).await;
    let mut session = Session {
        app: app.clone(),
        watcher,
        known: Arc::default(),
        outcomes: Vec::new(),
        copied_rows: 0,
    };
    let taken = session.take(requests).await;
    if session.copied_rows >= COPIED_ROWS_MIN {
        copies::make(app).await;
    }
    // What batches have replaced, or left where they were not stored.
    sweep::sweep_while(app, &lock).await;
    taken.map(|()| session.outcomes)
}

struct Session {
    app: App,
    watcher: Arc<dyn Watcher>,
    known: Arc<Known>,
    outcomes: Vec<Outcome>,
    /// Rows stored of tables that runs read copies of.
    copied_rows: u64,
}

/// A batch that is read and not yet judged.
struct Storing {
    request: Arc<Request>,
    outcome: JoinHandle<Result<Outcome, IngestError>>,
}

impl Session {
    async fn take(&mut self, requests: Vec<Request>) -> Result<(), Box<Interrupted>> {
        let mut before: Option<Storing> = None;
        for request in requests {
            let request = Arc::new(request);
            // Reference data must be stored before what names it is read.
            if request.dataset.is_reference()
                && let Some(before) = before.take()
            {
                self.end(before).await?;
            }
            before = self.take_one(request, before).await?;
        }
        match before {
            Some(last) => self.end(last).await,
            None => Ok(()),
        }
    }

    /// Reads a batch while the one before it is stored. What remains to be done for it is given back.
    async fn take_one(
        &mut self,
        request: Arc<Request>,
        before: Option<Storing>,
    ) -> Result<Option<Storing>, Box<Interrupted>> {
        let turn = Arc::new(Turn::new(self.watcher.clone()));
        let started = self.start(&request, &turn).await;
        if let Some(before) = before
            && let Err(error) = self.end(before).await
        {
            turn.over();
            if let Ok(Started::Facts(reading)) = started
                && let Ok(Ok(unstored)) = reading.await
            {
                unstored.abort().await;
            }
            return Err(error);
        }
        turn.come(&request);
        let store = async {
            Ok(match started? {
                Started::Ended(outcome) => Err(outcome),
                Started::Reference(outcome) => {
                    Err(outcome.await.map_err(|_| IngestError::Lost)??)
                }
                Started::Facts(reading) => Ok(reading.await.map_err(|_| IngestError::Lost)??),
            })
        };
        match store.await.map_err(|error| interrupted(&request, error))? {
            Ok(unstored) => {
                let app = self.app.clone();
                let of = request.clone();
                let outcome = tokio::spawn(async move { unstored.store(&app, &of).await });
                Ok(Some(Storing { request, outcome }))
            }
            Err(outcome) => {
                self.forget_changed(request.dataset);
                self.ended(&request, outcome)?;
                Ok(None)
            }
        }
    }

    async fn start(
        &mut self,
        request: &Arc<Request>,
        turn: &Arc<Turn>,
    ) -> Result<Started, IngestError> {
        if let Some(fault) = intake::fault_of_batch_id(&request.batch_id) {
            let reason = format!("the batch id {:?} {fault}; name another", request.batch_id);
            return Ok(Started::Ended(Outcome::Unreadable { reason }));
        }
        let (app, request, turn) = (self.app.clone(), request.clone(), turn.clone());
        if request.dataset == Dataset::Locations {
            let work = tokio::spawn(async move { locations::ingest(&app, &request, turn).await });
            return Ok(Started::Reference(work));
        }
        self.load_known(request.dataset).await?;
        let key = HashingKey::load(&app.data_dir().hashing_key())?;
        let (sender, rows) = mpsc::channel(GROUPS_AHEAD);
        let preparing = Preparing::new(request.dataset, self.known.clone(), key, sender, GROUP);
        let of = request.clone();
        let reading =
            tokio::task::spawn_blocking(move || read(of.dataset, &of.files, preparing, &turn));
        Ok(if request.dataset.is_reference() {
            Started::Reference(tokio::spawn(async move {
                store_reference(app.db(), &request, rows, reading).await
            }))
        } else {
            Started::Facts(tokio::spawn(async move {
                Unstored::write(&app, &request, rows, reading).await
            }))
        })
    }

    async fn load_known(&mut self, dataset: Dataset) -> Result<(), IngestError> {
        // Nobody reads with them any more; if somebody did, they would be read anew.
        let known = std::mem::take(&mut self.known);
        let mut known = Arc::try_unwrap(known).unwrap_or_default();
        known.load_missing(self.app.db(), named_by(dataset)).await?;
        self.known = Arc::new(known);
        Ok(())
    }

    fn forget_changed(&mut self, dataset: Dataset) {
        let changed = match dataset {
            Dataset::Products | Dataset::Workloads => Kind::Offerings,
            Dataset::Locations => Kind::Locations,
            Dataset::Partners => Kind::Partners,
            Dataset::Customers => Kind::Customers,
            Dataset::Exams => Kind::Exams,
            _ => return,
        };
        match Arc::get_mut(&mut self.known) {
            Some(known) => known.ids.forget(changed),
            None => self.known = Arc::default(),
        }
    }

    async fn end(&mut self, storing: Storing) -> Result<(), Box<Interrupted>> {
        let outcome = storing.outcome.await.unwrap_or(Err(IngestError::Lost));
        let outcome = outcome.map_err(|error| interrupted(&storing.request, error))?;
        self.ended(&storing.request, outcome)
    }

    fn ended(&mut self, request: &Request, outcome: Outcome) -> Result<(), Box<Interrupted>> {
        let told = self.watcher.ended(request, &outcome);
        if let (Dataset::Customers | Dataset::Associations, Outcome::Stored { rows, .. }) =
            (request.dataset, &outcome)
        {
            self.copied_rows += rows;
        }
        self.outcomes.push(outcome);
        told.map_err(|error| interrupted(request, IngestError::Untold(error)))
    }
}

/// What has begun for a batch.
enum Started {
    /// Nothing, as it cannot be taken.
    Ended(Outcome),
    /// Everything.
    Reference(JoinHandle<Result<Outcome, IngestError>>),
    /// Its reading.
    Facts(JoinHandle<Result<Unstored, IngestError>>),
}

/// The kinds of ids that rows of a dataset name.
fn named_by(dataset: Dataset) -> &'static [Kind] {
    match dataset {
        Dataset::Products | Dataset::Partners | Dataset::Locations | Dataset::FxRates => &[],
        Dataset::Workloads | Dataset::Exams => &[Kind::Offerings],
        Dataset::Customers => &[Kind::Locations],
        Dataset::Associations => &[Kind::Customers, Kind::Partners, Kind::Offerings],
        Dataset::Revenue
        | Dataset::SeatChanges
        | Dataset::Subscriptions
        | Dataset::Usage
        | Dataset::Instances
        | Dataset::Surveys => &[Kind::Customers, Kind::Offerings],
        Dataset::Certifications => &[Kind::Partners, Kind::Exams],
    }
}

fn interrupted(request: &Request, error: IngestError) -> Box<Interrupted> {
    Box::new(Interrupted {
        dataset: request.dataset,
        batch_id: request.batch_id.clone(),
        error,
    })
}
