//! The pages: the list of partners and each partner's scorecard, as HTML that needs no script.
//!
//! A handler opens a scope, reads, and hands plain texts to a template of `templates/`. What a viewer may see is decided
//! by `service::scope`, how figures are written by `number` and `date`; queries live in the store.

pub mod asset;
pub mod failure;
pub mod home;
pub mod scorecard;

mod date;
mod number;
mod page;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::config::Config;
use crate::gate::Asker;
use crate::service::identity::Principal;
use crate::store::Db;

/// How long the database may take over one page.
const PATIENCE: Duration = Duration::from_secs(10);

/// What every page reads from.
#[derive(Clone, Debug)]
pub struct Pages {
    pub db: Db,
    pub config: Arc<Config>,
}

/// Whoever asks for a page, recognised.
#[derive(Clone, Debug)]
pub struct Known(pub Arc<Principal>);

impl<State: Sync> FromRequestParts<State> for Known {
    type Rejection = failure::Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        _state: &State,
    ) -> Result<Known, failure::Failure> {
        match parts.extensions.get::<Asker>() {
            Some(Asker::Known(principal)) => Ok(Known(principal.clone())),
            Some(Asker::Nobody) | None => Err(failure::Failure::SignIn),
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
