//! Keys that have been looked up, kept while no key changes.

use std::sync::Arc;

use moka::sync::Cache;

use super::secret::Secret;
use super::{AuthError, Principal, authenticate_key};
use crate::clock;
use crate::store::Db;
use crate::store::change::Changes;

/// What is kept weighs no more than this, in bytes.
const BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Of a kept key, beside its partners.
const BYTES_EACH: usize = 512;

/// Whose the keys are that were shown lately. Cheap to clone.
#[derive(Clone, Debug)]
pub struct KnownKeys {
    /// By what the keys are hashed to.
    kept: Cache<String, Known>,
}

#[derive(Clone, Debug)]
struct Known {
    /// As often had keys changed before this was looked up.
    changes: i64,
    principal: Arc<Principal>,
}

impl Default for KnownKeys {
    fn default() -> KnownKeys {
        let weigh = |_: &String, known: &Known| {
            let partners = known.principal.partners().iter();
            let ids: usize = partners.map(|(_, id)| id.len() + BYTES_EACH / 8).sum();
            u32::try_from(BYTES_EACH + ids).unwrap_or(u32::MAX)
        };
        KnownKeys {
            kept: Cache::builder()
                .max_capacity(BYTES_MAX)
                .weigher(weigh)
                .build(),
        }
    }
}

impl KnownKeys {
    /// Whose key this is, by the counts as they are now.
    ///
    /// # Errors
    /// Where the key does not work, or the store fails.
    pub async fn authenticate(
        &self,
        db: &Db,
        text: &str,
        changes: Changes,
    ) -> Result<Arc<Principal>, AuthError> {
        let hash = Secret::parse(text).ok_or(AuthError::Refused)?.hash();
        if let Some(known) = self.kept.get(&hash) {
            let end = known.principal.expires_at();
            if known.changes == changes.keys && end.is_none_or(|end| clock::now() < end) {
                return Ok(known.principal);
            }
        }
        let principal = Arc::new(authenticate_key(db, text).await?);
        let known = Known {
            changes: changes.keys,
            principal: principal.clone(),
        };
        self.kept.insert(hash, known);
        Ok(principal)
    }
}
