//! Whoever keeps connections without asking anything keeps nobody else from asking.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::harness::Server;

async fn say(server: &Server, text: &str) -> TcpStream {
    let address = server.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// The same from another address of this machine.
async fn say_from(server: &Server, from: [u8; 4], text: &str) -> TcpStream {
    let address = server.address.strip_prefix("http://").unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

async fn is_answered(server: &Server) {
    let asking = server.ask("{metrics {metric}}");
    let answer = tokio::time::timeout(Duration::from_secs(10), asking).await;
    answer.unwrap().data();
}

/// Whether the other side has ended the connection, without an answer.
async fn is_ended(stream: &mut TcpStream) -> bool {
    let mut byte = [0];
    let read = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut byte)).await;
    matches!(read, Ok(Ok(0) | Err(_)))
}

#[tokio::test]
async fn half_sent_requests_do_not_stop_a_good_one() {
    let server = Server::start_with(&[("PEERBAND_HTTP_CONNECTIONS", "20")]).await;
    let form = "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 9\r\n\r\nkey";
    let mut held = Vec::new();
    for at in 0..100 {
        let begun = ["", "GET", "GET /health/live HTTP/1.1\r\nHost:", form][at % 4];
        held.push(say(&server, begun).await);
        if at % 20 == 0 {
            is_answered(&server).await;
        }
    }
    is_answered(&server).await;
    // They were ended to make room, the oldest first; those that are left may still go on.
    assert!(is_ended(&mut held[0]).await);
    assert!(!is_ended(&mut held[98]).await);
    let mut last = held.pop().unwrap();
    last.write_all(b"=12345").await.unwrap();
    let mut status = [0; 12];
    last.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 403");
}

#[tokio::test]
async fn connections_that_have_shown_a_good_key_are_kept() {
    let server = Server::start_with(&[("PEERBAND_HTTP_CONNECTIONS", "20")]).await;
    let ask = format!(
        "GET /graphql?query=%7Bmetrics%7Bmetric%7D%7D HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n",
        server.key
    );
    let answered = async |stream: &mut TcpStream| {
        let mut answer = vec![0; 4_096];
        let read = stream.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200 OK"));
    };
    let mut known = say(&server, &ask).await;
    answered(&mut known).await;
    let mut held = Vec::new();
    for _ in 0..60 {
        held.push(say(&server, "GET /").await);
    }
    assert!(is_ended(&mut held[0]).await);
    known.write_all(ask.as_bytes()).await.unwrap();
    answered(&mut known).await;
}

#[tokio::test]
async fn an_address_that_opens_too_many_ends_its_own() {
    let server = Server::start_with(&[("PEERBAND_HTTP_CONNECTIONS_PER_ADDRESS", "10")]).await;
    let mut neighbour = say(&server, "GET /health/live HTTP/1.1\r\nHost:").await;
    let mut held = Vec::new();
    for _ in 0..40 {
        held.push(say_from(&server, [127, 0, 0, 2], "GET /").await);
    }
    for stream in &mut held[..30] {
        assert!(is_ended(stream).await);
    }
    assert!(!is_ended(&mut held[30]).await);
    neighbour.write_all(b" a\r\n\r\n").await.unwrap();
    let mut status = [0; 12];
    neighbour.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
}

#[tokio::test]
async fn behind_a_proxy_all_connections_are_its_own() {
    let settings = [
        ("PEERBAND_HTTP_CONNECTIONS_PER_ADDRESS", "2"),
        ("PEERBAND_HTTP_TRUSTED_PROXIES", "1"),
    ];
    let server = Server::start_with(&settings).await;
    let mut first = say(&server, "GET /").await;
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(say(&server, "GET /").await);
    }
    assert!(!is_ended(&mut first).await);
}
