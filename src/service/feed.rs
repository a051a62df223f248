//! What is published and how runs progress, told as it happens, whichever server on the database it happens on.
//!
//! One task for all who listen looks at the newest rows each second, and only while anybody listens.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::Mutex;
use tokio::sync::broadcast::{self, error::RecvError};

use super::run::Asked;
use crate::store::job_run::{self, JobRun};
use crate::store::snapshot::{self, Snapshot};
use crate::store::{Db, StoreError};

/// How often the database is asked.
const PAUSE: Duration = Duration::from_secs(1);
/// Events that a slow listener may be behind before it misses some.
const BEHIND_MAX: usize = 256;

/// Tells what happens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Feed(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    events: broadcast::Sender<Event>,
    db: Db,
    stop: Asked,
    /// Held while somebody begins to listen or the task ends, so that there is one task or none.
    is_watched: Mutex<bool>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    Published(Arc<Snapshot>),
    /// A run as it is now.
    Progressed(Arc<JobRun>),
}

/// What was seen last.
#[derive(Default)]
struct Seen {
    snapshots: HashSet<i64>,
    runs: HashMap<i64, JobRun>,
}

impl Feed {
    /// A feed that ends when it is asked to stop. Its task begins with the first listener.
    #[must_use]
    pub fn new(db: &Db, stop: Asked) -> Feed {
        Feed(Arc::new(Shared {
            events: broadcast::Sender::new(BEHIND_MAX),
            db: db.clone(),
            stop,
            is_watched: Mutex::new(false),
        }))
    }

    /// Everything that happens from now on. Ends with the server.
    ///
    /// # Errors
    /// Where the database does not answer, so that nobody knows what now is.
    pub async fn listen(&self) -> Result<impl Stream<Item = Event> + use<>, StoreError> {
        let mut is_watched = self.0.is_watched.lock().await;
        let events = self.0.events.subscribe();
        if !*is_watched {
            // What was there before is not told, to the first listener neither.
            let seen = look(&self.0.db).await?.into();
            tokio::spawn(watch(self.clone(), seen));
            *is_watched = true;
        }
        drop(is_watched);
        let stop = self.0.stop.clone();
        Ok(futures_util::stream::unfold(
            (events, stop, self.clone()),
            |(mut events, mut stop, feed)| async move {
                loop {
                    let received = tokio::select! {
                        received = events.recv() => received,
                        () = stop.stopped() => return None,
                    };
                    match received {
                        Ok(event) => return Some((event, (events, stop, feed))),
                        Err(RecvError::Lagged(missed)) => {
                            tracing::warn!(missed, "a listener was too slow");
                        }
                        Err(RecvError::Closed) => return None,
                    }
                }
            },
        ))
    }
}

/// The newest rows of the database.
struct Look {
    snapshots: Vec<Snapshot>,
    runs: Vec<JobRun>,
}

async fn look(db: &Db) -> Result<Look, StoreError> {
    Ok(Look {
        snapshots: snapshot::newest_snapshots(db).await?,
        runs: job_run::newest_runs(db).await?,
    })
}

impl From<Look> for Seen {
    fn from(look: Look) -> Seen {
        Seen {
            snapshots: look.snapshots.iter().map(|one| one.key.0).collect(),
            runs: look.runs.into_iter().map(|run| (run.id, run)).collect(),
        }
    }
}

impl Seen {
    /// What is new, the oldest first; it is seen from now on.
    fn news(&mut self, look: Look) -> Vec<Event> {
        let progressed = look.runs.iter().rev().filter(|run| {
            let before = self.runs.get(&run.id);
            before.is_none_or(|before| !is_same(before, run))
        });
        let progressed = progressed.map(|run| Event::Progressed(Arc::new(run.clone())));
        let published = look.snapshots.iter().rev();
        let published = published
            .filter(|one| !self.snapshots.contains(&one.key.0))
            .map(|one| Event::Published(Arc::new(one.clone())));
        let news = progressed.chain(published).collect();
        *self = look.into();
        news
    }
}

/// Whether nothing that is told of a run has changed; its lease is not.
fn is_same(before: &JobRun, run: &JobRun) -> bool {
    let told = |run: &JobRun| (run.state, run.fence, run.cancel_requested, run.ended_at);
    told(before) == told(run)
}

/// Looks until nobody listens any more.
async fn watch(feed: Feed, mut seen: Seen) {
    let shared = feed.0;
    loop {
        tokio::time::sleep(PAUSE).await;
        {
            let mut is_watched = shared.is_watched.lock().await;
            if shared.events.receiver_count() == 0 || shared.stop.to_stop().is_some() {
                *is_watched = false;
                return;
            }
        }
        match look(&shared.db).await {
            Ok(look) => {
                for event in seen.news(look) {
                    // That everybody has just gone is found out above.
                    let _ = shared.events.send(event);
                }
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "listeners are told nothing for now");
            }
        }
    }
}
