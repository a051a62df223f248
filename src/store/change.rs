//! Whether anything has changed since: what a server keeps in memory holds as long as the counts are the same.
//!
//! Triggers count in the transaction of each change, whoever makes it. A count that is read after a change was committed
//! tells of it, so that nothing that is kept outlives what it was made of.

mod line;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use tokio::sync::oneshot;

use self::line::Line;

use super::loader::SharedError;
use super::{Db, StoreError};

/// How often each has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
    /// API keys and the partners that they are for.
    pub keys: i64,
    /// Snapshots, partners, offerings and locations.
    pub answers: i64,
}

/// Looks the counts up for everybody who asks at the same time. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Watch {
    db: Db,
    waiting: Arc<Mutex<Waiting>>,
}

type Told = Result<Changes, SharedError>;

#[derive(Debug, Default)]
struct Waiting {
    /// Those for whom the next look-up is.
    next: Vec<oneshot::Sender<Told>>,
    is_looking: bool,
    /// Kept from one look-up to the next.
    line: Option<Line>,
}

impl Watch {
    #[must_use]
    pub fn new(db: Db) -> Watch {
        Watch {
            db,
            waiting: Arc::default(),
        }
    }

    /// The counts as they are now: by a statement that begins after this was called. Whoever calls while one is under way
    /// waits for the one after it, together with all others who do.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn now(&self) -> Result<Changes, SharedError> {
        let (sender, told) = oneshot::channel();
        let is_looking = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.next.push(sender);
            std::mem::replace(&mut waiting.is_looking, true)
        };
        if !is_looking {
            // A task of its own: whoever asked first may go away while others wait.
            tokio::spawn(self.clone().look());
        }
        told.await.unwrap_or_else(|_| Err(Arc::new(ended())))
    }

    /// Looks until nobody waits any more.
    async fn look(self) {
        loop {
            let (asking, line) = {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                if waiting.next.is_empty() {
                    waiting.is_looking = false;
                    return;
                }
                (std::mem::take(&mut waiting.next), waiting.line.take())
            };
            // Nobody is left waiting if it panics.
            let counting = AssertUnwindSafe(line::count_changes(&self.db, line)).catch_unwind();
            let told = match counting.await {
                Ok(Ok((changes, line))) => {
                    let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                    waiting.line = Some(line);
                    Ok(changes)
                }
                Ok(Err(error)) => Err(Arc::new(error)),
                Err(_) => Err(Arc::new(ended())),
            };
            for one in asking {
                // Who has gone away need not know.
                let _ = one.send(told.clone());
            }
        }
    }
}

fn ended() -> StoreError {
    StoreError::Corrupt("the look-up of what has changed has ended".to_owned())
}
