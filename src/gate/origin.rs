//! Whether a browser sends a request from one of our own pages.

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

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn check(public_url: &str, sent: &[(&'static str, &'static str)], expected: bool) {
        let http = Http {
            listen: ([127, 0, 0, 1], 8080).into(),
            public_url: public_url.to_owned(),
            trusted_proxies: 0,
            connections: 1,
            connections_per_address: 1,
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("localhost:8080"));
        for (name, value) in sent {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        assert_eq!(is_ours(&http, &headers), expected, "{sent:?}");
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
