//! GraphQL as server-sent events, in the distinct connections mode of graphql-sse: one operation, one answer that goes on
//! for as long as it does.

use std::convert::Infallible;
use std::time::Duration;

use async_graphql::Request;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

use super::answering::refused;
use super::operation::Operation;
use super::{Caller, Endpoint, LIFETIME};
use crate::gate::door::Door;

/// How often a word without meaning keeps the connection alive.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// Whether the caller takes server-sent events and says so.
pub(super) fn are_accepted(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT).iter();
    let mut ranges = accept
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    ranges.any(|range| {
        let kind = range.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("text/event-stream")
    })
}

pub(super) fn answer(
    endpoint: &Endpoint,
    caller: &Caller,
    request: Request,
    door: Door,
) -> Response {
    let mut stop = endpoint.stop.clone();
    let answers = Operation::new(endpoint, caller, request).answers();
    let caller = caller.clone();
    let answers = answers.take_until(async move {
        tokio::select! {
            _ = tokio::time::timeout(LIFETIME, stop.stopped()) => {}
            () = caller.ended() => {}
        }
    });
    let next = answers.map(|(answer, is_refused)| {
        // Answers always have a JSON form, which has no line breaks.
        let data = if is_refused {
            refused(&answer).to_string()
        } else {
            serde_json::to_string(&answer).unwrap_or_default()
        };
        format!("event: next\ndata: {data}\n\n")
    });
    // Browsers tell nobody of an event without data.
    let complete = futures_util::stream::once(async { "event: complete\ndata: \n\n".to_owned() });
    let events = next.chain(complete).boxed();
    let text = futures_util::stream::unfold((events, door), async |(mut events, door)| {
        let event = tokio::time::timeout(KEEP_ALIVE, events.next()).await;
        let text = event.unwrap_or_else(|_| Some(":\n\n".to_owned()))?;
        Some((Ok::<_, Infallible>(text), (events, door)))
    });
    let headers = [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        // Proxies must not wait for the end.
        ("x-accel-buffering", "no"),
    ];
    (headers, Body::from_stream(text)).into_response()
}
