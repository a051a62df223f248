//! Answers to GET that a client may keep, and asks about again.
//!
//! Snapshots do not change, but which one is newest does, and so does what a key may see: a kept answer is one client's
//! own, and is good once the server has said that it still is.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The answer with its tag, or 304 where the client has it.
pub(super) async fn revalidated(response: Response, asked: &HeaderMap) -> Response {
    let (mut parts, body) = response.into_parts();
    // It is in memory already.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = tag(parts.headers.get(header::CONTENT_TYPE), &bytes);
    let is_had = has(asked, &tag);
    parts.headers.insert(header::CACHE_CONTROL, PRIVATE);
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

/// Strong: the same for the same bytes in the same media type, and for no others.
fn tag(media_type: Option<&HeaderValue>, bytes: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(media_type.map_or(&[][..], HeaderValue::as_bytes));
    digest.update([0]);
    digest.update(bytes);
    let digest = digest.finalize();
    let digits: String = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{digits}\"")
}

/// Whether If-None-Match names the tag. A proxy may have made it a weak one.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let values = asked.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    tags.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_of_bytes_and_media_type() {
        let json = HeaderValue::from_static("application/json");
        let one = tag(Some(&json), b"{}");
        assert_eq!(one, tag(Some(&json), b"{}"));
        assert_ne!(one, tag(Some(&json), b"{ }"));
        assert_ne!(one, tag(None, b"{}"));
        assert_eq!(one.len(), 34);
    }

    #[test]
    fn tags_are_found_in_lists() {
        let check = |asked: &'static str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(asked));
            assert_eq!(has(&headers, "\"a\""), expected, "{asked}");
        };
        check("\"a\"", true);
        check("\"b\", W/\"a\"", true);
        check("*", true);
        check("\"b\"", false);
        check("a", false);
    }
}
