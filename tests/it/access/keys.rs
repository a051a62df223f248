//! API keys from their making to their end.

use chrono::TimeDelta;
use peerband::clock;
use peerband::service::audit::Actor;
use peerband::service::identity::{KeyError, KeyRequest, create_key, revoke_key, rotate_key};
use peerband::store::api_key::{ApiKeyKey, Named, Role, find_key};
use reqwest::StatusCode;
use serde_json::Value;

use crate::harness::{Server, keys};

fn request(role: Role) -> KeyRequest {
    KeyRequest {
        name: "one".to_owned(),
        role,
        partner_ids: Vec::new(),
        exports: Vec::new(),
        expires_at: None,
    }
}

async fn status(server: &Server, authorization: Option<&str>) -> StatusCode {
    let mut request = reqwest::Client::new().get(format!(
        "{}/graphql?query={{viewer{{role}}}}",
        server.address
    ));
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status();
    if status == 401 {
        assert_eq!(
            answer.headers()["www-authenticate"],
            "Bearer realm=\"peerband\""
        );
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert!(body.get("data").is_none());
    }
    status
}

async fn works(server: &Server, key: &str) -> bool {
    match status(server, Some(&format!("Bearer {key}")))
        .await
        .as_u16()
    {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn only_a_key_that_works_is_let_in() {
    let server = Server::start().await;
    let key = keys::key(&server.db, Role::Analyst, &[]).await;
    assert!(works(&server, &key).await);
    // One letter off, with a checksum of its own, and of another scheme.
    let other = if key.ends_with('x') { 'y' } else { 'x' };
    let mistyped = format!("{}{other}", &key[..key.len() - 1]);
    let unknown = peerband::service::identity::Secret::new_key().unwrap();
    for authorization in [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some(key.clone()),
        Some(format!("Basic {key}")),
        Some(format!("Bearer {mistyped}")),
        Some(format!("Bearer {}", unknown.reveal())),
        Some(format!("Bearer {key} {key}")),
    ] {
        let status = status(&server, authorization.as_deref()).await;
        assert_eq!(status, 401, "{authorization:?}");
    }
}

#[tokio::test]
async fn health_needs_no_key_and_everything_else_does() {
    let server = Server::start().await;
    for (path, expected) in [
        ("/health/live", 200),
        ("/health/ready", 200),
        ("/graphql", 401),
        ("/graphql?query={__schema{types{name}}}", 401),
        ("/", 401),
        ("/scorecard/B", 401),
    ] {
        let answer = reqwest::get(format!("{}{path}", server.address))
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{path}");
    }
}

#[tokio::test]
async fn a_key_ends_when_it_is_told_to() {
    let server = Server::start().await;
    let soon = clock::now() + TimeDelta::milliseconds(1_500);
    let request = KeyRequest {
        expires_at: Some(soon),
        ..request(Role::Analyst)
    };
    let (_, secret) = create_key(&server.db, &Actor::command_line(), request, clock::now())
        .await
        .unwrap();
    assert!(works(&server, secret.reveal()).await);
    tokio::time::sleep(std::time::Duration::from_millis(1_600)).await;
    assert!(!works(&server, secret.reveal()).await);

    let (key, secret) = create_key(
        &server.db,
        &Actor::command_line(),
        super::keys::request(Role::Admin),
        clock::now(),
    )
    .await
    .unwrap();
    assert!(works(&server, secret.reveal()).await);
    let named = || Named::Number(ApiKeyKey(key.row.id));
    revoke_key(&server.db, &Actor::command_line(), named(), clock::now())
        .await
        .unwrap();
    assert!(!works(&server, secret.reveal()).await);
    // Once more changes nothing, and there is no way back.
    revoke_key(&server.db, &Actor::command_line(), named(), clock::now())
        .await
        .unwrap();
    let rotated = rotate_key(
        &server.db,
        &Actor::command_line(),
        named(),
        TimeDelta::hours(1),
        clock::now(),
    )
    .await;
    assert!(matches!(rotated, Err(KeyError::Ended(_))), "{rotated:?}");
}

#[tokio::test]
async fn a_rotated_key_works_on_for_the_overlap_alone() {
    let server = Server::start().await;
    for (overlap, still) in [(TimeDelta::hours(1), true), (TimeDelta::zero(), false)] {
        let request = KeyRequest {
            partner_ids: vec!["k".to_owned(), "B".to_owned()],
            expires_at: Some(clock::now() + TimeDelta::days(3)),
            ..request(Role::Partner)
        };
        let (old, old_secret) =
            create_key(&server.db, &Actor::command_line(), request, clock::now())
                .await
                .unwrap();
        let named = || Named::Number(ApiKeyKey(old.row.id));
        let (new, secret) = rotate_key(
            &server.db,
            &Actor::command_line(),
            named(),
            overlap,
            clock::now(),
        )
        .await
        .unwrap();
        assert_eq!(works(&server, old_secret.reveal()).await, still);
        assert!(works(&server, secret.reveal()).await);
        assert_eq!(new.partners, old.partners);
        assert_eq!((&new.row.name, new.row.role), (&old.row.name, old.row.role));
        let life = new.row.expires_at.unwrap() - new.row.created_at;
        assert_eq!(
            life.num_days(),
            2,
            "as long a life, but for the moment between two clocks"
        );
        let again = rotate_key(
            &server.db,
            &Actor::command_line(),
            named(),
            overlap,
            clock::now(),
        )
        .await;
        assert!(matches!(again, Err(KeyError::Replaced(..))), "{again:?}");
        // By its name the newest is meant.
        revoke_key(
            &server.db,
            &Actor::command_line(),
            Named::Text("one"),
            clock::now(),
        )
        .await
        .unwrap();
        assert!(!works(&server, secret.reveal()).await);
    }
}

#[tokio::test]
async fn what_a_key_is_for_must_fit_its_role() {
    let server = Server::start().await;
    let partner = |ids: &[&str]| KeyRequest {
        partner_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        ..request(Role::Partner)
    };
    for (request, says) in [
        (partner(&[]), "at least one partner"),
        (partner(&["B", "nobody"]), "no partner \"nobody\""),
        (request(Role::Integrator), "at least one export"),
        (
            KeyRequest {
                role: Role::Admin,
                ..partner(&["B"])
            },
            "the other roles name none",
        ),
        (
            KeyRequest {
                name: String::new(),
                ..request(Role::Admin)
            },
            "1 to 128 letters",
        ),
        (
            KeyRequest {
                expires_at: Some(clock::now()),
                ..request(Role::Admin)
            },
            "a later end",
        ),
    ] {
        let refused = create_key(&server.db, &Actor::command_line(), request, clock::now()).await;
        let message = refused.unwrap_err().to_string();
        assert!(message.contains(says), "{message}");
    }
}

#[tokio::test]
async fn the_last_use_is_recorded_and_the_key_itself_is_not() {
    let server = Server::start().await;
    let (key, secret) = create_key(
        &server.db,
        &Actor::command_line(),
        request(Role::Analyst),
        clock::now(),
    )
    .await
    .unwrap();
    assert_eq!(key.row.last_used_at, None);
    assert!(works(&server, secret.reveal()).await);
    let used = async {
        loop {
            let found = find_key(&server.db, ApiKeyKey(key.row.id)).await.unwrap();
            if let Some(used) = found.unwrap().row.last_used_at {
                return used;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let used = tokio::time::timeout(std::time::Duration::from_secs(10), used).await;
    assert!((clock::now() - used.unwrap()).num_seconds() < 10);
    let kept = format!("{:?}", key.row);
    assert!(kept.contains(secret.prefix()));
    assert!(
        !kept.contains(&secret.reveal()[secret.prefix().len()..]),
        "{kept}"
    );
}
