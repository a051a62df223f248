//! Who asks too much, or too often in vain, has to wait.

use peerband::service::identity::Secret;
use peerband::store::api_key::Role;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use crate::harness::{Server, keys};

/// So many bad credentials are free.
const FREE: usize = 10;

async fn ask(server: &Server, key: &str, forwarded: &str) -> Response {
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth(key)
        .header("x-forwarded-for", forwarded)
        .json(&serde_json::json!({ "query": "{metrics {name}}" }));
    request.send().await.unwrap()
}

#[tokio::test]
async fn an_address_that_guesses_is_locked_out_and_others_are_not() {
    let server = Server::start_with(&[("PEERBAND_HTTP_TRUSTED_PROXIES", "1")]).await;
    for at in 0..FREE {
        // Each with another beginning, and some that are no keys at all.
        let unknown = Secret::new_key().unwrap();
        let guess = if at % 2 == 0 {
            unknown.reveal()
        } else {
            "nonsense"
        };
        assert_eq!(ask(&server, guess, "192.0.2.1").await.status(), 401, "{at}");
    }
    for key in ["nonsense", &server.key] {
        let locked = ask(&server, key, "192.0.2.1").await;
        assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(
            locked.headers()["retry-after"]
                .to_str()
                .unwrap()
                .parse::<u32>()
                .unwrap()
                >= 1
        );
        let body: Value = locked.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    }
    // What an attacker writes itself before the proxy's word changes nothing.
    let lied = ask(&server, &server.key, "192.0.2.7, 192.0.2.1").await;
    assert_eq!(lied.status(), 429);
    assert_eq!(ask(&server, &server.key, "192.0.2.2").await.status(), 200);
    // A wait has an end.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(ask(&server, &server.key, "192.0.2.1").await.status(), 200);
    // And the next one begins at once, twice as long.
    assert_eq!(ask(&server, "nonsense", "192.0.2.1").await.status(), 401);
    let locked = ask(&server, &server.key, "192.0.2.1").await;
    assert_eq!(locked.status(), 429);

    let told = async {
        loop {
            let query = "{auditLog(filter: {action: \"credentials.lock\"}) {nodes {who address subject after}}}";
            let data = server.ask(query).await.data();
            let nodes = data["auditLog"]["nodes"].as_array().unwrap().clone();
            if nodes.len() == 2 {
                return nodes;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let told = tokio::time::timeout(std::time::Duration::from_secs(10), told)
        .await
        .unwrap();
    assert_eq!(told[0]["subject"], "address 192.0.2.1");
    assert_eq!(
        (&told[0]["who"], &told[0]["address"]),
        (&"nobody".into(), &"192.0.2.1".into())
    );
}

#[tokio::test]
async fn the_beginning_of_a_key_is_locked_from_wherever_it_is_guessed() {
    let server = Server::start_with(&[("PEERBAND_HTTP_TRUSTED_PROXIES", "1")]).await;
    // One unknown key from many addresses.
    let unknown = Secret::new_key().unwrap();
    for at in 0..FREE {
        let from = format!("198.51.100.{at}");
        assert_eq!(ask(&server, unknown.reveal(), &from).await.status(), 401);
    }
    assert_eq!(
        ask(&server, unknown.reveal(), "203.0.113.1").await.status(),
        429
    );
    assert_eq!(ask(&server, &server.key, "203.0.113.1").await.status(), 200);
}

#[tokio::test]
async fn a_key_that_asks_for_too_much_has_to_wait() {
    let server = Server::start_with(&[
        ("PEERBAND_GRAPHQL_COST_PER_MINUTE", "400"),
        ("PEERBAND_HTTP_TRUSTED_PROXIES", "1"),
    ])
    .await;
    let other = keys::key(&server.db, Role::Analyst, &[]).await;
    let mut answered = 0;
    let refused = loop {
        let answer = ask(&server, &server.key, "192.0.2.1").await;
        if answer.status() != 200 {
            break answer;
        }
        answered += 1;
        assert!(answered < 100, "no limit");
    };
    assert!(answered > 5, "{answered}");
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    // The address has spent as much; from another one the other key may ask, and this one may not.
    assert_eq!(ask(&server, &other, "192.0.2.1").await.status(), 429);
    assert_eq!(ask(&server, &server.key, "192.0.2.2").await.status(), 429);
    assert_eq!(ask(&server, &other, "192.0.2.2").await.status(), 200);
}
