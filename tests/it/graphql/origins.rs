//! Pages of other sites: those that the settings allow may ask with a key of their own, and no others may ask anything.

use peerband::store::api_key::Role;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::subscription::{PROTOCOL, Socket, connect};
use crate::harness::browser::Browser;
use crate::harness::{Server, keys};

const PORTAL: &str = "https://portal.example.com";
const OTHER: &str = "https://other.example.com";
/// In place of the key that sockets of tests are opened with.
const NO_KEY: (&str, &str) = ("authorization", "-");

async fn start() -> Server {
    let allowed = format!("{PORTAL},http://localhost:3000");
    Server::start_with(&[("PEERBAND_HTTP_ALLOWED_ORIGINS", &allowed)]).await
}

fn request(server: &Server, method: Method, origin: &str) -> RequestBuilder {
    Client::new()
        .request(method, format!("{}/graphql", server.address))
        .header("origin", origin)
        .header("sec-fetch-site", "cross-site")
}

/// What a browser asks before it lets a page send a request.
async fn preflight(server: &Server, origin: &str) -> Response {
    let request = request(server, Method::OPTIONS, origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        );
    request.send().await.unwrap()
}

async fn ask(server: &Server, origin: &str) -> Response {
    let request = request(server, Method::POST, origin).bearer_auth(&server.key);
    let body = json!({ "query": "{viewer {role}}" });
    request.json(&body).send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

/// The headers that let a page of another site do something.
fn allows(answer: &Response) -> Vec<String> {
    let names = answer.headers().keys().map(ToString::to_string);
    names
        .filter(|name| name.starts_with("access-control-allow"))
        .collect()
}

#[tokio::test]
async fn nothing_is_allowed_by_default() {
    let server = Server::start().await;
    for answer in [preflight(&server, PORTAL).await, ask(&server, PORTAL).await] {
        assert_eq!(allows(&answer), [""; 0]);
    }
    assert_eq!(preflight(&server, PORTAL).await.status(), 401);
    let headers = [PROTOCOL, ("origin", PORTAL)];
    assert!(connect(&server, &server.address, &headers).await.is_err());
}

#[tokio::test]
async fn pages_of_exactly_the_allowed_origins_may_ask_and_read() {
    let server = start().await;
    for origin in [PORTAL, "http://localhost:3000"] {
        let answer = preflight(&server, origin).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "access-control-allow-origin"), Some(origin));
        assert_eq!(
            header(&answer, "access-control-allow-methods"),
            Some("GET,POST")
        );
        let headers = header(&answer, "access-control-allow-headers");
        assert_eq!(headers, Some("authorization,content-type,if-none-match"));
        assert!(header(&answer, "vary").unwrap().contains("origin"));
        let answer = ask(&server, origin).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), Some(origin));
        let vary: Vec<&str> = answer
            .headers()
            .get_all("vary")
            .iter()
            .map(|one| one.to_str().unwrap())
            .collect();
        let vary = vary.join(", ");
        assert!(
            vary.contains("origin") && vary.contains("Authorization"),
            "{vary}"
        );
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["data"]["viewer"]["role"], "ADMIN");
        // A page learns why it is refused, too.
        let refused = request(&server, Method::POST, origin)
            .json(&json!({}))
            .send()
            .await
            .unwrap();
        assert_eq!(
            (
                refused.status().as_u16(),
                header(&refused, "access-control-allow-origin")
            ),
            (401, Some(origin))
        );
    }
    for origin in [
        OTHER,
        "null",
        "https://portal.example.com.evil.example",
        "http://portal.example.com",
    ] {
        for answer in [preflight(&server, origin).await, ask(&server, origin).await] {
            assert_eq!(
                header(&answer, "access-control-allow-origin"),
                None,
                "{origin}"
            );
        }
    }
    // Nobody is let in by cookies, and nothing but the API answers.
    for origin in [PORTAL, OTHER] {
        for answer in [preflight(&server, origin).await, ask(&server, origin).await] {
            assert_eq!(header(&answer, "access-control-allow-credentials"), None);
        }
        for path in ["/", "/exports/scorecards", "/sign-in", "/graphiql"] {
            let url = format!("{}{path}", server.address);
            let answer = Client::new()
                .get(url)
                .header("origin", origin)
                .send()
                .await
                .unwrap();
            assert_eq!(allows(&answer), [""; 0], "{path}");
        }
    }
}

