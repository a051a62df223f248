//! The keys that an issuer signs with. One that is not known is looked for anew, at most once a minute, so that nobody
//! can make this server ask without end. Where the issuer cannot be asked, nobody's token is called bad for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::OidcError;
use super::fetch::Fetcher;

const BETWEEN_FETCHES: Duration = Duration::from_secs(60);
/// A key that the issuer has taken back is believed for no longer.
const BELIEVED_FOR: Duration = Duration::from_secs(60 * 60);

#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Held while the set is fetched, so that it is fetched once.
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    set: Vec<Jwk>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
    /// The last try has not brought a set.
    has_failed: bool,
}

impl Keys {
    /// The key with this id; none where the issuer has none.
    ///
    /// # Errors
    /// Where the issuer cannot be asked, so that nobody knows.
    pub(super) async fn find(
        &self,
        id: &str,
        url: &str,
        fetcher: &Arc<Fetcher>,
    ) -> Result<Option<Jwk>, OidcError> {
        let known = self.known.clone().lock_owned().await;
        let now = Instant::now();
        let is_current = is_within(known.fetched_at, now, BELIEVED_FOR);
        if is_current && let Some(key) = named(&known.set, id) {
            return Ok(Some(key.clone()));
        }
        if is_within(known.tried_at, now, BETWEEN_FETCHES) {
            // A set that is too old is believed no more, and one that could not be had says nothing about a key.
            return if is_current && !known.has_failed {
                Ok(None)
            } else {
                Err(OidcError::Keys)
            };
        }
        // In a task of its own: whoever hangs up while it waits must not leave the next minute without keys.
        let fetching = fetch(known, id.to_owned(), url.to_owned(), fetcher.clone());
        tokio::spawn(fetching).await.map_err(|_| OidcError::Keys)?
    }
}

async fn fetch(
    mut known: OwnedMutexGuard<Known>,
    id: String,
    url: String,
    fetcher: Arc<Fetcher>,
) -> Result<Option<Jwk>, OidcError> {
    let now = Instant::now();
    known.tried_at = Some(now);
    known.has_failed = true;
    let fetched: JwkSet = fetcher.get(&url).await?;
    known.set = fetched.keys;
    known.fetched_at = Some(now);
    known.has_failed = false;
    Ok(named(&known.set, &id).cloned())
}

fn is_within(at: Option<Instant>, now: Instant, time: Duration) -> bool {
    at.is_some_and(|at| now.duration_since(at) < time)
}

/// Of two keys with one id neither is believed.
fn named<'a>(set: &'a [Jwk], id: &str) -> Option<&'a Jwk> {
    let mut found = set
        .iter()
        .filter(|key| key.common.key_id.as_deref() == Some(id));
    let key = found.next()?;
    found.next().is_none().then_some(key)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use axum::http::StatusCode;
    use axum::routing::get;
    use axum::{Json, Router};
    use serde_json::{Value, json};

    use super::*;

    /// An issuer that can be away, and that takes its time.
    #[derive(Default)]
    struct Served {
        is_away: AtomicBool,
        fetches: AtomicUsize,
    }

    async fn serve(served: Arc<Served>) -> String {
        let keys = move || async move {
            served.fetches.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(200)).await;
            if served.is_away.load(Ordering::SeqCst) {
                return Err(StatusCode::BAD_GATEWAY);
            }
            Ok::<Json<Value>, StatusCode>(Json(json!({
                "keys": [{ "kty": "oct", "kid": "first", "k": "AAAA" }]
            })))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let routes = Router::new().route("/keys", get(keys));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        url
    }

    /// As if so much time had gone by since anything happened.
    async fn age(keys: &Keys, time: Duration) {
        let mut known = keys.known.lock().await;
        let earlier = |at: Option<Instant>| at.and_then(|at| at.checked_sub(time));
        known.tried_at = earlier(known.tried_at);
        known.fetched_at = earlier(known.fetched_at);
    }

    fn is_unavailable(found: &Result<Option<Jwk>, OidcError>) -> bool {
        matches!(found, Err(OidcError::Keys | OidcError::Status { .. }))
    }

    #[tokio::test]
    async fn keys_that_cannot_be_had_refuse_nobody() {
        let served = Arc::new(Served::default());
        let url = serve(served.clone()).await;
        let (keys, fetcher) = (Keys::default(), Arc::new(Fetcher::default()));
        let find = |id: &'static str| keys.find(id, &url, &fetcher);
        served.is_away.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            assert!(is_unavailable(&find("first").await));
        }
        assert_eq!(served.fetches.load(Ordering::SeqCst), 1, "once a minute");

        served.is_away.store(false, Ordering::SeqCst);
        age(&keys, BETWEEN_FETCHES).await;
        assert!(find("first").await.unwrap().is_some());
        assert!(
            find("second").await.unwrap().is_none(),
            "the issuer has it not"
        );

        // Away again: what is known goes on, what is not may have been added meanwhile.
        served.is_away.store(true, Ordering::SeqCst);
        age(&keys, BETWEEN_FETCHES).await;
        for _ in 0..2 {
            assert!(is_unavailable(&find("second").await));
        }
        assert!(find("first").await.unwrap().is_some());
        // Too old to be believed, and not to be had anew.
        age(&keys, BELIEVED_FOR).await;
        for _ in 0..2 {
            assert!(is_unavailable(&find("first").await));
        }
        assert_eq!(served.fetches.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_takes_no_fetch_with_it() {
        let served = Arc::new(Served::default());
        let url = serve(served.clone()).await;
        let (keys, fetcher) = (Keys::default(), Arc::new(Fetcher::default()));
        let hasty = tokio::time::timeout(
            Duration::from_millis(50),
            keys.find("first", &url, &fetcher),
        );
        assert!(hasty.await.is_err());
        assert!(keys.find("first", &url, &fetcher).await.unwrap().is_some());
        assert_eq!(served.fetches.load(Ordering::SeqCst), 1);
    }
}
