//! The address that a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};

/// The address of the connection, or with trusted proxies in front the one that the outermost of them saw.
pub(super) fn address(request: &Request, trusted_proxies: usize) -> Option<IpAddr> {
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let connected = connected.map(|ConnectInfo(address)| address.ip().to_canonical());
    if trusted_proxies == 0 {
        return connected;
    }
    let values = request.headers().get_all("x-forwarded-for").iter();
    let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    let all = values.join(",");
    // Each proxy appends whom it saw; what stands before that anybody may have written.
    let seen = all.rsplit(',').nth(trusted_proxies - 1);
    let seen = seen.and_then(|text| text.trim().parse::<IpAddr>().ok());
    seen.map(|address| address.to_canonical()).or(connected)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn check(forwarded: &[&str], trusted_proxies: usize, expected: &str) {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        let peer = ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 1)));
        request.extensions_mut().insert(peer);
        let found = address(&request, trusted_proxies).unwrap();
        assert_eq!(found.to_string(), expected, "{forwarded:?}");
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        check(&[], 0, "10.0.0.1");
        check(&["192.0.2.1"], 0, "10.0.0.1");
        check(&["192.0.2.1"], 1, "192.0.2.1");
        check(&["192.0.2.9, 192.0.2.1"], 1, "192.0.2.1");
        check(&["192.0.2.9", "192.0.2.1, 10.0.0.2"], 2, "192.0.2.1");
        check(&["::ffff:192.0.2.1"], 1, "192.0.2.1");
        check(&["nonsense"], 1, "10.0.0.1");
        check(&[], 1, "10.0.0.1");
    }
}
