//! Connections that stay open: how long whoever opened one keeps their rights, and how much one may hold.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{SinkExt, StreamExt};
use peerband::clock;
use peerband::service::audit::Actor;
use peerband::service::identity::{KeyRequest, create_key, revoke_key};
use peerband::store::api_key::{ApiKeyKey, Named, Role};
use serde_json::json;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::subscription::{PROTOCOL, RUN, Socket, connect};
use crate::harness::Server;
use crate::harness::browser::Browser;

const PUBLISHED: &str = "subscription {snapshotPublished {asOf}}";

/// A new admin's key, with its number.
async fn admin(server: &Server, expires_at: Option<DateTime<Utc>>) -> (ApiKeyKey, String) {
    let request = KeyRequest {
        name: "connected".to_owned(),
        role: Role::Admin,
        partner_ids: Vec::new(),
        exports: Vec::new(),
        expires_at,
    };
    let by = Actor::command_line();
    let made = create_key(&server.db, &by, request, clock::now()).await;
    let (key, secret) = made.unwrap();
    (ApiKeyKey(key.row.id), secret.reveal().to_owned())
}

async fn revoke(server: &Server, key: ApiKeyKey) {
    let by = Actor::command_line();
    revoke_key(&server.db, &by, Named::Number(key), clock::now())
        .await
        .unwrap();
}

async fn open_as(server: &Server, key: &str) -> Socket {
    let bearer = format!("Bearer {key}");
    Socket::open_with(
        server,
        &server.address,
        &[PROTOCOL, ("authorization", &bearer)],
    )
    .await
}

#[tokio::test]
async fn a_revoked_key_changes_nothing_over_an_open_socket() {
    let server = Server::start().await;
    let (number, key) = admin(&server, None).await;
    let mut socket = open_as(&server, &key).await;
    let make = |name: &str| {
        format!("mutation {{createApiKey(input: {{name: \"{name}\", role: ANALYST}}) {{secret}}}}")
    };
    socket.subscribe("before", &make("made before")).await;
    let said = socket.hear().await;
    assert!(
        said["payload"]["data"]["createApiKey"]["secret"].is_string(),
        "{said}"
    );
    revoke(&server, number).await;
    socket.subscribe("after", &make("made after")).await;
    assert_eq!(socket.closed().await, 4403);
    let keys = server.ask("{apiKeys {nodes {name}}}").await.data();
    let keys = keys.to_string();
    assert!(
        keys.contains("made before") && !keys.contains("made after"),
        "{keys}"
    );
}

#[tokio::test]
async fn a_session_that_is_signed_out_asks_nothing_over_an_open_socket() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    browser.sign_in(&server.key, "/").await;
    let token = browser.cookie("peerband-session").unwrap().to_owned();
    let cookie = format!("peerband-session={token}");
    let mut socket =
        Socket::open_with(&server, &server.address, &[PROTOCOL, ("cookie", &cookie)]).await;
    socket.subscribe("x", "{viewer {role}}").await;
    let said = socket.hear().await;
    assert_eq!(said["payload"]["data"]["viewer"]["role"], "ADMIN");
    assert_eq!(socket.hear().await["type"], "complete");
    let page = browser.get("/").await;
    let left = browser
        .post("/sign-out", &[("form", &page.form())], &[])
        .await;
    assert_eq!(left.status, 303);
    socket.subscribe("x", "{viewer {role}}").await;
    assert_eq!(socket.closed().await, 4403);
}

#[tokio::test]
async fn whoever_only_listens_is_cut_off_soon_after_the_key_is_revoked() {
    let server = Server::start().await;
    let (number, key) = admin(&server, None).await;
    let mut socket = open_as(&server, &key).await;
    socket.subscribe("x", PUBLISHED).await;
    let answer = reqwest::Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth(&key)
        .header("accept", "text/event-stream")
        .json(&json!({ "query": PUBLISHED }))
        .send()
        .await
        .unwrap();
    let mut unharmed = Socket::open(&server, &server.address).await;
    revoke(&server, number).await;
    let events = tokio::time::timeout(Duration::from_secs(20), answer.text());
    let (code, events) = tokio::join!(socket.closed(), events);
    assert_eq!(code, 4403);
    let events = events.expect("it goes on").unwrap();
    assert!(events.ends_with("event: complete\ndata: \n\n"), "{events}");
    unharmed.subscribe("x", "{__typename}").await;
    assert_eq!(unharmed.hear().await["type"], "next");
}

