//! GraphQL over HTTP, as the draft of the GraphQL foundation and its audit suite have it.
//!
//! POST takes exactly application/json; GET takes queries only, so that no link and no form of another site can change
//! anything. Answers are in the media type that the caller accepts: with application/graphql-response+json the status
//! tells whether the request was executed; with application/json it is 200 as soon as GraphQL itself answers.

mod accept;
mod answering;
mod caching;
mod documents;
mod events;
mod kept;
mod operation;
mod request;
mod running;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use axum::body::{Body, Bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequest, FromRequestParts, State};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use self::accept::MediaType;
use self::answering::Answered;
use self::documents::Documents;
pub use self::documents::ManifestError;
use self::kept::Kept;
use self::request::Asking;
use self::socket::Opener;
use super::Schema;
use super::cost::{Cost, whole_seconds};
use super::error::{Code, UNAUTHENTICATED};
use super::session::{Charge, Executed};
use crate::config::Config;
use crate::gate::door::{Doors, Shut};
use crate::gate::pass::Pass;
use crate::gate::{Asker, CameFrom, Gate, Seen};
use crate::service::identity::{AuthError, Principal};
use crate::service::run::Asked;

/// How long a WebSocket or an answer of server-sent events may go on; clients connect again by themselves. It ends earlier
/// with the credentials that it was opened by.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// WebSockets and answers of server-sent events at a time, of everybody and of one key.
const OPEN_MAX: (usize, usize) = (1_000, 20);

/// WebSockets that have yet to say who they are, of everybody and of one address.
const GREETED_MAX: (usize, usize) = (200, 20);

/// What answers at `/graphql`.
pub struct Endpoint {
    schema: Schema,
    documents: Documents,
    gate: Gate,
    kept: Kept,
    timeout: Duration,
    /// Ends what goes on for long.
    stop: Asked,
    /// One for each WebSocket and each answer of server-sent events.
    doors: Doors,
    /// One for each WebSocket of nobody yet.
    porch: Doors,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// # Errors
    /// Where there is a manifest of documents and it cannot be used.
    pub fn new(
        schema: Schema,
        config: &Config,
        stop: Asked,
        gate: Gate,
    ) -> Result<Arc<Endpoint>, ManifestError> {
        let limits = config.graphql;
        Ok(Arc::new(Endpoint {
            schema,
            documents: Documents::new(&config.documents)?,
            gate,
            kept: Kept::new(u64::from(limits.kept_megabytes) * 1024 * 1024),
            timeout: Duration::from_secs(limits.timeout_seconds),
            stop,
            doors: Doors::new(OPEN_MAX.0, OPEN_MAX.1),
            porch: Doors::new(GREETED_MAX.0, GREETED_MAX.1),
        }))
    }
}

impl Endpoint {
    /// What a request of a principal's will be paid from.
    fn charge(&self, caller: &Caller) -> Charge {
        let spenders = Gate::spenders(&caller.principal, caller.came_from);
        Charge::new(self.gate.budget.clone(), spenders)
    }
}

/// Whoever asks, and from where.
#[derive(Clone, Debug)]
struct Caller {
    principal: Arc<Principal>,
    pass: Arc<Pass>,
    came_from: CameFrom,
}

impl Caller {
    fn asks(
        &self,
        request: async_graphql::Request,
        executed: &Executed,
        charge: &Charge,
    ) -> async_graphql::Request {
        request
            .data(executed.clone())
            .data(self.came_from)
            .data(charge.clone())
            .data(self.principal.clone())
    }

    /// The same as they are now: a connection that stays open says nothing of whether they may still ask.
    async fn again(&self) -> Result<Caller, AuthError> {
        Ok(Caller {
            principal: self.pass.look_up().await?,
            ..self.clone()
        })
    }

    /// Waits until they are nobody any more.
    async fn ended(&self) {
        self.pass.ended(&self.principal).await;
    }
}

/// A request that does not reach GraphQL.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: Code,
    message: &'static str,
}

