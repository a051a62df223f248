//! What is asked of an issuer over HTTP: no redirects, little time, few bytes, and encrypted unless it is this machine.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Url};
use serde::de::DeserializeOwned;

use super::OidcError;

const PATIENCE: Duration = Duration::from_secs(10);
const BYTES_MAX: usize = 256 * 1024;

#[derive(Debug, Default)]
pub(super) struct Fetcher {
    client: OnceLock<Client>,
}

impl Fetcher {
    pub(super) async fn get<Answer: DeserializeOwned>(
        &self,
        url: &str,
    ) -> Result<Answer, OidcError> {
        let client = self.client(url)?;
        read(url, client.get(url)).await
    }

    /// Sends a form that the issuer may refuse.
    pub(super) async fn post<Answer: DeserializeOwned>(
        &self,
        url: &str,
        user: Option<(&str, &str)>,
        form: &[(&str, &str)],
    ) -> Result<Answer, OidcError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut request = self.client(url)?.post(url).body(body);
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if let Some((name, password)) = user {
            request = request.basic_auth(name, Some(password));
        }
        let refused = OidcError::Refused("the issuer does not take this code");
        read(url, request).await.map_err(|error| match error {
            OidcError::Status { status: 400, .. } => refused,
            error => error,
        })
    }

    fn client(&self, url: &str) -> Result<&Client, OidcError> {
        let refused = |reason: &str| OidcError::Issuer {
            url: url.to_owned(),
            reason: reason.to_owned(),
        };
        if !is_safe(url) {
            return Err(refused("it is not https"));
        }
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|source| OidcError::Unreachable {
                url: url.to_owned(),
                source,
            })?;
        Ok(self.client.get_or_init(|| client))
    }
}

async fn read<Answer: DeserializeOwned>(
    url: &str,
    request: RequestBuilder,
) -> Result<Answer, OidcError> {
    let unreachable = |source: reqwest::Error| OidcError::Unreachable {
        url: url.to_owned(),
        // The query may hold what is secret.
        source: source.without_url(),
    };
    let refused = |reason: String| OidcError::Issuer {
        url: url.to_owned(),
        reason,
    };
    let request = request.header("accept", "application/json");
    let mut answer = request.send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(OidcError::Status {
            url: url.to_owned(),
            status: answer.status().as_u16(),
        });
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > BYTES_MAX {
            return Err(refused(format!("more than {BYTES_MAX} bytes")));
        }
    }
    // What is wrong with it could show what it says.
    serde_json::from_slice(&body)
        .map_err(|_| refused("it is not the JSON that it should be".into()))
}

/// Whether what is said there can be neither read nor changed on the way.
pub(super) fn is_safe(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let is_here = match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn only_this_machine_is_asked_unencrypted() {
        for (url, expected) in [
            ("https://login.example.com/keys", true),
            ("http://127.0.0.1:8080/keys", true),
            ("http://[::1]:8080/keys", true),
            ("http://localhost/keys", true),
            ("http://login.example.com/keys", false),
            ("http://127.0.0.1.example.com/keys", false),
            ("file:///etc/passwd", false),
            ("keys", false),
        ] {
            assert_eq!(is_safe(url), expected, "{url}");
        }
    }
}
