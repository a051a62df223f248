//! Credentials out of HTTP, and a principal in: everyone who asks passes here first.
//!
//! What a principal may do is left to `service::identity` and the stores; how those without one are told to
//! `graphql::http` and `web`, each in its own form.

mod address;
mod bearer;
pub mod budget;
pub mod cookie;
pub mod cors;
pub mod door;
mod last_use;
pub mod lockout;
mod origin;
pub mod pass;
pub mod seat;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use self::budget::Budget;
use self::cookie::{Cookie, Cookies};
use self::last_use::LastUse;
use self::lockout::{Attempt, Lockout, Suspect, household};
use self::pass::Pass;
use self::seat::Seat;
use crate::config::{Config, Http};
use crate::service::audit::{Actor, Change};
use crate::service::identity::{AuthError, Issuer, KnownKeys, Principal, Secret, Who};
use crate::store::Db;
use crate::store::api_key::ApiKeyKey;
use crate::store::change::{Changes, Watch};

/// Who asks, as every request behind the gate carries it.
#[derive(Clone, Debug)]
pub enum Asker {
    /// Together with what whoever stays connected can be looked up by again.
    Known(Arc<Principal>, Arc<Pass>),
    /// Without credentials, or with some that do not work: the answer is the same.
    Nobody,
    /// Too many bad credentials came from there: wait so long.
    Locked(Duration),
    /// Whether the credentials are good could not be looked up.
    Unavailable,
}

/// The session of a browser that is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Secret);

/// The address that a request comes from, where it is known.
#[derive(Clone, Copy, Debug)]
pub struct CameFrom(pub Option<IpAddr>);

/// How often what answers are made of had changed when the request was recognised, where that was looked up.
#[derive(Clone, Copy, Debug)]
pub struct Seen(pub Changes);

/// Looks credentials up. Cheap to clone: every request carries it along.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Parts>);

/// What the gate looks credentials up in.
#[derive(Debug)]
pub struct Parts {
    db: Db,
    watch: Watch,
    keys: KnownKeys,
    http: Arc<Http>,
    pub cookies: Cookies,
    /// What everybody's requests are paid from, whichever way they come.
    pub budget: Budget<Spender>,
    last_use: LastUse,
    lockout: Lockout,
    issuer: Option<Issuer>,
}

/// Who pays for requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Spender {
    Key(ApiKeyKey),
    /// Whom an issuer vouches for, by both names.
    Subject(String, String),
    Address(IpAddr),
}

impl std::ops::Deref for Gate {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Gate {
    #[must_use]
    pub fn new(db: Db, config: &Config) -> Gate {
        Gate(Arc::new(Parts {
            last_use: LastUse::new(db.clone()),
            watch: Watch::new(db.clone()),
            keys: KnownKeys::default(),
            db,
            cookies: Cookies::new(&config.http),
            budget: Budget::new(config.graphql.cost_per_minute),
            http: Arc::new(config.http.clone()),
            lockout: Lockout::default(),
            issuer: Issuer::new(&config.oidc, &config.http),
        }))
    }

    /// By whom tokens are believed, and browsers can sign in.
    #[must_use]
    pub fn issuer(&self) -> Option<&Issuer> {
        self.issuer.as_ref()
    }

    /// Who pays for a request: the key or person, and the address.
    #[must_use]
    pub fn spenders(principal: &Principal, came_from: CameFrom) -> Vec<Spender> {
        let who = match principal.who() {
            Who::Key { key, .. } => Spender::Key(*key),
            Who::Subject {
                issuer, subject, ..
            } => Spender::Subject(issuer.clone(), subject.clone()),
        };
        let address = came_from.0;
        let address = address.map(|address| Spender::Address(household(address)));
        std::iter::once(who).chain(address).collect()
    }

    /// Whether a browser sends the request from one of our own pages.
    #[must_use]
    pub fn is_ours(&self, headers: &HeaderMap) -> bool {
        origin::is_ours(&self.http, headers)
    }

    /// Whether a browser sends the request from a page of another site that the settings allow. What cookies it may bring
    /// counts for nothing.
    #[must_use]
    pub fn is_allowed(&self, headers: &HeaderMap) -> bool {
        origin::is_allowed(&self.http, headers)
    }

