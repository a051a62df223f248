//! Browser sessions: a token that a browser holds in place of a key, for some hours.
//!
//! Each sign-in makes a new token; one that a browser held before leads to nobody because of it. A session ends with the
//! key that it was begun with.

use chrono::{DateTime, TimeDelta, Utc};

use super::claims::Claims;
use super::key::works;
use super::secret::{Secret, is_same};
use super::{AuthError, Principal, authenticate_key};
use crate::service::audit::{Actor, Change};
use crate::store::api_key::{ApiKeyKey, find_key};
use crate::store::session::{
    NewSession, Session, SessionState, delete_session, find_session, insert_session,
};
use crate::store::{Db, StoreError};

/// What someone signs in with.
#[derive(Clone)]
pub enum Proof {
    Key(String),
    /// The token of a sign-in link, which works once.
    Link(String),
    /// What an identity provider has said.
    Claims(Claims),
}

/// Without what it holds, which is secret.
impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Proof::Key(_) => "Key",
            Proof::Link(_) => "Link",
            Proof::Claims(_) => "Claims",
        })
    }
}

/// A session that has just begun.
#[derive(Debug)]
pub struct Begun {
    /// For the browser alone.
    pub token: Secret,
    pub principal: Principal,
}

/// Begins a session that lasts at most so long.
///
/// # Errors
/// Where the proof does not hold, or the store fails.
pub async fn sign_in(
    db: &Db,
    proof: Proof,
    life: TimeDelta,
    from: Option<std::net::IpAddr>,
    now: DateTime<Utc>,
) -> Result<Begun, AuthError> {
    let (principal, link) = match &proof {
        Proof::Key(text) => (authenticate_key(db, text).await?, None),
        Proof::Link(token) => {
            let (principal, link) = open(db, token, SessionState::Link, now).await?;
            (principal, Some(link))
        }
        Proof::Claims(claims) => (claims.principal(db).await?, None),
    };
    let token = Secret::new_token().map_err(AuthError::Random)?;
    let claims = match &proof {
        Proof::Claims(claims) => Some(claims.to_json()),
        Proof::Key(_) | Proof::Link(_) => None,
    };
    let end = now + life;
    let new = NewSession {
        hash: token.hash(),
        state: SessionState::Open,
        api_key: principal.key(),
        claims,
        created_at: now,
        expires_at: principal
            .expires_at()
            .map_or(end, |earlier| earlier.min(end)),
    };
    let txn = db.begin().await?;
    if let Some(link) = link
        && !delete_session(&txn, link.id).await?
    {
        return Err(AuthError::Refused);
    }
    insert_session(&txn, new).await?;
    let actor = Actor::new(&principal, from);
    let change = Change {
        action: "session.begin",
        subject: format!("session of {}", principal.who()),
        ..Change::default()
    };
    actor.record(&txn, now, change).await?;
    txn.commit().await.map_err(StoreError::from)?;
    Ok(Begun { token, principal })
}

/// A token that lets whoever has it sign in once, until then, as the holder of a key.
///
/// # Errors
/// Where the store fails.
pub async fn make_link(
    db: &Db,
    key: ApiKeyKey,
    life: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Secret, AuthError> {
    let token = Secret::new_token().map_err(AuthError::Random)?;
    let new = NewSession {
        hash: token.hash(),
        state: SessionState::Link,
        api_key: Some(key),
        claims: None,
        created_at: now,
        expires_at: now + life,
    };
    let txn = db.begin().await?;
    insert_session(&txn, new).await?;
    txn.commit().await.map_err(StoreError::from)?;
    Ok(token)
}

/// Whose session this is.
///
/// # Errors
/// Where it is none that is open, its key no longer works, or the store fails.
pub async fn authenticate_session(
    db: &Db,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Principal, AuthError> {
    let (principal, _) = open(db, token, SessionState::Open, now).await?;
    Ok(principal)
}

/// Ends a session. One that has ended already is as good.
///
/// # Errors
/// Where the store fails.
pub async fn sign_out(
    db: &Db,
    token: &str,
    from: Option<std::net::IpAddr>,
    now: DateTime<Utc>,
) -> Result<(), AuthError> {
    let (principal, session) = match open(db, token, SessionState::Open, now).await {
        Err(AuthError::Refused) => return Ok(()),
        found => found?,
    };
    let txn = db.begin().await?;
    if delete_session(&txn, session.id).await? {
        let change = Change {
            action: "session.end",
            subject: format!("session of {}", principal.who()),
            ..Change::default()
        };
        Actor::new(&principal, from)
            .record(&txn, now, change)
            .await?;
    }
    txn.commit().await.map_err(StoreError::from)?;
    Ok(())
}

async fn open(
    db: &Db,
    token: &str,
    state: SessionState,
    now: DateTime<Utc>,
) -> Result<(Principal, Session), AuthError> {
    let hash = Secret::parse_token(token).ok_or(AuthError::Refused)?.hash();
    let session = find_session(db, &hash).await?.ok_or(AuthError::Refused)?;
    if !is_same(&session.hash, &hash) || session.state != state || session.expires_at <= now {
        return Err(AuthError::Refused);
    }
    let principal = match (session.api_key, &session.claims) {
        (Some(key), _) => {
            let key = find_key(db, ApiKeyKey(key)).await?;
            let key = key.filter(|key| works(&key.row, now));
            Principal::of_key(key.ok_or(AuthError::Refused)?)
        }
        (None, Some(claims)) => {
            let claims = Claims::from_json(claims)
                .map_err(|error| StoreError::Corrupt(format!("session {}: {error}", session.id)))?;
            claims.principal(db).await?
        }
        (None, None) => return Err(AuthError::Refused),
    };
    Ok((principal.until(session.expires_at), session))
}
