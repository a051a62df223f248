//! When keys were last used, to the minute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;
use crate::service::identity::Principal;
use crate::store::Db;
use crate::store::api_key::{ApiKeyKey, touch_key};

/// How exactly the last use is known: more would make every read a write.
const PRECISION: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub(super) struct LastUse {
    db: Db,
    /// When this process last recorded a use of each key.
    recorded: Arc<Mutex<HashMap<ApiKeyKey, Instant>>>,
}

impl LastUse {
    pub(super) fn new(db: Db) -> LastUse {
        LastUse {
            db,
            recorded: Arc::default(),
        }
    }

    /// Records that the principal's key is used, without keeping the request waiting.
    pub(super) fn record(&self, principal: &Principal) {
        let Some(key) = principal.key() else {
            return;
        };
        let now = Instant::now();
        {
            let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
            let is_known = |at: &Instant| now.duration_since(*at) < PRECISION;
            if recorded.get(&key).is_some_and(is_known) {
                return;
            }
            recorded.insert(key, now);
        }
        let db = self.db.clone();
        tokio::spawn(async move {
            if let Err(error) = touch_key(&db, key, clock::now()).await {
                tracing::warn!("the last use of key {} is not recorded: {error}", key.0);
            }
        });
    }
}
