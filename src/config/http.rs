//! Where the server is found, and how long browsers stay signed in.

use std::net::SocketAddr;

use serde::Deserialize;

use super::ConfigError;

/// Where the server listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub listen: SocketAddr,
    /// Empty where browsers find the server where it listens.
    pub public_url: String,
    pub trusted_proxies: usize,
    pub connections: usize,
    pub connections_per_address: usize,
}

/// How long browsers stay signed in.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    pub hours: u32,
}

impl Http {
    /// Whether browsers speak https to the server.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (key, value) in [
            ("http.connections", self.connections),
            ("http.connections_per_address", self.connections_per_address),
        ] {
            if value == 0 {
                return Err(ConfigError::OutOfBounds {
                    key,
                    value: value.to_string(),
                    reason: "nobody could ask; it must be at least 1",
                });
            }
        }
        let is_origin = |rest: &str| !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']);
        let url = &self.public_url;
        let rest = url.strip_prefix("https://").or(url.strip_prefix("http://"));
        if url.is_empty() || rest.is_some_and(is_origin) {
            return Ok(());
        }
        Err(ConfigError::OutOfBounds {
            key: "http.public_url",
            value: url.clone(),
            reason: "it must be http:// or https:// and a host, without a path or a slash at its end",
        })
    }
}

impl Session {
    pub(super) fn check(self) -> Result<(), ConfigError> {
        if (1..=720).contains(&self.hours) {
            return Ok(());
        }
        Err(ConfigError::OutOfBounds {
            key: "session.hours",
            value: self.hours.to_string(),
            reason: "it must be 1 to 720",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_origin() {
        for (url, fine) in [
            ("", true),
            ("https://scores.example.com", true),
            ("http://localhost:8080", true),
            ("https://scores.example.com/", false),
            ("https://scores.example.com/path", false),
            ("https://user@scores.example.com", false),
            ("https://", false),
            ("scores.example.com", false),
            ("ftp://scores.example.com", false),
        ] {
            let http = Http {
                listen: ([127, 0, 0, 1], 0).into(),
                public_url: url.to_owned(),
                trusted_proxies: 0,
                connections: 1,
                connections_per_address: 1,
            };
            assert_eq!(http.check().is_ok(), fine, "{url}");
        }
    }
}
