//! Credentials out of HTTP, and a principal in: everyone who asks passes here first.
//!
//! What a principal may do is left to `service::identity` and the stores; how those without one are told to
//! `graphql::http` and `web`, each in its own form.

mod bearer;
mod last_use;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use self::last_use::LastUse;
use crate::service::identity::{AuthError, Principal, authenticate_key};
use crate::store::Db;

/// Who asks, as every request behind the gate carries it.
#[derive(Clone, Debug)]
pub enum Asker {
    Known(Arc<Principal>),
    /// Without credentials, or with some that do not work: the answer is the same.
    Nobody,
    /// Whether the credentials are good could not be looked up.
    Unavailable,
}

/// What the gate looks credentials up in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate {
    db: Db,
    last_use: LastUse,
}

impl Gate {
    #[must_use]
    pub fn new(db: Db) -> Gate {
        Gate {
            last_use: LastUse::new(db.clone()),
            db,
        }
    }

    async fn asker(&self, headers: &HeaderMap) -> Asker {
        let Some(key) = bearer::token(headers) else {
            return Asker::Nobody;
        };
        match authenticate_key(&self.db, key).await {
            Ok(principal) => {
                self.last_use.record(&principal);
                Asker::Known(Arc::new(principal))
            }
            Err(AuthError::Refused) => Asker::Nobody,
            Err(error @ AuthError::Store(_)) => {
                tracing::error!("nobody can be recognised: {:#}", anyhow::Error::new(error));
                Asker::Unavailable
            }
        }
    }
}

/// Tells whatever answers who asks.
pub async fn identify(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let asker = gate.asker(request.headers()).await;
    request.extensions_mut().insert(asker);
    next.run(request).await
}
