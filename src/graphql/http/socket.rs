//! GraphQL over a WebSocket, in the graphql-transport-ws protocol.
//!
//! One task serves a socket: what it waits for is the next message, the next answer of any of its operations, or the
//! server's end, and the end of the credentials that it was opened by. Whatever the protocol forbids closes the socket with the protocol's own code.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Request;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use futures_util::stream::{BoxStream, StreamExt};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::operation::{Operation, unrecognisable};
use super::request::from_parameters;
use super::running::{Running, Told};
use super::{Caller, Endpoint, LIFETIME};
use crate::gate::door::Door;
use crate::gate::{Asker, CameFrom};
use crate::service::identity::AuthError;

const PROTOCOL: &str = "graphql-transport-ws";
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// How long a client may take to say who it is.
const INIT_WITHIN: Duration = Duration::from_secs(5);
/// How often a silent client is asked whether it is still there; twice that without a word ends the socket.
const PING_EVERY: Duration = Duration::from_secs(25);

/// How long a client may leave unread what it is told.
const SEND_WITHIN: Duration = Duration::from_secs(10);

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionInit {
        payload: Option<Value>,
    },
    Ping,
    Pong,
    Subscribe {
        id: String,
        payload: Map<String, Value>,
    },
    Complete {
        id: String,
    },
}

/// Whose a connection is.
pub(super) enum Opener {
    /// Somebody's whom the request that opened it has shown to be.
    Known(Caller, Door),
    /// Nobody's yet, from where it comes: the greeting must show whose it is.
    Stranger(CameFrom, Door),
}

/// Why a socket is closed by us.
struct Closing(u16, String);

/// Takes a connection over, if it speaks the protocol.
pub(super) fn upgrade(
    endpoint: Arc<Endpoint>,
    opener: Opener,
    upgrade: WebSocketUpgrade,
) -> Option<axum::response::Response> {
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX);
    upgrade.selected_protocol()?;
    Some(upgrade.on_upgrade(async move |mut socket| {
        let (caller, door) = match greet(&endpoint, opener, &mut socket).await {
            Ok(greeted) => greeted,
            Err(closing) => return close(&mut socket, closing).await,
        };
        let closing = serve(&endpoint, &caller, &mut socket).await;
        close(&mut socket, closing).await;
        drop(door);
    }))
}

/// Waits for the greeting, and acknowledges it to whoever is known by then.
async fn greet(
    endpoint: &Endpoint,
    opener: Opener,
    socket: &mut WebSocket,
) -> Result<(Caller, Door), Closing> {
    let payload = match tokio::time::timeout(INIT_WITHIN, init(socket)).await {
        Ok(greeted) => greeted?,
        Err(_) => {
            return Err(Closing(
                4408,
                "Connection initialisation timeout".to_owned(),
            ));
        }
    };
    let known = match opener {
        Opener::Known(caller, door) => (caller, door),
        // The place on the porch is kept until there is one inside.
        Opener::Stranger(came_from, _door) => introduced(endpoint, &payload, came_from).await?,
    };
    say(socket, json!({"type": "connection_ack"})).await?;
    Ok(known)
}

/// Whoever the greeting shows to be there, as the `Authorization` header would.
async fn introduced(
    endpoint: &Endpoint,
    payload: &Value,
    came_from: CameFrom,
) -> Result<(Caller, Door), Closing> {
    let mut shown = payload.as_object().into_iter().flatten();
    let shown = shown.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let Some(authorization) = shown.and_then(|(_, value)| value.as_str()) else {
        return Err(Closing(4401, "Unauthorized".to_owned()));
    };
    let known = endpoint.gate.recognise(authorization, came_from).await;
    let (principal, pass) = known.map_err(|asker| match asker {
        Asker::Locked(_) => Closing(4403, "Too many bad credentials".to_owned()),
        Asker::Unavailable => Closing(1013, "connect again later".to_owned()),
        Asker::Known(..) | Asker::Nobody => forbidden(),
    })?;
    let door = endpoint.doors.open(&principal);
    let door = door.map_err(|_| Closing(1013, "too many connections are open".to_owned()))?;
    let caller = Caller {
        principal,
        pass,
        came_from,
    };
    Ok((caller, door))
}

async fn close(socket: &mut WebSocket, Closing(code, reason): Closing) {
    // Reasons are short and of ASCII; a client that is gone need not be told.
    let frame = CloseFrame {
        code,
        reason: Utf8Bytes::from(reason),
    };
    let _ = send(socket, Message::Close(Some(frame))).await;
}

