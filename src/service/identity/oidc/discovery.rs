//! What an issuer says of itself: read once it is needed, and again where that failed, at most once a minute.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::OidcError;
use super::fetch::Fetcher;

const BETWEEN_FETCHES: Duration = Duration::from_secs(60);

/// What an issuer says of itself, as far as it is used.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Endpoints {
    issuer: String,
    pub(super) jwks_uri: String,
    pub(super) authorization_endpoint: Option<String>,
    pub(super) token_endpoint: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Discovery {
    /// Held while it is fetched, so that it is fetched once.
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    endpoints: Option<Arc<Endpoints>>,
    tried_at: Option<Instant>,
}

impl Discovery {
    /// # Errors
    /// Where the issuer cannot be asked, now or less than a minute ago, or says something else.
    pub(super) async fn endpoints(
        &self,
        issuer: &str,
        fetcher: &Arc<Fetcher>,
    ) -> Result<Arc<Endpoints>, OidcError> {
        let known = self.known.clone().lock_owned().await;
        if let Some(endpoints) = &known.endpoints {
            return Ok(endpoints.clone());
        }
        let is_recent = |at: Instant| at.elapsed() < BETWEEN_FETCHES;
        if known.tried_at.is_some_and(is_recent) {
            return Err(OidcError::Endpoints);
        }
        // In a task of its own: whoever hangs up while it waits must not leave the next minute without endpoints.
        let fetching = fetch(known, issuer.to_owned(), fetcher.clone());
        let fetched = tokio::spawn(fetching).await;
        fetched.map_err(|_| OidcError::Endpoints)?
    }
}

async fn fetch(
    mut known: OwnedMutexGuard<Known>,
    issuer: String,
    fetcher: Arc<Fetcher>,
) -> Result<Arc<Endpoints>, OidcError> {
    known.tried_at = Some(Instant::now());
    let base = issuer.trim_end_matches('/');
    let url = format!("{base}/.well-known/openid-configuration");
    let found: Endpoints = fetcher.get(&url).await?;
    if found.issuer != issuer {
        let reason = format!("it calls itself {:?}", found.issuer);
        return Err(OidcError::Issuer { url, reason });
    }
    let found = Arc::new(found);
    known.endpoints = Some(found.clone());
    Ok(found)
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
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let says = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") });
        let answer = move || async move {
            served.fetches.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(200)).await;
            if served.is_away.load(Ordering::SeqCst) {
                return Err(StatusCode::BAD_GATEWAY);
            }
            Ok::<Json<Value>, StatusCode>(Json(says))
        };
        let routes = Router::new().route("/.well-known/openid-configuration", get(answer));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        issuer
    }

    #[tokio::test]
    async fn an_issuer_that_is_away_is_asked_once_a_minute() {
        let served = Arc::new(Served::default());
        let issuer = serve(served.clone()).await;
        let (discovery, fetcher) = (Discovery::default(), Arc::new(Fetcher::default()));
        served.is_away.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            assert!(discovery.endpoints(&issuer, &fetcher).await.is_err());
        }
        assert_eq!(served.fetches.load(Ordering::SeqCst), 1);
        served.is_away.store(false, Ordering::SeqCst);
        let mut known = discovery.known.lock().await;
        known.tried_at = Instant::now().checked_sub(BETWEEN_FETCHES);
        drop(known);
        for _ in 0..3 {
            let endpoints = discovery.endpoints(&issuer, &fetcher).await.unwrap();
            assert_eq!(endpoints.jwks_uri, format!("{issuer}/keys"));
        }
        assert_eq!(served.fetches.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_takes_no_fetch_with_it() {
        let served = Arc::new(Served::default());
        let issuer = serve(served.clone()).await;
        let (discovery, fetcher) = (Discovery::default(), Arc::new(Fetcher::default()));
        let hasty = tokio::time::timeout(
            Duration::from_millis(50),
            discovery.endpoints(&issuer, &fetcher),
        );
        assert!(hasty.await.is_err());
        assert!(discovery.endpoints(&issuer, &fetcher).await.is_ok());
        assert_eq!(served.fetches.load(Ordering::SeqCst), 1);
    }
}