impl Refusal {
    const SPENT: Refusal = Refusal {
        status: StatusCode::TOO_MANY_REQUESTS,
        code: Code::RateLimited,
        message: "this key or address has asked for too much within a minute; ask for less, or later",
    };
    const NOBODY: Refusal = Refusal {
        status: StatusCode::UNAUTHORIZED,
        code: Code::Unauthenticated,
        message: UNAUTHENTICATED,
    };
    const LOCKED: Refusal = Refusal {
        status: StatusCode::TOO_MANY_REQUESTS,
        code: Code::RateLimited,
        message: "too many bad credentials came from this address; ask again later",
    };
    const UNRECOGNISABLE: Refusal = Refusal {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: Code::Unavailable,
        message: "the database does not answer; ask again later",
    };

    const TOOK_TOO_LONG: Refusal = Refusal {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: Code::Unavailable,
        message: "the query took too long; ask for less at once, or again later",
    };

    const NOT_JSON: Refusal = Refusal {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        code: Code::BadInput,
        message: "send the request as application/json in UTF-8",
    };

    fn bad(status: StatusCode, message: &'static str) -> Refusal {
        Refusal {
            status,
            code: Code::BadInput,
            message,
        }
    }
}

impl From<Shut> for Refusal {
    fn from(shut: Shut) -> Refusal {
        match shut {
            Shut::All => Refusal {
                status: StatusCode::SERVICE_UNAVAILABLE,
                code: Code::Unavailable,
                message: "too many subscriptions are open; ask again later",
            },
            Shut::Each => Refusal {
                status: StatusCode::TOO_MANY_REQUESTS,
                code: Code::RateLimited,
                message: "too many connections of this key or person are open; close some of them",
            },
        }
    }
}

