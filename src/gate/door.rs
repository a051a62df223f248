//! How many answers may go on at a time, of everybody and of each who asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::CameFrom;
use super::lockout::household;
use crate::service::identity::Principal;

/// Counts what goes on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Doors {
    all: Arc<Semaphore>,
    each_max: usize,
    each: Arc<Mutex<HashMap<String, usize>>>,
}

/// One answer, for as long as this is kept.
#[derive(Debug)]
pub struct Door {
    _permit: OwnedSemaphorePermit,
    who: String,
    each: Arc<Mutex<HashMap<String, usize>>>,
}

/// Why nobody gets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// Too many go on of everybody.
    All,
    /// Too many go on of this key or person.
    Each,
}

impl Doors {
    /// So many for all together, and so many for one key or one subject of an issuer's, so that nobody takes them all.
    #[must_use]
    pub fn new(all_max: usize, each_max: usize) -> Doors {
        Doors {
            all: Arc::new(Semaphore::new(all_max)),
            each_max,
            each: Arc::default(),
        }
    }

    /// # Errors
    /// Where too many are in.
    pub fn open(&self, principal: &Principal) -> Result<Door, Shut> {
        self.open_for(principal.who().to_string())
    }

    /// The same for whoever is not known yet, by where they come from.
    ///
    /// # Errors
    /// Where too many are in.
    pub fn open_from(&self, from: CameFrom) -> Result<Door, Shut> {
        let from = from.0.map(household);
        self.open_for(from.map_or_else(String::new, |from| from.to_string()))
    }

    fn open_for(&self, who: String) -> Result<Door, Shut> {
        let permit = self.all.clone().try_acquire_owned();
        let permit = permit.map_err(|_| Shut::All)?;
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        let open = each.entry(who.clone()).or_default();
        if *open >= self.each_max {
            return Err(Shut::Each);
        }
        *open += 1;
        Ok(Door {
            _permit: permit,
            who,
            each: self.each.clone(),
        })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = each.get_mut(&self.who) {
            *open -= 1;
            if *open == 0 {
                each.remove(&self.who);
            }
        }
    }
}
