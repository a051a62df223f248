//! Whose explanation is worked out next: each reads facts, so that few are at a time, and no key or person has more than
//! one of them or keeps many waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ExplainError;

/// Explanations that are worked out at the same time.
const TOGETHER: usize = 2;
/// Of one key or person, under way and waiting: a query may ask for some of each of several scorecards.
const EACH_MAX: usize = 64;
/// Of everybody, under way and waiting.
const ALL_MAX: usize = 512;

#[derive(Debug)]
pub(super) struct Turns {
    together: Arc<Semaphore>,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Debug, Default)]
struct Queue {
    length: usize,
    /// How many of each, and what lets one of them on.
    each: HashMap<String, (usize, Arc<Semaphore>)>,
}

/// The right to work out an explanation, for as long as this is kept.
#[derive(Debug)]
pub(super) struct Turn {
    _together: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
    _place: Place,
}

#[derive(Debug)]
struct Place {
    who: String,
    queue: Arc<Mutex<Queue>>,
}

impl Turns {
    pub(super) fn new() -> Turns {
        Turns {
            together: Arc::new(Semaphore::new(TOGETHER)),
            queue: Arc::default(),
        }
    }

    /// Waits for the turn of a key or person.
    ///
    /// # Errors
    /// Where too many wait already.
    pub(super) async fn take(&self, who: &str) -> Result<Turn, ExplainError> {
        let (place, own) = self.enter(who).ok_or(ExplainError::Busy)?;
        // The semaphores are never closed.
        let own = own.acquire_owned().await.map_err(|_| ExplainError::Lost)?;
        let together = self.together.clone().acquire_owned().await;
        Ok(Turn {
            _together: together.map_err(|_| ExplainError::Lost)?,
            _own: own,
            _place: place,
        })
    }

    fn enter(&self, who: &str) -> Option<(Place, Arc<Semaphore>)> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.length >= ALL_MAX {
            return None;
        }
        let each = queue.each.entry(who.to_owned());
        let (count, own) = each.or_insert_with(|| (0, Arc::new(Semaphore::new(1))));
        if *count >= EACH_MAX {
            return None;
        }
        *count += 1;
        let own = own.clone();
        queue.length += 1;
        let place = Place {
            who: who.to_owned(),
            queue: self.queue.clone(),
        };
        Some((place, own))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.length -= 1;
        if let Some((count, _)) = queue.each.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                queue.each.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout(Duration::from_millis(50), work)
            .await
            .ok()
    }

    #[tokio::test]
    async fn one_key_holds_one_turn_and_leaves_the_other() {
        let turns = Turns::new();
        let first = turns.take("a").await.unwrap();
        assert!(in_time(turns.take("a")).await.is_none(), "it waits");
        let other = in_time(turns.take("b")).await.unwrap().unwrap();
        assert!(in_time(turns.take("c")).await.is_none(), "two at a time");
        drop(first);
        assert!(in_time(turns.take("a")).await.is_some());
        drop(other);
        // Whoever has waited in vain has left no trace.
        let queue = turns.queue.lock().unwrap();
        assert_eq!((queue.length, queue.each.len()), (0, 0));
    }

    #[tokio::test]
    async fn few_wait() {
        let turns = Turns::new();
        let places: Vec<_> = (0..EACH_MAX).map(|_| turns.enter("a").unwrap()).collect();
        assert!(matches!(turns.take("a").await, Err(ExplainError::Busy)));
        let mut others = Vec::new();
        for at in EACH_MAX..ALL_MAX {
            others.push(turns.enter(&at.to_string()).unwrap());
        }
        assert!(matches!(turns.take("b").await, Err(ExplainError::Busy)));
        drop((places, others));
        assert!(turns.take("b").await.is_ok());
    }
}