async fn serve(endpoint: &Arc<Endpoint>, caller: &Caller, socket: &mut WebSocket) -> Closing {
    let mut stop = endpoint.stop.clone();
    let mut running = Running::default();
    let mut ping = tokio::time::interval(PING_EVERY);
    let mut silent = 0;
    let end = tokio::time::Instant::now() + LIFETIME;
    let mut ended = pin!(caller.ended());
    loop {
        let said = tokio::select! {
            () = stop.stopped() => return Closing(1001, "the server is being stopped".to_owned()),
            () = tokio::time::sleep_until(end) => {
                return Closing(1001, "connect again".to_owned());
            }
            () = &mut ended => return forbidden(),
            _ = ping.tick() => {
                silent += 1;
                if silent > 3 {
                    return Closing(1001, "nothing was heard of the client".to_owned());
                }
                if let Err(closing) = say(socket, json!({"type": "ping"})).await {
                    return closing;
                }
                continue;
            }
            (id, told) = running.next() => {
                let message = match told {
                    Told::Nobody => return forbidden(),
                    Told::Answer(answer, true) => {
                        running.end(&id);
                        json!({"id": id, "type": "error", "payload": answer.errors})
                    }
                    Told::Answer(answer, false) => json!({"id": id, "type": "next", "payload": answer}),
                    Told::End => json!({"id": id, "type": "complete"}),
                };
                if let Err(closing) = say(socket, message).await {
                    return closing;
                }
                continue;
            }
            said = hear(socket) => said,
        };
        silent = 0;
        let answered = match said {
            Err(closing) => return closing,
            Ok(None | Some(Said::Pong)) => Ok(()),
            Ok(Some(Said::Ping)) => say(socket, json!({"type": "pong"})).await,
            Ok(Some(Said::ConnectionInit { .. })) => {
                Err(Closing(4429, "Too many initialisation requests".to_owned()))
            }
            Ok(Some(Said::Complete { id })) => {
                running.end(&id);
                Ok(())
            }
            Ok(Some(Said::Subscribe { id, .. })) if running.contains(&id) => Err(Closing(
                4409,
                format!("Subscriber for {} already exists", shown(&id)),
            )),
            Ok(Some(Said::Subscribe { id, payload })) => {
                let request = from_parameters(&endpoint.documents, payload);
                match request {
                    _ if running.is_full() => {
                        let message = "too many operations on one connection; end some of them";
                        refuse(socket, &id, message).await
                    }
                    Err(refusal) => refuse(socket, &id, refusal.message).await,
                    Ok(request) => {
                        let request = request.into();
                        let operation = operate(endpoint.clone(), caller.clone(), request);
                        running.begin(id, operation);
                        Ok(())
                    }
                }
            }
        };
        if let Err(closing) = answered {
            return closing;
        }
    }
}

/// What comes of an operation, for whoever the credentials of the connection stand for when it begins.
fn operate(endpoint: Arc<Endpoint>, caller: Caller, request: Request) -> BoxStream<'static, Told> {
    let begun = async move {
        match caller.again().await {
            Ok(caller) => Operation::new(&endpoint, &caller, request)
                .answers()
                .map(|(answer, is_refused)| Told::Answer(Box::new(answer), is_refused))
                .boxed(),
            Err(AuthError::Refused) => once(Told::Nobody),
            Err(error) => {
                tracing::error!("nobody can be recognised: {:#}", anyhow::Error::new(error));
                once(Told::Answer(Box::new(unrecognisable()), true))
            }
        }
    };
    futures_util::stream::once(begun).flatten().boxed()
}

fn once(told: Told) -> BoxStream<'static, Told> {
    futures_util::stream::once(std::future::ready(told)).boxed()
}

/// Waits for the first message, which must be the greeting, and gives what it brings.
async fn init(socket: &mut WebSocket) -> Result<Value, Closing> {
    loop {
        match hear(socket).await? {
            Some(Said::ConnectionInit { payload }) => return Ok(payload.unwrap_or_default()),
            Some(Said::Ping) => say(socket, json!({"type": "pong"})).await?,
            Some(Said::Subscribe { .. }) => return Err(Closing(4401, "Unauthorized".to_owned())),
            None | Some(Said::Pong | Said::Complete { .. }) => {}
        }
    }
}

/// The next message; none where it is not one of GraphQL.
async fn hear(socket: &mut WebSocket) -> Result<Option<Said>, Closing> {
    let text = match socket.recv().await {
        Some(Ok(Message::Text(text))) => text,
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(None),
        Some(Ok(Message::Binary(_))) => return Err(invalid()),
        Some(Ok(Message::Close(_))) | None => return Err(Closing(1000, String::new())),
        // Too long, or no WebSocket any more.
        Some(Err(_)) => return Err(Closing(1009, String::new())),
    };
    serde_json::from_str(&text).map(Some).map_err(|_| invalid())
}

/// The credentials do not work any more.
fn forbidden() -> Closing {
    Closing(4403, "Forbidden".to_owned())
}

fn invalid() -> Closing {
    Closing(4400, "Invalid message received".to_owned())
}

async fn say(socket: &mut WebSocket, message: Value) -> Result<(), Closing> {
    let text = message.to_string();
    send(socket, Message::Text(text.into())).await
}

/// Sends a message to a client that reads.
async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Closing> {
    match tokio::time::timeout(SEND_WITHIN, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Closing(1001, String::new())),
    }
}

async fn refuse(socket: &mut WebSocket, id: &str, message: &str) -> Result<(), Closing> {
    let error = json!({"message": message, "extensions": {"code": "BAD_INPUT"}});
    say(
        socket,
        json!({"id": id, "type": "error", "payload": [error]}),
    )
    .await
}

/// As much of an id as a close frame has room for.
fn shown(id: &str) -> String {
    id.chars().filter(char::is_ascii_graphic).take(60).collect()
}
