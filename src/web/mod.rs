//! The pages: the list of partners and each partner's scorecard, as HTML that needs no script.
//!
//! A handler opens a scope, reads, and hands plain texts to a template of `templates/`. What a viewer may see is decided
//! by `service::scope`, how figures are written by `number` and `date`; queries live in the store.

pub mod asset;
pub mod failure;
pub mod home;
pub mod oidc;
pub mod scorecard;
pub mod sign_in;

mod date;
mod number;
mod page;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use self::sign_in::WhoIsSignedIn;
use crate::config::Config;
use crate::gate::{Asker, Gate, SignedIn};
use crate::service::identity::Principal;
use crate::store::Db;

/// How long the database may take over one page.
const PATIENCE: Duration = Duration::from_secs(10);

/// What every page reads from.
#[derive(Clone, Debug)]
pub struct Pages {
    pub db: Db,
    pub config: Arc<Config>,
    pub gate: Gate,
}

/// Whoever asks for a page, recognised.
#[derive(Clone, Debug)]
pub struct Known {
    pub principal: Arc<Principal>,
    /// None for one who asks with a key.
    signed_in: Option<WhoIsSignedIn>,
}

impl<State: Sync> FromRequestParts<State> for Known {
    type Rejection = failure::Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        _state: &State,
    ) -> Result<Known, failure::Failure> {
        match parts.extensions.get::<Asker>() {
            Some(Asker::Known(principal, _)) => {
                let session = parts.extensions.get::<SignedIn>();
                let name = principal.who().name();
                Ok(Known {
                    signed_in: session.map(|session| WhoIsSignedIn::new(name, session)),
                    principal: principal.clone(),
                })
            }
            Some(Asker::Nobody) | None => Err(failure::Failure::SignIn {
                next: parts.uri.to_string(),
            }),
            Some(Asker::Locked(wait)) => Err(failure::Failure::Locked(*wait)),
            Some(Asker::Unavailable) => Err(failure::Failure::Slow),
        }
    }
}

/// Gives up on a page that takes too long.
async fn in_time<T>(
    reading: impl Future<Output = Result<T, failure::Failure>>,
) -> Result<T, failure::Failure> {
    tokio::time::timeout(PATIENCE, reading)
        .await
        .unwrap_or(Err(failure::Failure::Slow))
}
