//! Subscriptions over both transports, and the rules of the protocols.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use peerband::store::api_key::Role;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::{Server, keys};

pub(super) struct Socket(pub(super) WebSocketStream<MaybeTlsStream<TcpStream>>);

pub(super) async fn connect(
    server: &Server,
    address: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, Error> {
    let url = format!("{}/graphql", address.replace("http://", "ws://"));
    let mut request = url.into_client_request().unwrap();
    // Whoever shows a cookie shows nothing else.
    if !headers.iter().any(|(name, _)| *name == "cookie") {
        let bearer = format!("Bearer {}", server.key);
        request
            .headers_mut()
            .insert("authorization", bearer.parse().unwrap());
    }
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    Ok(Socket(connect_async(request).await?.0))
}

pub(super) const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

impl Socket {
    /// Connected and greeted.
    pub(super) async fn open(server: &Server, address: &str) -> Socket {
        Socket::open_with(server, address, &[PROTOCOL]).await
    }

    pub(super) async fn open_with(
        server: &Server,
        address: &str,
        headers: &[(&'static str, &str)],
    ) -> Socket {
        let mut socket = connect(server, address, headers).await.unwrap();
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
    }

    pub(super) async fn say(&mut self, message: Value) {
        self.say_text(message.to_string()).await;
    }

    async fn say_text(&mut self, text: String) {
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({"type": "subscribe", "id": id, "payload": {"query": query}}))
            .await;
    }

    /// The next message that is no ping.
    pub(super) async fn hear(&mut self) -> Value {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await;
            let message = message.expect("nothing is said").unwrap().unwrap();
            let Message::Text(text) = message else {
                panic!("{message:?}");
            };
            let said: Value = serde_json::from_str(&text).unwrap();
            if said["type"] != "ping" {
                return said;
            }
        }
    }

    /// The code that it is closed with.
    pub(super) async fn closed(mut self) -> u16 {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await;
            match message.expect("it is not closed") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(Message::Text(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

pub(super) const RUN: &str =
    r#"mutation {runJob(input: {job: "recompute_snapshot", asOf: "2026-11-22"}) {jobRun {id}}}"#;

#[tokio::test]
async fn what_one_server_publishes_all_servers_tell() {
    let server = Server::start().await;
    let (other, operations) = server.another().await;
    let mut socket = Socket::open(&server, &other).await;
    socket
        .subscribe(
            "s",
            "subscription {snapshotPublished {asOf revision scorecardCount}}",
        )
        .await;
    socket
        .subscribe("r", "subscription {jobRunProgressed {asOf state}}")
        .await;
    socket.subscribe("q", "{program {timezone}}").await;
    let answer = socket.hear().await;
    assert_eq!(
        (&answer["type"], &answer["id"]),
        (&json!("next"), &json!("q"))
    );
    assert_eq!(
        answer["payload"]["data"],
        json!({"program": {"timezone": "UTC"}})
    );
    assert_eq!(socket.hear().await, json!({"type": "complete", "id": "q"}));
    server.ask(RUN).await.data();
    let mut states = Vec::new();
    let mut is_published = false;
    while !is_published || states.last() != Some(&json!("SUCCEEDED")) {
        let said = socket.hear().await;
        let data = &said["payload"]["data"];
        if said["id"] == "r" {
            assert_eq!(data["jobRunProgressed"]["asOf"], "2026-11-22");
            states.push(data["jobRunProgressed"]["state"].clone());
        } else {
            assert_eq!(
                data["snapshotPublished"],
                json!({"asOf": "2026-11-22", "revision": 1, "scorecardCount": 0})
            );
            is_published = true;
        }
    }
    // An operation that is ended says nothing more, and its id is free.
    socket.say(json!({"type": "complete", "id": "r"})).await;
    socket.subscribe("r", "{__typename}").await;
    let next = socket.hear().await;
    assert_eq!(
        (&next["id"], &next["payload"]["data"]["__typename"]),
        (&json!("r"), &json!("Query"))
    );
    // The end of a server ends what goes on.
    operations.stop().await;
    assert_eq!(socket.closed().await, 1001);
}

#[tokio::test]
async fn operations_that_cannot_run_are_refused_alone() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, &server.address).await;
    for (query, code) in [
        ("subscription {nobody}", "BAD_INPUT"),
        ("{", "BAD_INPUT"),
        (
            r#"subscription {jobRunProgressed(id: "x") {id}}"#,
            "NOT_FOUND",
        ),
        (&"{a".repeat(40), "TOO_COMPLEX"),
    ] {
        socket.subscribe("x", query).await;
        let said = socket.hear().await;
        assert_eq!(
            (&said["type"], &said["id"]),
            (&json!("error"), &json!("x")),
            "{query}"
        );
        assert_eq!(said["payload"][0]["extensions"]["code"], code, "{said}");
    }
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn what_the_protocol_forbids_closes_the_socket() {
    let server = Server::start().await;
    let server = &server;
    let address = &server.address;
    let mut silent = connect(server, address, &[PROTOCOL]).await.unwrap();
    silent.subscribe("x", "{__typename}").await;
    assert_eq!(silent.closed().await, 4401);

    let mut twice = Socket::open(server, address).await;
    twice.say(json!({"type": "connection_init"})).await;
    assert_eq!(twice.closed().await, 4429);

    let mut same = Socket::open(server, address).await;
    same.subscribe("x", "subscription {snapshotPublished {id}}")
        .await;
    same.subscribe("x", "subscription {snapshotPublished {id}}")
        .await;
    assert_eq!(same.closed().await, 4409);

    for nonsense in [
        "nonsense",
        "{}",
        r#"{"type": "shout"}"#,
        r#"{"type": "subscribe", "id": "x"}"#,
    ] {
        let mut socket = Socket::open(server, address).await;
        socket.say_text(nonsense.to_owned()).await;
        assert_eq!(socket.closed().await, 4400, "{nonsense}");
    }

    let slow = connect(server, address, &[PROTOCOL]).await.unwrap();
    assert_eq!(slow.closed().await, 4408);
}

#[tokio::test]
async fn sockets_of_other_sites_and_protocols_are_not_opened() {
    let server = Server::start().await;
    let own = server.address.clone();
    for (headers, status) in [
        (vec![PROTOCOL, ("origin", "https://elsewhere.example")], 403),
        (vec![PROTOCOL, ("origin", "null")], 403),
        (vec![("sec-websocket-protocol", "graphql-ws")], 400),
        (vec![], 400),
    ] {
        match connect(&server, &server.address, &headers).await {
            Err(Error::Http(response)) => assert_eq!(response.status().as_u16(), status),
            other => panic!("{headers:?}: {:?}", other.err()),
        }
    }
    assert!(
        connect(&server, &own, &[PROTOCOL, ("origin", &own)])
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_socket_has_few_operations_and_short_messages() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server, &server.address).await;
    for id in 0..33 {
        socket
            .subscribe(&id.to_string(), "subscription {snapshotPublished {id}}")
            .await;
    }
    let said = socket.hear().await;
    assert_eq!(
        (&said["type"], &said["id"]),
        (&json!("error"), &json!("32"))
    );
    socket.say_text(" ".repeat(70_000)).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn server_sent_events_tell_until_the_operation_is_complete() {
    let server = Server::start().await;
    let url = format!("{}/graphql", server.address);
    let client = reqwest::Client::new();
    let query = |query: &str| {
        let request = client
            .post(&url)
            .bearer_auth(&server.key)
            .header("accept", "text/event-stream");
        request.json(&json!({ "query": query }))
    };
    let answer = query("{program {timezone}}").send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(
        answer.text().await.unwrap(),
        "event: next\ndata: {\"data\":{\"program\":{\"timezone\":\"UTC\"}},\"extensions\":{\"cost\":{\"requested\":2}}}\n\n\
         event: complete\ndata: \n\n"
    );
    let refused = query("{nobody}")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        refused.starts_with("event: next\ndata: {\"errors\""),
        "{refused}"
    );

    // By GET, as a browser's EventSource asks.
    let request = client
        .get(&url)
        .bearer_auth(&server.key)
        .header("accept", "text/event-stream");
    let request = request.query(&[("query", "subscription {snapshotPublished {asOf}}")]);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut events = answer.bytes_stream();
    server.ask(RUN).await.data();
    let mut text = String::new();
    while !text.contains("2026-11-22") {
        let some = tokio::time::timeout(Duration::from_secs(20), events.next()).await;
        text += std::str::from_utf8(&some.unwrap().unwrap().unwrap()).unwrap();
    }
    assert!(
        text.contains("event: next\ndata: {\"data\":{\"snapshotPublished\""),
        "{text}"
    );

    let mutation = client
        .get(&url)
        .bearer_auth(&server.key)
        .header("accept", "text/event-stream");
    let mutation = mutation.query(&[("query", RUN)]).send().await.unwrap();
    assert_eq!(mutation.status(), 405);
}

#[tokio::test]
async fn clients_that_take_events_and_json_have_events_of_subscriptions_alone() {
    let server = Server::start().await;
    let ask = |query: &str| {
        let request = reqwest::Client::new().post(format!("{}/graphql", server.address));
        let accept = "application/graphql-response+json, application/json, text/event-stream";
        let request = request.bearer_auth(&server.key).header("accept", accept);
        request.json(&json!({ "query": query })).send()
    };
    let answer = ask("{program {timezone}}").await.unwrap();
    let json = "application/graphql-response+json; charset=utf-8";
    assert_eq!(answer.headers()["content-type"], json);
    let refused = ask("{nobody}").await.unwrap();
    assert_eq!(refused.headers()["content-type"], json);
    assert_eq!(refused.status(), 400);
    let answer = ask("subscription {snapshotPublished {asOf}}")
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
}

#[tokio::test]
async fn nobody_listens_without_credentials_or_rights() {
    let server = Server::start().await;
    let url = format!("{}/graphql", server.address.replace("http://", "ws://"));
    let mut request = url.into_client_request().unwrap();
    request
        .headers_mut()
        .insert(PROTOCOL.0, PROTOCOL.1.parse().unwrap());
    match connect_async(request).await {
        Err(Error::Http(response)) => assert_eq!(response.status().as_u16(), 401),
        other => panic!("{:?}", other.err()),
    }
    let key = keys::key(&server.db, Role::Partner, &["k"]).await;
    let answer = reqwest::Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth(&key)
        .header("accept", "text/event-stream")
        .json(&json!({"query": "subscription {jobRunProgressed {id}}"}))
        .send()
        .await
        .unwrap();
    let text = answer.text().await.unwrap();
    assert!(text.contains("FORBIDDEN"), "{text}");
    for mutation in [
        r#"mutation {runJob(input: {job: "recompute_snapshot", asOf: "2026-11-22"}) {jobRun {id}}}"#,
        r#"mutation {deleteBatch(input: {dataset: REVENUE, batchId: "batch 1"}) {batchId}}"#,
        r#"mutation {upsertProducts(input: {batchId: "x", rows: []}) {outcome}}"#,
    ] {
        let answer = server.ask_as(&key, mutation, json!({})).await;
        answer.fails("FORBIDDEN", "");
    }
}

#[tokio::test]
async fn a_partner_does_not_hear_of_a_revision_that_is_superseded_by_then() {
    let server = Server::start().await;
    let key = keys::key(&server.db, Role::Partner, &["k"]).await;
    let partner = format!("Bearer {key}");
    let staff = format!("Bearer {}", server.key);
    let mut sockets = Vec::new();
    for bearer in [&partner, &staff] {
        let headers = [PROTOCOL, ("authorization", bearer.as_str())];
        let mut socket = connect(&server, &server.address, &headers).await.unwrap();
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
            .subscribe("s", "subscription {snapshotPublished {asOf revision}}")
            .await;
        sockets.push(socket);
    }
    let found = entity::snapshot::Entity::find_by_id(3)
        .one(server.db.read())
        .await;
    let like = found.unwrap().unwrap();
    let mut published = 0;
    for (mut socket, revisions) in sockets.into_iter().zip([&[2][..], &[1, 2]]) {
        // Who does not listen yet is told nothing of what is published now.
        let first = loop {
            published += 1;
            assert!(published < 20, "nothing is told");
            publish_two_revisions(&server, &like, published).await;
            let hearing = tokio::time::timeout(Duration::from_secs(5), socket.hear());
            if let Ok(said) = hearing.await {
                break said;
            }
        };
        let as_of = first["payload"]["data"]["snapshotPublished"]["asOf"].clone();
        let mut said = first;
        for (at, revision) in revisions.iter().enumerate() {
            if at > 0 {
                said = socket.hear().await;
            }
            let told = &said["payload"]["data"]["snapshotPublished"];
            assert_eq!(told, &json!({"asOf": as_of, "revision": revision}));
        }
    }
}

/// Two revisions of a date, which are there at once when a feed looks the next time.
async fn publish_two_revisions(server: &Server, like: &entity::snapshot::Model, date: i32) {
    let both = [1, 2].map(|revision| {
        let row = entity::snapshot::Model {
            id: 100 + i64::from(2 * date + revision),
            as_of: like.as_of + 10 + date,
            revision,
            ..like.clone()
        };
        row.into_active_model()
    });
    let transaction = server.db.begin().await.unwrap();
    let inserting = entity::snapshot::Entity::insert_many(both);
    inserting.exec(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
}