/// Answers one request.
pub async fn answer(State(endpoint): State<Arc<Endpoint>>, request: Request<Body>) -> Response {
    let (mut parts, body) = request.into_parts();
    let events = events::are_accepted(&parts.headers);
    let json = MediaType::accepted(&parts.headers);
    let Some(media_type) = json.or(events.then_some(MediaType::Json)) else {
        let message = "answers come as application/graphql-response+json or application/json: accept one of them";
        return refuse(
            MediaType::Json,
            &Refusal::bad(StatusCode::NOT_ACCEPTABLE, message),
        );
    };
    let is_get = parts.method == Method::GET;
    let came_from = parts.extensions.remove().unwrap_or(CameFrom(None));
    let (principal, pass) = match parts.extensions.remove() {
        Some(Asker::Known(principal, pass)) => (principal, pass),
        Some(Asker::Nobody) | None => {
            // Browsers cannot put a key into a header of a WebSocket: pages of other sites say it when it is open.
            if is_get
                && endpoint.gate.is_allowed(&parts.headers)
                && let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await
            {
                return greet_socket(endpoint, came_from, upgrade);
            }
            return refuse(media_type, &Refusal::NOBODY);
        }
        Some(Asker::Locked(wait)) => return later(refuse(media_type, &Refusal::LOCKED), wait),
        Some(Asker::Unavailable) => return refuse(media_type, &Refusal::UNRECOGNISABLE),
    };
    let caller = Caller {
        principal,
        pass,
        came_from,
    };
    if is_get && let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        return open_socket(endpoint, caller, upgrade, &parts.headers);
    }
    let asking = if parts.method == Method::POST {
        match Bytes::from_request(Request::new(body), &()).await {
            Ok(body) if request::is_json(&parts.headers) => Ok(Asking::Post(body)),
            Ok(_) => Err(Refusal::NOT_JSON),
            Err(rejection) => {
                let message = "the body could not be read, or has more than 256 KiB";
                Err(Refusal::bad(rejection.status(), message))
            }
        }
    } else if is_get {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Asking::Get(Bytes::copy_from_slice(query.as_bytes())))
    } else {
        let message = "ask by GET or POST";
        Err(Refusal::bad(StatusCode::METHOD_NOT_ALLOWED, message))
    };
    let asking = match asking {
        Ok(asking) => asking,
        Err(refusal) => return refuse(media_type, &refusal),
    };
    let seen: Option<Seen> = parts.extensions.remove();
    let kept = endpoint.kept_answer(&caller, &asking, seen);
    let answered = match kept {
        // What is kept is an answer that comes once.
        Some(answered) if json.is_some() => answered,
        _ => {
            let asked = match request::read(&endpoint.documents, &asking, events) {
                Ok(asked) => asked,
                Err(refusal) => return refuse(media_type, &refusal),
            };
            // Clients that take both mean events for what goes on; an answer that comes once is one, as a whole.
            let goes_on = || {
                let operation = request::operation_type(&mut asked.clone().into());
                operation == Some(OperationType::Subscription)
            };
            if events && (json.is_none() || goes_on()) {
                return match endpoint.doors.open(&caller.principal) {
                    Ok(door) => events::answer(&endpoint, &caller, asked.into(), door),
                    Err(shut) => refuse(media_type, &shut.into()),
                };
            }
            // Boxed, so that what is kept need not carry the room that it takes.
            Box::pin(endpoint.execute(&caller, &asking, asked, seen)).await
        }
    };
    match answered {
        Answered::Executed { body, is_ok } => {
            let response = write(media_type, StatusCode::OK, body);
            if is_get && is_ok {
                caching::revalidated(response, &parts.headers).await
            } else {
                response
            }
        }
        Answered::NotExecuted(body) => {
            let status = match media_type {
                MediaType::GraphqlResponse => StatusCode::BAD_REQUEST,
                MediaType::Json => StatusCode::OK,
            };
            write(media_type, status, body)
        }
        Answered::Spent(owed) => {
            let cost = json!({ "cost": Cost::Owed(owed).told() });
            let refusal = refuse_with(media_type, &Refusal::SPENT, Some(cost));
            later(refusal, owed.wait)
        }
        Answered::TookTooLong => refuse(media_type, &Refusal::TOOK_TOO_LONG),
        Answered::Unwritable => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn open_socket(
    endpoint: Arc<Endpoint>,
    caller: Caller,
    upgrade: WebSocketUpgrade,
    headers: &HeaderMap,
) -> Response {
    if !endpoint.gate.is_ours(headers) && !endpoint.gate.is_allowed(headers) {
        let message = "a page of another site must not connect";
        return refuse(
            MediaType::Json,
            &Refusal::bad(StatusCode::FORBIDDEN, message),
        );
    }
    match endpoint.doors.open(&caller.principal) {
        Ok(door) => open(endpoint, Opener::Known(caller, door), upgrade),
        Err(shut) => refuse(MediaType::Json, &shut.into()),
    }
}

/// Opens a socket of nobody yet.
fn greet_socket(
    endpoint: Arc<Endpoint>,
    came_from: CameFrom,
    upgrade: WebSocketUpgrade,
) -> Response {
    match endpoint.porch.open_from(came_from) {
        Ok(door) => open(endpoint, Opener::Stranger(came_from, door), upgrade),
        Err(shut) => refuse(MediaType::Json, &shut.into()),
    }
}

fn open(endpoint: Arc<Endpoint>, opener: Opener, upgrade: WebSocketUpgrade) -> Response {
    socket::upgrade(endpoint, opener, upgrade).unwrap_or_else(|| {
        let message = "the WebSocket protocol is graphql-transport-ws";
        refuse(
            MediaType::Json,
            &Refusal::bad(StatusCode::BAD_REQUEST, message),
        )
    })
}

/// Tells when to ask again.
fn later(mut response: Response, wait: Duration) -> Response {
    let seconds = header::HeaderValue::from(whole_seconds(wait));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

fn refuse(media_type: MediaType, refusal: &Refusal) -> Response {
    refuse_with(media_type, refusal, None)
}

fn refuse_with(
    media_type: MediaType,
    refusal: &Refusal,
    extensions: Option<serde_json::Value>,
) -> Response {
    let error =
        json!({ "message": refusal.message, "extensions": { "code": refusal.code.name() } });
    let mut told = json!({ "errors": [error] });
    if let Some(extensions) = extensions {
        told["extensions"] = extensions;
    }
    let body = Bytes::from(told.to_string());
    let mut response = write(media_type, refusal.status, body);
    if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
        let allow = header::HeaderValue::from_static("GET, POST");
        response.headers_mut().insert(header::ALLOW, allow);
    }
    if refusal.status == StatusCode::UNAUTHORIZED {
        let scheme = header::HeaderValue::from_static("Bearer realm=\"peerband\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

fn write(media_type: MediaType, status: StatusCode, body: Bytes) -> Response {
    const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
    const VARY: HeaderValue = HeaderValue::from_static("Accept, Authorization, Cookie");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(16);
    headers.insert(header::CONTENT_TYPE, media_type.content_type());
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::VARY, VARY);
    response
}
