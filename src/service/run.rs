//! A run under way: it keeps its lease while it works, and learns when it must not go on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock;
use crate::service::audit::{Actor, Change};
use crate::store::claim::{self, Claim, NewRun, Renewal};
use crate::store::job_run::JobRunState;
use crate::store::{Db, StoreError};

/// How long a run is held after its holder was last heard of.
const LEASE: Duration = Duration::from_secs(60);
/// How often the holder is heard of.
const BEAT: Duration = Duration::from_secs(15);
/// Work stops this long before the lease ends, so that nobody else can have begun.
const MARGIN: Duration = Duration::from_secs(10);

/// Why a run must not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    #[error("the run was cancelled; nothing was published")]
    Cancelled,
    #[error("the server is being stopped; the run is left to the next one")]
    ShuttingDown,
    #[error("the run was taken over by another server, or its lease could not be renewed")]
    LeaseLost,
}

/// Asks for a run to be stopped, on whichever server it is under way; false where it is not. Whoever works for it learns of
/// it within seconds.
///
/// # Errors
/// Where the database refuses.
pub async fn cancel_run(db: &Db, by: &Actor, run: i64) -> Result<bool, StoreError> {
    let change = Change {
        action: "job_run.cancel",
        subject: format!("job_run {run}"),
        ..Change::default()
    };
    claim::request_cancel(db, run, by.entry(clock::now(), change)).await
}

/// Tells every run that listens to stop.
#[derive(Debug, Clone)]
pub struct Stopper(Arc<watch::Sender<Option<Stopped>>>);

/// Hears what a [`Stopper`] tells.
#[derive(Debug, Clone)]
pub struct Asked(watch::Receiver<Option<Stopped>>);

/// A claimed run. Its lease is renewed until it is ended or dropped.
#[derive(Debug)]
pub struct Run {
    db: Db,
    claim: Claim,
    leash: Leash,
    heart: JoinHandle<()>,
}

/// Tells the parts of a run's work whether they may go on.
#[derive(Debug, Clone)]
pub struct Leash {
    asked: Asked,
    lease: watch::Receiver<Lease>,
}

#[derive(Debug, Clone, Copy)]
enum Lease {
    Until(Instant),
    Over(Stopped),
}

impl Default for Stopper {
    fn default() -> Stopper {
        Stopper(Arc::new(watch::Sender::new(None)))
    }
}

impl Stopper {
    /// The first reason given stays.
    pub fn stop(&self, why: Stopped) {
        self.0.send_if_modified(|told| {
            let is_first = told.is_none();
            *told = told.or(Some(why));
            is_first
        });
    }

    #[must_use]
    pub fn listen(&self) -> Asked {
        Asked(self.0.subscribe())
    }
}

impl Asked {
    #[must_use]
    pub fn to_stop(&self) -> Option<Stopped> {
        *self.0.borrow()
    }

    /// Waits until asked to stop; for ever where nobody can ask any more.
    pub async fn stopped(&mut self) {
        if self.0.wait_for(Option::is_some).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Run {
    /// Claims the run, and tells the audit log who began it. None where its slot is settled or another server works for it.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn claim(
        db: &Db,
        by: &Actor,
        new: &NewRun,
        asked: Asked,
    ) -> Result<Option<Run>, StoreError> {
        let (begun, now) = (Instant::now(), clock::now());
        let tell = |run| {
            let change = Change {
                action: "job_run.start",
                subject: format!("job_run {run}"),
                after: Some(serde_json::json!({ "job": new.job, "as_of": new.as_of.to_string() })),
                ..Change::default()
            };
            by.entry(now, change)
        };
        let Some(claim) = claim::claim(db, new, LEASE, now, tell).await? else {
            return Ok(None);
        };
        let (tell, lease) = watch::channel(Lease::Until(begun + LEASE - MARGIN));
        let heart = tokio::spawn(beat(db.clone(), claim, tell));
        Ok(Some(Run {
            db: db.clone(),
            claim,
            leash: Leash { asked, lease },
            heart,
        }))
    }

    /// What publishing checks.
    #[must_use]
    pub fn claimed(&self) -> &Claim {
        &self.claim
    }

    #[must_use]
    pub fn leash(&self) -> &Leash {
        &self.leash
    }

    /// Records that the work stopped. A scheduled run of a server that is being stopped is left to the next server.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn stopped(self, why: Stopped, is_scheduled: bool) -> Result<(), StoreError> {
        match why {
            Stopped::ShuttingDown if is_scheduled => self.claim.hand_back(&self.db).await,
            Stopped::ShuttingDown | Stopped::Cancelled => {
                let state = JobRunState::Cancelled;
                self.claim.end(&self.db, state, None, clock::now()).await
            }
            // Whoever holds it now records how it ends.
            Stopped::LeaseLost => Ok(()),
        }
    }

    /// Records that work which publishes nothing came to its end.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn succeeded(self) -> Result<(), StoreError> {
        let state = JobRunState::Succeeded;
        self.claim.end(&self.db, state, None, clock::now()).await
    }

    /// Records that the work failed, and why.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn failed(self, error: String) -> Result<(), StoreError> {
        let state = JobRunState::Failed;
        self.claim
            .end(&self.db, state, Some(error), clock::now())
            .await
    }
}

impl Leash {
    /// Asked between the steps of the work.
    ///
    /// # Errors
    /// Where the work must stop.
    pub fn check(&self) -> Result<(), Stopped> {
        if let Some(why) = self.asked.to_stop() {
            return Err(why);
        }
        match *self.lease.borrow() {
            Lease::Over(why) => Err(why),
            Lease::Until(end) if Instant::now() >= end => Err(Stopped::LeaseLost),
            Lease::Until(_) => Ok(()),
        }
    }

    /// Waits until the work must stop.
    pub async fn stop(&self) -> Stopped {
        let mut asked = self.asked.clone();
        loop {
            if let Err(why) = self.check() {
                return why;
            }
            tokio::select! {
                () = asked.stopped() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.heart.abort();
    }
}

async fn beat(db: Db, claim: Claim, lease: watch::Sender<Lease>) {
    loop {
        tokio::time::sleep(BEAT).await;
        let begun = Instant::now();
        // A task of its own: dropping a transaction that is just beginning is not safe, and ending the run drops this.
        let renewal = tokio::spawn({
            let db = db.clone();
            async move { claim.renew(&db, LEASE).await }
        });
        match renewal.await {
            Ok(Ok(Renewal::Held)) => {
                lease.send_replace(Lease::Until(begun + LEASE - MARGIN));
            }
            Ok(Ok(Renewal::CancelRequested)) => {
                lease.send_replace(Lease::Over(Stopped::Cancelled));
                // The lease is still renewed while the work comes to its end.
            }
            Ok(Ok(Renewal::Lost)) => {
                lease.send_replace(Lease::Over(Stopped::LeaseLost));
                return;
            }
            Ok(Err(error)) => {
                tracing::warn!(run = claim.run, %error, "a lease could not be renewed; trying again");
            }
            Err(error) => tracing::error!(run = claim.run, %error, "a lease could not be renewed"),
        }
    }
}
