//! A template as an answer.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::failure;

/// What a page may load: its own style sheet and icon. Its forms lead to this server only.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// A page with figures that nobody else may keep.
pub(super) fn respond(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::CACHE_CONTROL, "no-store"),
                // Without any, browsers would not say that a form comes from here.
                (header::REFERRER_POLICY, "same-origin"),
            ];
            (status, headers, html).into_response()
        }
        Err(error) => {
            tracing::error!("a page could not be rendered: {error}");
            (StatusCode::INTERNAL_SERVER_ERROR, failure::LOGGED).into_response()
        }
    }
}
