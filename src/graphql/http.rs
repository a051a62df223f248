//! GraphQL over HTTP, as the draft of the GraphQL foundation and its audit suite have it.
//!
//! POST takes exactly application/json; GET takes queries only, so that no link and no form of another site can change
//! anything. Answers are in the media type that the caller accepts: with application/graphql-response+json the status
//! tells whether the request was executed; with application/json it is 200 as soon as GraphQL itself answers.

mod accept;
mod caching;
mod documents;
mod events;
mod operation;
mod request;
mod running;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response as Answer};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use self::accept::MediaType;
use self::documents::Documents;
pub use self::documents::ManifestError;
use super::Schema;
use super::error::{Code, UNAUTHENTICATED};
use super::session::{Charge, Executed};
use crate::config::Config;
use crate::gate::door::{Doors, Shut};
use crate::gate::pass::Pass;
use crate::gate::{Asker, CameFrom, Gate};
use crate::service::identity::{AuthError, Principal};
use crate::service::run::Asked;

/// How long a WebSocket or an answer of server-sent events may go on; clients connect again by themselves. It ends earlier
/// with the credentials that it was opened by.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// WebSockets and answers of server-sent events at a time, of everybody and of one key.
const OPEN_MAX: (usize, usize) = (1_000, 20);

/// What answers at `/graphql`.
#[derive(Clone)]
pub struct Endpoint {
    schema: Schema,
    documents: Documents,
    gate: Gate,
    timeout: Duration,
    /// Ends what goes on for long.
    stop: Asked,
    /// One for each WebSocket and each answer of server-sent events.
    doors: Doors,
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
    ) -> Result<Endpoint, ManifestError> {
        let limits = config.graphql;
        Ok(Endpoint {
            schema,
            documents: Documents::new(&config.documents)?,
            gate,
            timeout: Duration::from_secs(limits.timeout_seconds),
            stop,
            doors: Doors::new(OPEN_MAX.0, OPEN_MAX.1),
        })
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
    fn asks(&self, request: Request, executed: &Executed, charge: &Charge) -> Request {
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
#[allow(
    clippy::too_many_arguments,
    reason = "these are the parts of the request"
)]
pub async fn answer(
    State(endpoint): State<Endpoint>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    Extension(asker): Extension<Asker>,
    Extension(came_from): Extension<CameFrom>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Response {
    let events = events::are_accepted(&headers);
    let media_type = MediaType::accepted(&headers).or(events.then_some(MediaType::Json));
    let Some(media_type) = media_type else {
        let message = "answers come as application/graphql-response+json or application/json: accept one of them";
        return refuse(
            MediaType::Json,
            &Refusal::bad(StatusCode::NOT_ACCEPTABLE, message),
        );
    };
    let (principal, pass) = match asker {
        Asker::Known(principal, pass) => (principal, pass),
        Asker::Nobody => return refuse(media_type, &Refusal::NOBODY),
        Asker::Locked(wait) => return later(refuse(media_type, &Refusal::LOCKED), wait),
        Asker::Unavailable => return refuse(media_type, &Refusal::UNRECOGNISABLE),
    };
    let caller = Caller {
        principal,
        pass,
        came_from,
    };
    if let Ok(upgrade) = upgrade {
        return open_socket(endpoint, caller, upgrade, &headers);
    }
    let body = match body {
        Ok(body) => body,
        Err(rejection) => {
            let message = "the body could not be read, or has more than 256 KiB";
            return refuse(media_type, &Refusal::bad(rejection.status(), message));
        }
    };
    let request = if method == Method::POST {
        request::from_post(&endpoint.documents, &headers, &body)
    } else if method == Method::GET {
        let is_taken = |operation| match operation {
            None | Some(OperationType::Query) => true,
            Some(OperationType::Subscription) => events,
            Some(OperationType::Mutation) => false,
        };
        request::from_get(
            &endpoint.documents,
            query.as_deref().unwrap_or_default(),
            is_taken,
        )
    } else {
        let message = "ask by GET or POST";
        Err(Refusal::bad(StatusCode::METHOD_NOT_ALLOWED, message))
    };
    let request = match request {
        Ok(request) => request,
        Err(refusal) => return refuse(media_type, &refusal),
    };
    if events {
        return match endpoint.doors.open(&caller.principal) {
            Ok(door) => events::answer(&endpoint, &caller, request, door),
            Err(shut) => refuse(media_type, &shut.into()),
        };
    }
    let executed = Executed::default();
    let charge = endpoint.charge(&caller);
    let request = caller.asks(request, &executed, &charge);
    let answering = endpoint.schema.execute(request);
    match tokio::time::timeout(endpoint.timeout, answering).await {
        Ok(answer) => match charge.wait() {
            Some(wait) => later(refuse(media_type, &Refusal::SPENT), wait),
            None => {
                let is_kept = method == Method::GET && executed.get() && answer.is_ok();
                let response = respond(media_type, &answer, executed.get());
                if is_kept {
                    caching::revalidated(response, &headers).await
                } else {
                    response
                }
            }
        },
        Err(_) => {
            let refusal = Refusal {
                status: StatusCode::SERVICE_UNAVAILABLE,
                code: Code::Unavailable,
                message: "the query took too long; ask for less at once, or again later",
            };
            refuse(media_type, &refusal)
        }
    }
}

fn open_socket(
    endpoint: Endpoint,
    caller: Caller,
    upgrade: WebSocketUpgrade,
    headers: &HeaderMap,
) -> Response {
    if !endpoint.gate.is_ours(headers) {
        let message = "a page of another site must not connect";
        return refuse(
            MediaType::Json,
            &Refusal::bad(StatusCode::FORBIDDEN, message),
        );
    }
    match endpoint.doors.open(&caller.principal) {
        Ok(door) => socket::upgrade(endpoint, caller, upgrade, door).unwrap_or_else(|| {
            let message = "the WebSocket protocol is graphql-transport-ws";
            refuse(
                MediaType::Json,
                &Refusal::bad(StatusCode::BAD_REQUEST, message),
            )
        }),
        Err(shut) => refuse(MediaType::Json, &shut.into()),
    }
}

fn respond(media_type: MediaType, answer: &Answer, executed: bool) -> Response {
    let status = match media_type {
        MediaType::GraphqlResponse if !executed => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    // Without an execution there is no data, not even null.
    let body = if executed {
        serde_json::to_vec(answer)
    } else {
        serde_json::to_vec(&json!({ "errors": answer.errors }))
    };
    match body {
        Ok(body) => write(media_type, status, body),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Tells when to ask again.
fn later(mut response: Response, wait: Duration) -> Response {
    let seconds = header::HeaderValue::from(wait.as_secs().max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

fn refuse(media_type: MediaType, refusal: &Refusal) -> Response {
    let error =
        json!({ "message": refusal.message, "extensions": { "code": refusal.code.name() } });
    let body = json!({ "errors": [error] }).to_string().into_bytes();
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

fn write(media_type: MediaType, status: StatusCode, body: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type.content_type()),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept, Authorization, Cookie"),
    ];
    (status, headers, body).into_response()
}
