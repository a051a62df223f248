//! What somebody was recognised by, kept for as long as a connection of theirs stays open.

use std::sync::Arc;
use std::time::Duration;

use super::{Gate, Seen};
use crate::clock;
use crate::service::identity::session::authenticate_session;
use crate::service::identity::{AuthError, Principal, Secret, authenticate_token};

/// How often the credentials of a connection that stays open are looked up again.
const AGAIN_EVERY: Duration = Duration::from_secs(15);

/// The credentials that somebody was recognised by, and where to look them up again.
#[derive(Clone)]
pub struct Pass {
    gate: Gate,
    shown: Shown,
}

#[derive(Clone)]
enum Shown {
    /// A key, or a token of the issuer's.
    Bearer(String),
    Session(Secret),
}

/// Without what it holds, which is secret.
impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pass")
    }
}

impl Pass {
    pub(super) fn bearer(gate: &Gate, token: &str) -> Pass {
        Pass {
            gate: gate.clone(),
            shown: Shown::Bearer(token.to_owned()),
        }
    }

    pub(super) fn session(gate: &Gate, token: &Secret) -> Pass {
        Pass {
            gate: gate.clone(),
            shown: Shown::Session(token.clone()),
        }
    }

    /// Whose they are now.
    ///
    /// # Errors
    /// Where they do not work any more, or cannot be looked up.
    pub async fn look_up(&self) -> Result<Arc<Principal>, AuthError> {
        Ok(self.look_up_seen().await?.0)
    }

    /// Likewise, with the counts of changes that were looked up to know it.
    pub(super) async fn look_up_seen(&self) -> Result<(Arc<Principal>, Option<Seen>), AuthError> {
        let gate = &self.gate;
        let principal = match (&self.shown, &gate.issuer) {
            (Shown::Session(token), _) => {
                authenticate_session(&gate.db, token.reveal(), clock::now()).await?
            }
            // Two dots make a token of an issuer's; no key has any.
            (Shown::Bearer(token), Some(issuer)) if token.matches('.').count() == 2 => {
                authenticate_token(&gate.db, issuer, token).await?
            }
            (Shown::Bearer(token), _) => {
                let changes = gate.watch.now().await?;
                let principal = gate.keys.authenticate(&gate.db, token, changes).await?;
                gate.last_use.record(&principal);
                return Ok((principal, Some(Seen(changes))));
            }
        };
        gate.last_use.record(&principal);
        Ok((Arc::new(principal), None))
    }

    /// Waits until they do not work any more: they expire, or are revoked, or the session ends.
    pub async fn ended(&self, principal: &Principal) {
        let mut end = principal.expires_at();
        loop {
            let left = end.and_then(|end| (end - clock::now()).to_std().ok());
            let wait = left.map_or(AGAIN_EVERY, |left| left.min(AGAIN_EVERY));
            tokio::time::sleep(wait).await;
            match self.look_up().await {
                Ok(principal) => end = principal.expires_at(),
                Err(AuthError::Refused) => return,
                // Nobody loses a connection because the database is slow, but nobody outlives their end either.
                Err(_) if end.is_some_and(|end| end <= clock::now()) => return,
                Err(error) => {
                    tracing::warn!(
                        "an open connection's credentials cannot be looked up: {:#}",
                        anyhow::Error::new(error)
                    );
                }
            }
        }
    }
}
