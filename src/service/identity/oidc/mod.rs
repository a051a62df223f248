//! An OpenID Connect issuer: whom it vouches for, as a bearer token or as a browser that comes back from it.
//!
//! Nothing that a token says of itself decides how it is checked: the algorithms come from the settings, the keys from
//! the issuer.

mod discovery;
mod fetch;
mod flow;
mod keys;
mod verify;

use std::sync::Arc;

use self::discovery::{Discovery, Endpoints};
use self::fetch::Fetcher;
use self::keys::Keys;
use crate::config::{Http, Oidc};

pub use flow::{Journey, Returned};

/// Where browsers come back to.
pub const CALLBACK: &str = "/sign-in/oidc/callback";

/// The issuer of the settings. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Issuer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: Oidc,
    public_url: String,
    fetcher: Arc<Fetcher>,
    discovery: Discovery,
    keys: Keys,
}

/// Why an issuer vouches for nobody.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The token, the code or the browser is not what it should be.
    #[error("refused: {0}")]
    Refused(&'static str),
    #[error("refused: the token does not hold")]
    Token(#[source] jsonwebtoken::errors::Error),
    /// They could not be fetched less than a minute ago, or the fetch has ended without a word.
    #[error("the issuer's keys cannot be had; they are asked for again within a minute")]
    Keys,
    /// The same of where it is asked.
    #[error("the issuer's endpoints cannot be had; they are asked for again within a minute")]
    Endpoints,
    #[error("{url} does not answer as an issuer does: {reason}")]
    Issuer { url: String, reason: String },
    #[error("{url} answers with status {status}")]
    Status { url: String, status: u16 },
    #[error("{url} cannot be reached")]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
}

impl Issuer {
    /// None where the settings name none.
    #[must_use]
    pub fn new(settings: &Oidc, http: &Http) -> Option<Issuer> {
        if settings.issuer.is_empty() {
            return None;
        }
        let shared = Shared {
            settings: settings.clone(),
            public_url: http.public_url.clone(),
            fetcher: Arc::default(),
            discovery: Discovery::default(),
            keys: Keys::default(),
        };
        Some(Issuer {
            shared: Arc::new(shared),
        })
    }

    /// Whether browsers can sign in by it.
    #[must_use]
    pub fn lets_browsers_in(&self) -> bool {
        !self.shared.settings.client_id.is_empty()
    }

    async fn endpoints(&self) -> Result<Arc<Endpoints>, OidcError> {
        let shared = &self.shared;
        let issuer = &shared.settings.issuer;
        shared.discovery.endpoints(issuer, &shared.fetcher).await
    }
}
