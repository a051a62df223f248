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
    /// Of other sites, whose pages may ask the API.
    pub allowed_origins: Vec<String>,
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
        for origin in &self.allowed_origins {
            // Compared to what browsers send, byte by byte.
            if !is_origin(origin) || origin.contains('*') || *origin != origin.to_lowercase() {
                return Err(ConfigError::OutOfBounds {
                    key: "http.allowed_origins",
                    value: origin.clone(),
                    reason: "each must be http:// or https:// and a host in small letters, without a path, a slash at its \
                             end or a *",
                });
            }
        }
        if self.public_url.is_empty() || is_origin(&self.public_url) {
            return Ok(());
        }
        Err(ConfigError::OutOfBounds {
            key: "http.public_url",
            value: self.public_url.clone(),
            reason: "it must be http:// or https:// and a host, without a path or a slash at its end",
        })
    }
}

fn is_origin(url: &str) -> bool {
    let host = url.strip_prefix("https://").or(url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']))
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
            assert_eq!(http(url, &[]).check().is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn an_allowed_origin_is_written_as_browsers_write_it() {
        for (origin, fine) in [
            ("https://portal.example.com", true),
            ("http://localhost:3000", true),
            ("", false),
            ("*", false),
            ("null", false),
            ("https://*.example.com", false),
            ("https://Portal.example.com", false),
            ("https://portal.example.com/", false),
            ("portal.example.com", false),
        ] {
            let allowed = ["https://fine.example.com", origin];
            assert_eq!(http("", &allowed).check().is_ok(), fine, "{origin}");
        }
    }

    fn http(public_url: &str, allowed_origins: &[&str]) -> Http {
        Http {
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: public_url.to_owned(),
            allowed_origins: allowed_origins
                .iter()
                .map(|&origin| origin.to_owned())
                .collect(),
            trusted_proxies: 0,
            connections: 1,
            connections_per_address: 1,
        }
    }
}
