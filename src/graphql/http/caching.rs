//! Answers to GET that a client may keep, and asks about again.
//!
//! Snapshots do not change, but which one is newest does, and so does what a key may see.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::etag;

/// The answer with its tag, or 304 where the client has it.
pub(super) async fn revalidated(response: Response, asked: &HeaderMap) -> Response {
    let (mut parts, body) = response.into_parts();
    // It is in memory already.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let media_type = parts.headers.get(header::CONTENT_TYPE);
    let tag = etag::tag(&[media_type.map_or(&[][..], HeaderValue::as_bytes), &bytes]);
    let is_had = etag::is_had(asked, &tag);
    parts.headers.insert(header::CACHE_CONTROL, etag::PRIVATE);
    // Hexadecimal digits between quotes are always a header.
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, tag);
    }
    if is_had {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}
