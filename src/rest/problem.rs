//! Why there is no answer, in one JSON shape: application/problem+json of RFC 9457, with the codes of the API's errors.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request has no other answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    /// Stable: what programs decide by.
    code: &'static str,
    /// What is wrong and how to mend it.
    detail: String,
    retry_after: Option<Duration>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            code,
            detail: detail.into(),
            retry_after: None,
        }
    }

    fn later(mut self, wait: Duration) -> Problem {
        self.retry_after = Some(wait);
        self
    }

    pub(super) fn unauthenticated() -> Problem {
        let detail = "send an API key, as Authorization: Bearer pbk_…, or sign in";
        Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", detail)
    }

    /// What is not there, and what is not for whoever asks, look the same.
    pub(super) fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", detail)
    }

    pub(super) fn bad_input(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "BAD_INPUT", detail)
    }

    pub(super) fn method() -> Problem {
        let detail = "ask by GET or HEAD";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_INPUT", detail)
    }

    pub(super) fn not_acceptable(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_ACCEPTABLE, "BAD_INPUT", detail)
    }

    pub(super) fn too_many(detail: impl Into<String>, wait: Duration) -> Problem {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", detail).later(wait)
    }

    pub(super) fn unavailable(detail: impl Into<String>) -> Problem {
        let wait = Duration::from_secs(10);
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", detail).later(wait)
    }

    /// Tells the log why.
    pub(super) fn server(error: impl std::error::Error + Send + Sync + 'static) -> Problem {
        tracing::error!("a request failed: {:#}", anyhow::Error::new(error));
        let detail = "the server failed; its log says why";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        let mut headers = HeaderMap::new();
        let fixed = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::VARY, "Accept, Authorization, Cookie"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"peerband\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(wait) = self.retry_after {
            let seconds = HeaderValue::from(wait.as_secs().max(1));
            headers.insert(header::RETRY_AFTER, seconds);
        }
        (self.status, headers, body.to_string()).into_response()
    }
}
