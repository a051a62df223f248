//! What browsers are told that ask for pages of other sites (CORS).

use std::time::Duration;

use axum::http::{HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser need not ask again what it may send.
const KNOWN_FOR: Duration = Duration::from_secs(600);

/// Lets pages of exactly these origins ask and read the answers, with keys and never with cookies; none where there are
/// no such origins, so that nothing about others is told.
#[must_use]
pub fn layer(origins: &[String]) -> Option<CorsLayer> {
    // The settings are checked: all of them can be headers.
    let origins = origins.iter();
    let origins = origins.filter_map(|origin| HeaderValue::from_str(origin).ok());
    let origins: Vec<HeaderValue> = origins.collect();
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_NONE_MATCH,
            ])
            .expose_headers([header::ETAG, header::RETRY_AFTER])
            .max_age(KNOWN_FOR)
    })
}
