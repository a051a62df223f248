//! `Authorization: Bearer …`.

use axum::http::{HeaderMap, header};

/// The token of the header; none without one, with several, or of another scheme.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    token_of(value)
}

/// The token of what the header holds, wherever it is said.
pub(super) fn token_of(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_matches(' '))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn check(values: &[&'static str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        assert_eq!(token(&headers), expected, "{values:?}");
    }

    #[test]
    fn only_one_bearer_token_is_read() {
        check(&["Bearer abc"], Some("abc"));
        check(&["bEaReR  abc "], Some("abc"));
        check(&[], None);
        check(&["Bearer"], None);
        check(&["Basic abc"], None);
        check(&["Bearer abc", "Bearer abc"], None);
    }
}