#[tokio::test]
async fn connections_end_with_the_key_that_opened_them() {
    let server = Server::start().await;
    let end = clock::now() + TimeDelta::seconds(4);
    let (_, key) = admin(&server, Some(end)).await;
    let mut socket = open_as(&server, &key).await;
    socket.subscribe("x", PUBLISHED).await;
    let answer = reqwest::Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth(&key)
        .header("accept", "text/event-stream")
        .json(&json!({ "query": PUBLISHED }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let mut events = answer.bytes_stream();
    let ended = async {
        let reading = async { while events.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(10), reading).await
    };
    let closed = tokio::time::timeout(Duration::from_secs(10), socket.closed());
    let (code, ended) = tokio::join!(closed, ended);
    assert_eq!(code.expect("it goes on"), 4403);
    ended.expect("it goes on");
    assert!(clock::now() >= end);
}

#[tokio::test]
async fn operations_begun_anew_under_their_ids_still_count_and_go_on() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, &server.address).await;
    for id in 0..32 {
        socket.subscribe(&id.to_string(), PUBLISHED).await;
    }
    // All at once, so that the end of one and the beginning of the next are heard of together.
    for _ in 0..4 {
        for id in 0..32 {
            let id = id.to_string();
            let payload = json!({ "query": PUBLISHED });
            for said in [
                json!({"type": "complete", "id": id}),
                json!({"type": "subscribe", "id": id, "payload": payload}),
            ] {
                let message = Message::Text(said.to_string().into());
                socket.0.feed(message).await.unwrap();
            }
        }
        socket.0.flush().await.unwrap();
    }
    socket.subscribe("one more", PUBLISHED).await;
    let said = socket.hear().await;
    assert_eq!(
        (&said["type"], &said["id"]),
        (&json!("error"), &json!("one more")),
        "{said}"
    );
    // An id is free as soon as its operation is ended, and the last one has begun when this one is answered.
    socket.say(json!({"type": "complete", "id": "31"})).await;
    socket.subscribe("31", "{__typename}").await;
    assert_eq!(socket.hear().await["type"], "next");
    assert_eq!(socket.hear().await, json!({"type": "complete", "id": "31"}));
    server.ask(RUN).await.data();
    let mut told = BTreeSet::new();
    for _ in 0..31 {
        let said = socket.hear().await;
        assert_eq!(said["type"], "next", "{said}");
        told.insert(said["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(told.len(), 31, "{told:?}");
}

#[tokio::test]
async fn a_client_that_never_reads_is_left() {
    let server = Server::start().await;
    let socket = Socket::open(&server, &server.address).await;
    let (mut sink, mut stream) = socket.0.split();
    // Refusals repeat the id, and soon fill whatever lies between the two.
    let long = "x".repeat(60_000);
    let begun = Instant::now();
    let saying = tokio::spawn(async move {
        for number in 0.. {
            let id = format!("{number}{long}");
            let said = json!({"type": "subscribe", "id": id, "payload": {"query": "{"}});
            let message = Message::Text(said.to_string().into());
            if sink.send(message).await.is_err() {
                return;
            }
        }
    });
    let said_all = tokio::time::timeout(Duration::from_secs(40), saying).await;
    assert!(said_all.is_ok(), "the server still waits for the client");
    // It was left for its silence, not for anything that it said.
    assert!(begun.elapsed() >= Duration::from_secs(9));
    let reading = async { while let Some(Ok(_)) = stream.next().await {} };
    let ended = tokio::time::timeout(Duration::from_secs(5), reading).await;
    assert!(ended.is_ok(), "the connection is still open");
}

#[tokio::test]
async fn one_key_opens_a_few_connections_and_leaves_the_others_to_others() {
    let server = Server::start().await;
    let (_, key) = admin(&server, None).await;
    let mut sockets = Vec::new();
    for _ in 0..19 {
        sockets.push(open_as(&server, &key).await);
    }
    let listen = || {
        let request = reqwest::Client::new().post(format!("{}/graphql", server.address));
        let request = request
            .bearer_auth(&key)
            .header("accept", "text/event-stream");
        request.json(&json!({ "query": PUBLISHED })).send()
    };
    let events = listen().await.unwrap();
    assert_eq!(events.status(), 200);
    let bearer = format!("Bearer {key}");
    let headers = [PROTOCOL, ("authorization", bearer.as_str())];
    match connect(&server, &server.address, &headers).await {
        Err(Error::Http(response)) => assert_eq!(response.status().as_u16(), 429),
        other => panic!("{:?}", other.err()),
    }
    assert_eq!(listen().await.unwrap().status(), 429);
    // Others are not kept out, and whoever closes one may open another.
    Socket::open(&server, &server.address).await;
    sockets.pop();
    let opening = async {
        while connect(&server, &server.address, &headers).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let opened = tokio::time::timeout(Duration::from_secs(10), opening).await;
    assert!(opened.is_ok(), "the place is not free again");
}
