//! Who asks too much, or too often in vain, has to wait.

use peerband::service::identity::Secret;
use peerband::store::api_key::Role;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::harness::{Server, keys};

/// So many bad credentials are free for the keys of one beginning, and for an address.
const FREE: usize = 10;
const FREE_ADDRESS: usize = 50;

/// A key that nobody has and that begins as another one does, with letters at its end that fit: how they are made is no
/// secret.
fn beginning_like(key: &str) -> String {
    let random = format!("{}{}", &key[4..12], "0".repeat(35));
    let digest = Sha256::digest(format!("pbk_{random}"));
    let mut number = digest[..7]
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let letters: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    let mut like = format!("pbk_{random}");
    for _ in 0..6 {
        like.push(letters[(number % 62) as usize]);
        number /= 62;
    }
    assert_eq!(Secret::parse(&like).unwrap().prefix(), &key[..12]);
    like
}

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
    for at in 0..FREE_ADDRESS {
        // Each with another beginning, and some that are no keys at all.
        let unknown = Secret::new_key().unwrap();
        let guess = if at < FREE - 1 {
            "nonsense"
        } else {
            unknown.reveal()
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
    let other = keys::key(&server.db, Role::Analyst, &[]).await;
    assert_eq!(ask(&server, &other, "192.0.2.1").await.status(), 429);

    let told = async {
        loop {
            let query = "{auditLog(filter: {action: \"credentials.lock\"}) {nodes {who address subject after}}}";
            let data = server.ask(query).await.data();
            let nodes = data["auditLog"]["nodes"].as_array().unwrap().clone();
            // The second time what is no key is counted out as well.
            if nodes.len() == 3 {
                return nodes;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let told = tokio::time::timeout(std::time::Duration::from_secs(10), told)
        .await
        .unwrap();
    let subjects: Vec<_> = told.iter().map(|entry| &entry["subject"]).collect();
    let whole = "address 192.0.2.1";
    assert_eq!(subjects[2], whole);
    assert!(subjects[..2].contains(&&Value::from(whole)), "{subjects:?}");
    assert_eq!(
        (&told[0]["who"], &told[0]["address"]),
        (&"nobody".into(), &"192.0.2.1".into())
    );
}

#[tokio::test]
async fn whoever_knows_how_a_key_begins_cannot_lock_its_owner_out() {
    let server = Server::start_with(&[("PEERBAND_HTTP_TRUSTED_PROXIES", "1")]).await;
    // As listings and logs show it: the same beginning, and no key that is known.
    let alike = beginning_like(&server.key);
    for at in 0..3 * FREE {
        let from = format!("198.51.100.{at}");
        assert_eq!(ask(&server, &alike, &from).await.status(), 401);
    }
    for _ in 0..FREE {
        let refused = ask(&server, &alike, "192.0.2.1").await;
        assert_eq!(refused.status(), 401);
    }
    // There it has to wait, and so has the owner as long as nobody has seen it there.
    for key in [&*alike, &server.key] {
        assert_eq!(ask(&server, key, "192.0.2.1").await.status(), 429);
    }
    // From anywhere else the owner is let in.
    for from in ["203.0.113.1", "198.51.100.0"] {
        assert_eq!(ask(&server, &server.key, from).await.status(), 200);
    }
}

#[tokio::test]
async fn a_key_at_work_works_on_while_its_address_is_locked() {
    let server = Server::start_with(&[("PEERBAND_HTTP_TRUSTED_PROXIES", "1")]).await;
    let other = keys::key(&server.db, Role::Analyst, &[]).await;
    let from = "192.0.2.1";
    assert_eq!(ask(&server, &server.key, from).await.status(), 200);
    for _ in 0..FREE_ADDRESS {
        let unknown = Secret::new_key().unwrap();
        assert_eq!(ask(&server, unknown.reveal(), from).await.status(), 401);
    }
    assert_eq!(ask(&server, &other, from).await.status(), 429);
    assert_eq!(ask(&server, &server.key, from).await.status(), 200);
    assert_eq!(ask(&server, &other, "192.0.2.2").await.status(), 200);
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
