//! How many connections may stay open, of everybody and of each who asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Refusal;
use crate::graphql::error::Code;
use crate::service::identity::Principal;

/// WebSockets and answers of server-sent events at a time.
const ALL_MAX: usize = 1_000;
/// Of one key, or one subject of an issuer's, so that nobody takes them all.
const EACH_MAX: usize = 20;

/// Counts connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Doors {
    all: Arc<Semaphore>,
    each: Arc<Mutex<HashMap<String, usize>>>,
}

/// One connection, for as long as this is kept.
pub(super) struct Door {
    _permit: OwnedSemaphorePermit,
    who: String,
    each: Arc<Mutex<HashMap<String, usize>>>,
}

impl Doors {
    pub(super) fn new() -> Doors {
        Doors {
            all: Arc::new(Semaphore::new(ALL_MAX)),
            each: Arc::default(),
        }
    }

    pub(super) fn open(&self, principal: &Principal) -> Result<Door, Refusal> {
        let permit = self.all.clone().try_acquire_owned().map_err(|_| Refusal {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: Code::Unavailable,
            message: "too many subscriptions are open; ask again later",
        })?;
        let who = principal.who().to_string();
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        let open = each.entry(who.clone()).or_default();
        if *open >= EACH_MAX {
            return Err(Refusal {
                status: StatusCode::TOO_MANY_REQUESTS,
                code: Code::RateLimited,
                message: "too many connections of this key or person are open; close some of them",
            });
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