    /// Who shows credentials over a connection that is open already, in the form of the `Authorization` header: checked
    /// as those of a header are.
    ///
    /// # Errors
    /// Who asks otherwise.
    pub async fn recognise(
        &self,
        authorization: &str,
        from: CameFrom,
    ) -> Result<(Arc<Principal>, Arc<Pass>), Asker> {
        let token = bearer::token_of(authorization).ok_or(Asker::Nobody)?;
        let pass = Pass::bearer(self, token);
        let (principal, _) = self.check(token, from.0, pass.look_up_seen()).await?;
        Ok((principal, Arc::new(pass)))
    }

    /// Looks credentials up, unless too many bad ones came from there.
    ///
    /// # Errors
    /// Who asks otherwise.
    pub async fn check<Found>(
        &self,
        credentials: &str,
        from: Option<IpAddr>,
        looking: impl Future<Output = Result<Found, AuthError>>,
    ) -> Result<Found, Asker> {
        let key = Secret::parse(credentials);
        let beginning = key.as_ref().map_or("", Secret::prefix);
        // Nobody who comes from nowhere can be told from others.
        let attempt = from.map(|from| Attempt::new(from, beginning, credentials));
        let now = Instant::now();
        if let Some(attempt) = &attempt
            && let Some(wait) = self.lockout.wait(attempt, now)
        {
            return Err(Asker::Locked(wait));
        }
        match looking.await {
            Ok(found) => {
                if let Some(attempt) = attempt {
                    self.lockout.succeeded(&attempt, Instant::now());
                }
                Ok(found)
            }
            Err(AuthError::Refused) => {
                if let Some(attempt) = attempt {
                    let locked = self.lockout.failed(&attempt, Instant::now());
                    self.tell_locked(locked, from);
                }
                Err(Asker::Nobody)
            }
            Err(error) => {
                tracing::error!("nobody can be recognised: {:#}", anyhow::Error::new(error));
                Err(Asker::Unavailable)
            }
        }
    }

    async fn asker(
        &self,
        headers: &HeaderMap,
        changes: bool,
        from: Option<IpAddr>,
    ) -> (Asker, Option<SignedIn>, Option<Seen>) {
        if let Some(token) = bearer::token(headers) {
            let pass = Pass::bearer(self, token);
            return match self.check(token, from, pass.look_up_seen()).await {
                Ok((principal, seen)) => (Asker::Known(principal, Arc::new(pass)), None, seen),
                Err(asker) => (asker, None, None),
            };
        }
        let Some(token) = self.cookies.secret(headers, Cookie::Session) else {
            return (Asker::Nobody, None, None);
        };
        // What another site makes a browser send is nobody's doing.
        if (changes && !self.is_ours(headers)) || self.is_allowed(headers) {
            return (Asker::Nobody, None, None);
        }
        let pass = Pass::session(self, &token);
        match pass.look_up().await {
            Ok(principal) => (
                Asker::Known(principal, Arc::new(pass)),
                Some(SignedIn(token)),
                None,
            ),
            // A session that has ended is nobody's fault.
            Err(AuthError::Refused) => (Asker::Nobody, None, None),
            Err(error) => {
                tracing::error!("nobody can be recognised: {:#}", anyhow::Error::new(error));
                (Asker::Unavailable, None, None)
            }
        }
    }

    /// Tells the log and the audit log of those who have to wait from now on.
    fn tell_locked(&self, locked: Vec<(Suspect, Duration)>, from: Option<IpAddr>) {
        for (suspect, wait) in locked {
            let seconds = wait.as_secs();
            tracing::warn!("too many bad credentials: {suspect} locked for {seconds} s");
            let db = self.db.clone();
            tokio::spawn(async move {
                let change = Change {
                    action: "credentials.lock",
                    subject: suspect.to_string(),
                    after: Some(serde_json::json!({ "seconds": seconds })),
                    ..Change::default()
                };
                if let Err(error) = Actor::unknown(from).record_alone(&db, change).await {
                    tracing::warn!("the audit log does not tell of a lock: {error}");
                }
            });
        }
    }
}

/// Tells whatever answers who asks.
pub async fn identify(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let from = address::address(&request, gate.http.trusted_proxies);
    let changes = !request.method().is_safe();
    let (asker, signed_in, seen) = gate.asker(request.headers(), changes, from).await;
    let extensions = request.extensions_mut();
    if let (Asker::Known(..), Some(seat)) = (&asker, extensions.get::<Arc<Seat>>()) {
        seat.recognise();
    }
    extensions.insert(CameFrom(from));
    extensions.insert(asker);
    if let Some(seen) = seen {
        extensions.insert(seen);
    }
    if let Some(signed_in) = signed_in {
        extensions.insert(signed_in);
    }
    next.run(request).await
}
