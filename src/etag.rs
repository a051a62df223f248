//! Tags of answers that a client may keep, and asks about again.

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

/// What a kept answer is marked with: it is one client's own, and good once the server has said that it still is.
pub const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// A strong tag: the same for the same parts, and for no others.
#[must_use]
pub fn tag(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let digest = digest.finalize();
    let digits: String = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{digits}\"")
}

/// Whether If-None-Match names the tag. A proxy may have made it a weak one.
#[must_use]
pub fn is_had(asked: &HeaderMap, tag: &str) -> bool {
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
    fn tags_are_of_all_parts_and_where_they_end() {
        let one = tag(&[b"application/json", b"{}"]);
        assert_eq!(one, tag(&[b"application/json", b"{}"]));
        assert_ne!(one, tag(&[b"application/json", b"{ }"]));
        assert_ne!(one, tag(&[b"application/json{", b"}"]));
        assert_eq!(one.len(), 34);
    }

    #[test]
    fn tags_are_found_in_lists() {
        let check = |asked: &'static str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(asked));
            assert_eq!(is_had(&headers, "\"a\""), expected, "{asked}");
        };
        check("\"a\"", true);
        check("\"b\", W/\"a\"", true);
        check("*", true);
        check("\"b\"", false);
        check("a", false);
    }
}