#[tokio::test]
async fn the_cookies_of_a_person_count_for_nothing_there() {
    let server = start().await;
    let mut browser = Browser::new(&server);
    browser.sign_in(&server.key, "/").await;
    let token = browser.cookie("peerband-session").unwrap();
    let cookie = format!("peerband-session={token}");
    let body = json!({ "query": "{viewer {role}}" });
    for method in [Method::POST, Method::GET] {
        let asked = request(&server, method, PORTAL).query(&[("query", "{viewer {role}}")]);
        let asked = asked.header("cookie", &cookie).json(&body);
        assert_eq!(asked.send().await.unwrap().status(), 401);
    }
    let headers = [PROTOCOL, ("origin", PORTAL), ("cookie", &*cookie)];
    let mut socket = connect(&server, &server.address, &headers).await.unwrap();
    socket.say(json!({"type": "connection_init"})).await;
    assert_eq!(socket.closed().await, 4401);
}

async fn greet(server: &Server, origin: &str, payload: Value) -> Socket {
    let headers = [PROTOCOL, ("origin", origin), NO_KEY];
    let mut socket = connect(server, &server.address, &headers).await.unwrap();
    socket
        .say(json!({"type": "connection_init", "payload": payload}))
        .await;
    socket
}

#[tokio::test]
async fn a_page_shows_its_key_when_the_socket_is_open() {
    let server = start().await;
    let key = keys::key(&server.db, Role::Partner, &["k"]).await;
    for name in ["Authorization", "authorization"] {
        let payload = json!({ name: format!("Bearer {key}") });
        let mut socket = greet(&server, PORTAL, payload).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
            .subscribe("x", "{viewer {role partners {partnerId}}}")
            .await;
        let viewer = socket.hear().await["payload"]["data"]["viewer"].take();
        assert_eq!(
            viewer,
            json!({ "role": "PARTNER", "partners": [{ "partnerId": "k" }] })
        );
    }
    // A program that can put it into the header does.
    let headers = [PROTOCOL, ("origin", PORTAL)];
    Socket::open_with(&server, &server.address, &headers).await;
    // It ends with the key, as others do.
    let mut socket = greet(
        &server,
        PORTAL,
        json!({ "authorization": format!("Bearer {key}") }),
    )
    .await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    let listed = server.ask("{apiKeys(first: 1) {nodes {id}}}").await.data();
    let revoke = format!(
        "mutation {{revokeApiKey(input: {{id: {}}}) {{apiKey {{works}}}}}}",
        listed["apiKeys"]["nodes"][0]["id"]
    );
    server.ask(&revoke).await.data();
    socket.subscribe("x", "{viewer {role}}").await;
    assert_eq!(socket.closed().await, 4403);
}

#[tokio::test]
async fn whoever_shows_no_good_key_is_nobody() {
    let server = start().await;
    for (payload, code) in [
        (json!(null), 4401),
        (json!({}), 4401),
        (json!("Bearer x"), 4401),
        (json!({ "key": server.key }), 4401),
        (json!({ "authorization": server.key }), 4403),
        (json!({ "authorization": "Bearer pbk_nonsense" }), 4403),
        (json!({ "authorization": { "Bearer": server.key } }), 4401),
    ] {
        let socket = greet(&server, PORTAL, payload.clone()).await;
        assert_eq!(socket.closed().await, code, "{payload}");
    }
    // Nothing is answered before the greeting.
    let headers = [PROTOCOL, ("origin", PORTAL), NO_KEY];
    let mut socket = connect(&server, &server.address, &headers).await.unwrap();
    socket.subscribe("x", "{__typename}").await;
    assert_eq!(socket.closed().await, 4401);
    // Pages of other sites, and programs that name none, are not let in to greet.
    for headers in [
        vec![PROTOCOL, ("origin", OTHER), NO_KEY],
        vec![PROTOCOL, NO_KEY],
        vec![PROTOCOL, ("origin", OTHER)],
    ] {
        assert!(
            connect(&server, &server.address, &headers).await.is_err(),
            "{headers:?}"
        );
    }
}

#[tokio::test]
async fn a_page_that_guesses_keys_is_locked_out_as_others_are() {
    let server = start().await;
    let guess = json!({ "authorization": "Bearer nonsense" });
    for _ in 0..10 {
        assert_eq!(
            greet(&server, PORTAL, guess.clone()).await.closed().await,
            4403
        );
    }
    let answer = Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth("nonsense")
        .json(&json!({ "query": "{viewer {role}}" }));
    assert_eq!(answer.send().await.unwrap().status(), 429);
}

#[tokio::test]
async fn sockets_that_say_nothing_are_few_and_end() {
    let server = start().await;
    let headers = [PROTOCOL, ("origin", PORTAL), NO_KEY];
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(connect(&server, &server.address, &headers).await.unwrap());
    }
    assert!(connect(&server, &server.address, &headers).await.is_err());
    // Others are not in their way.
    Socket::open(&server, &server.address).await;
    assert_eq!(silent.pop().unwrap().closed().await, 4408);
    drop(silent);
    let payload = json!({ "authorization": format!("Bearer {}", server.key) });
    assert_eq!(
        greet(&server, PORTAL, payload).await.hear().await["type"],
        "connection_ack"
    );
}
