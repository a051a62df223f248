//! Whether a browser sends a request from one of our own pages, or from one that the settings allow.

use axum::http::{HeaderMap, header};

use crate::config::Http;

/// False where the browser says that a page of another site sends it. Programs that are no browsers say nothing.
pub(super) fn is_ours(http: &Http, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    if let Some(site) = text("sec-fetch-site") {
        // "none" is a person's own doing.
        if site != "same-origin" && site != "none" {
            return false;
        }
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return true;
    };
    if !http.public_url.is_empty() {
        return origin == http.public_url;
    }
    let host = text(header::HOST.as_str()).unwrap_or("");
    let scheme_end = origin.find("://").map_or(0, |at| at + 3);
    !host.is_empty() && &origin[scheme_end..] == host
}

/// Whether the browser says that a page of another site sends it, and the settings allow that site.
pub(super) fn is_allowed(http: &Http, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return false;
    };
    let mut allowed = http.allowed_origins.iter();
    allowed.any(|allowed| allowed.as_bytes() == origin.as_bytes()) && !is_ours(http, headers)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn http(public_url: &str) -> Http {
        Http {
            listen: ([127, 0, 0, 1], 8080).into(),
            public_url: public_url.to_owned(),
            allowed_origins: vec!["https://portal.example.com".to_owned()],
            trusted_proxies: 0,
            connections: 1,
            connections_per_address: 1,
        }
    }

    fn headers(sent: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("localhost:8080"));
        for (name, value) in sent {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    fn check(public_url: &str, sent: &[(&'static str, &'static str)], expected: bool) {
        let ours = is_ours(&http(public_url), &headers(sent));
        assert_eq!(ours, expected, "{sent:?}");
    }

    fn check_allowed(sent: &[(&'static str, &'static str)], expected: bool) {
        let allowed = is_allowed(&http(""), &headers(sent));
        assert_eq!(allowed, expected, "{sent:?}");
    }

    #[test]
    fn exactly_the_origins_of_the_settings_are_allowed() {
        let portal = ("origin", "https://portal.example.com");
        check_allowed(&[portal], true);
        check_allowed(&[portal, ("sec-fetch-site", "cross-site")], true);
        check_allowed(&[], false);
        check_allowed(&[portal, portal], false);
        for origin in [
            "https://portal.example.com.evil.example",
            "https://portal.example.com:8443",
            "http://portal.example.com",
            "https://evil.example",
            "http://localhost:8080",
            "null",
        ] {
            check_allowed(&[("origin", origin)], false);
        }
        // It is no page of ours for that.
        check("", &[portal], false);
    }

    #[test]
    fn pages_of_other_sites_are_told_apart() {
        check("", &[], true);
        check("", &[("origin", "http://localhost:8080")], true);
        check("", &[("origin", "http://localhost:8081")], false);
        check("", &[("origin", "null")], false);
        check("", &[("sec-fetch-site", "same-origin")], true);
        check("", &[("sec-fetch-site", "none")], true);
        check("", &[("sec-fetch-site", "cross-site")], false);
        check("", &[("sec-fetch-site", "same-site")], false);
        let public = "https://scores.example.com";
        check(public, &[("origin", "https://scores.example.com")], true);
        check(public, &[("origin", "http://scores.example.com")], false);
        check(public, &[("origin", "http://localhost:8080")], false);
    }
}
