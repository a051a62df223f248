//! Connections: taken in, and ended where a client keeps one without asking or reading anything.
//!
//! A request's head and body have a time to arrive in, an answer has a time to be read in, and there are so many
//! connections at a time, of one address fewer: nobody who is half way through a request keeps anybody else from asking.

mod body;
mod patient;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::config::Http;
use crate::gate::seat::{Seated, Seats};
use patient::Patient;

/// How long the head of a request may take, and a connection may wait for the next one: longer than proxies keep theirs, so
/// that none of them sends a request into a connection that is just being ended.
const HEAD_WITHIN: Duration = Duration::from_secs(75);
/// The most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// How long to wait where no connection can be taken.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until it is asked to stop, and then until what is being answered is.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    http: Http,
    stop: impl Future<Output = ()>,
) {
    let seats = Seats::new(&http);
    // Each connection keeps a receiver, so that the sender knows when all have ended.
    let (stopping, stopped) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, address)) => {
                if let Some(seated) = seats.take(address.ip()) {
                    let answering =
                        answer(stream, address, routes.clone(), seated, stopped.clone());
                    tokio::spawn(answering);
                }
            }
            // The client has gone already, or there are no more handles: strangers must not keep them.
            Err(error) => {
                tracing::debug!(%error, "a connection could not be taken");
                seats.make_room();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop((listener, stopped));
    stopping.send_replace(true);
    stopping.closed().await;
}

async fn answer(
    stream: TcpStream,
    address: SocketAddr,
    routes: Router,
    seated: Seated,
    mut stopping: watch::Receiver<bool>,
) {
    // Else the last piece of an answer waits for the client to confirm those before it. Where this fails, so it does.
    let _ = stream.set_nodelay(true);
    let seat = seated.seat.clone();
    let service = service_fn({
        let seat = seat.clone();
        move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(body::in_time);
            let extensions = request.extensions_mut();
            extensions.insert(ConnectInfo(address));
            extensions.insert(Arc::clone(&seat));
            routes.clone().oneshot(request)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(Patient::new(stream)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let mut is_stopping = false;
    loop {
        tokio::select! {
            biased;
            ended = &mut connection => {
                if let Err(error) = ended {
                    // What clients do is no fault of ours.
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = seat.given_away() => return,
            asked = stopping.wait_for(|asked| *asked), if !is_stopping => {
                is_stopping = true;
                // Nobody can ask any more where the sender is gone, which ends the process anyway.
                drop(asked);
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
