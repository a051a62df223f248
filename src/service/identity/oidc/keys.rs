//! The keys that an issuer signs with. One that is not known is looked for anew, at most once a minute, so that nobody
//! can make this server ask without end.

use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use tokio::sync::Mutex;

use super::OidcError;
use super::fetch::Fetcher;

const BETWEEN_FETCHES: Duration = Duration::from_secs(60);
/// A key that the issuer has taken back is believed for no longer.
const BELIEVED_FOR: Duration = Duration::from_secs(60 * 60);

#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Held while the set is fetched, so that it is fetched once.
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    set: Vec<Jwk>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
}

impl Keys {
    /// The key with this id, if the issuer has one.
    pub(super) async fn find(
        &self,
        id: &str,
        url: &str,
        fetcher: &Fetcher,
    ) -> Result<Option<Jwk>, OidcError> {
        let mut known = self.known.lock().await;
        let now = Instant::now();
        let within = |at: Option<Instant>, time: Duration| {
            at.is_some_and(|at| now.duration_since(at) < time)
        };
        let is_current = within(known.fetched_at, BELIEVED_FOR);
        if is_current && let Some(key) = named(&known.set, id) {
            return Ok(Some(key.clone()));
        }
        if !within(known.tried_at, BETWEEN_FETCHES) {
            known.tried_at = Some(now);
            let fetched: JwkSet = fetcher.get(url).await?;
            known.set = fetched.keys;
            known.fetched_at = Some(now);
            return Ok(named(&known.set, id).cloned());
        }
        // Whatever was fetched too long ago is believed no more, also where the issuer cannot be asked.
        Ok(None)
    }
}

/// Of two keys with one id neither is believed.
fn named<'a>(set: &'a [Jwk], id: &str) -> Option<&'a Jwk> {
    let mut found = set
        .iter()
        .filter(|key| key.common.key_id.as_deref() == Some(id));
    let key = found.next()?;
    found.next().is_none().then_some(key)
}
