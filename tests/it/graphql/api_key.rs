//! `apiKeys`, `createApiKey`, `rotateApiKey` and `revokeApiKey`.

use std::time::Duration;

use peerband::store::api_key::{Role, count_keys};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Server, keys};

const KEY: &str =
    "id name role partners {partnerId} exports prefix works expiresAt revokedAt replacedBy {id}";

async fn change(server: &Server, mutation: &str) -> Value {
    server.ask(&format!("mutation {{{mutation}}}")).await.data()
}

async fn works(server: &Server, secret: &Value) -> bool {
    let secret = secret.as_str().unwrap();
    let answer = server.ask_as(secret, "{viewer {role}}", json!({})).await;
    answer.0.get("errors").is_none()
}

#[tokio::test]
async fn a_key_is_made_replaced_and_revoked() {
    let server = Server::start().await;
    let data = change(
        &server,
        &format!(
            "createApiKey(input: {{name: \"portal\", role: PARTNER, partnerIds: [\"k\", \"B\"],
            expiresAt: \"2199-01-01T00:00:00Z\"}}) {{secret apiKey {{{KEY}}}}}"
        ),
    )
    .await;
    let (made, secret) = (
        &data["createApiKey"]["apiKey"],
        &data["createApiKey"]["secret"],
    );
    let id = made["id"].as_str().unwrap();
    assert!(
        secret
            .as_str()
            .unwrap()
            .starts_with(made["prefix"].as_str().unwrap())
    );
    assert_eq!(
        made["partners"],
        json!([{ "partnerId": "B" }, { "partnerId": "k" }])
    );
    assert_eq!(
        (&made["role"], &made["works"]),
        (&json!("PARTNER"), &json!(true))
    );
    assert!(
        made["expiresAt"]
            .as_str()
            .unwrap()
            .starts_with("2199-01-01T00:00:00")
    );
    assert!(works(&server, secret).await);

    let data = change(
        &server,
        &format!(
            "rotateApiKey(input: {{id: \"{id}\", overlapHours: 0}}) {{secret apiKey {{{KEY}}}}}"
        ),
    )
    .await;
    let (new, new_secret) = (
        &data["rotateApiKey"]["apiKey"],
        &data["rotateApiKey"]["secret"],
    );
    assert_eq!(
        (&new["name"], &new["partners"]),
        (&made["name"], &made["partners"])
    );
    assert!(works(&server, new_secret).await && !works(&server, secret).await);

    let new_id = new["id"].as_str().unwrap();
    let data = change(
        &server,
        &format!("revokeApiKey(input: {{id: \"{new_id}\"}}) {{apiKey {{{KEY}}}}}"),
    )
    .await;
    let revoked = &data["revokeApiKey"]["apiKey"];
    assert_eq!(revoked["works"], false);
    assert!(revoked["revokedAt"].is_string());
    assert!(!works(&server, new_secret).await);

    let listed = server
        .ask(&format!(
            "{{apiKeys(first: 2) {{totalCount nodes {{{KEY}}} pageInfo {{hasNextPage}}}}}}"
        ))
        .await
        .data();
    let nodes = &listed["apiKeys"]["nodes"];
    assert_eq!(nodes[0], *revoked);
    assert_eq!(nodes[1]["replacedBy"]["id"], new_id);
    assert_eq!(
        (
            &listed["apiKeys"]["totalCount"],
            nodes.as_array().unwrap().len()
        ),
        (&json!(3), 2)
    );
    let everything = listed.to_string();
    for secret in [secret, new_secret] {
        assert!(!everything.contains(&secret.as_str().unwrap()[12..]));
    }
    let node = format!("{{node(id: \"{id}\") {{__typename ... on ApiKey {{name}}}}}}");
    let node = server.ask(&node).await.data();
    assert_eq!(
        node["node"],
        json!({ "__typename": "ApiKey", "name": "portal" })
    );
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let before = count_keys(&server.db).await.unwrap();
    for (mutation, code, says) in [
        (
            "createApiKey(input: {name: \"\", role: ADMIN}) {secret}",
            "BAD_INPUT",
            "1 to 128 letters",
        ),
        (
            "createApiKey(input: {name: \"x\", role: PARTNER}) {secret}",
            "BAD_INPUT",
            "at least one partner",
        ),
        (
            "createApiKey(input: {name: \"x\", role: PARTNER, partnerIds: [\"nobody\"]}) {secret}",
            "NOT_FOUND",
            "no partner",
        ),
        (
            "createApiKey(input: {name: \"x\", role: INTEGRATOR}) {secret}",
            "BAD_INPUT",
            "at least one export",
        ),
        (
            "rotateApiKey(input: {id: \"QXBpS2V5Ojk5\"}) {secret}",
            "NOT_FOUND",
            "no such API key",
        ),
        (
            "rotateApiKey(input: {id: \"QXBpS2V5Ojk5\", overlapHours: -1}) {secret}",
            "BAD_INPUT",
            "overlapHours",
        ),
        (
            "revokeApiKey(input: {id: \"nonsense\"}) {apiKey {id}}",
            "NOT_FOUND",
            "no such API key",
        ),
    ] {
        let answer = server.ask(&format!("mutation {{{mutation}}}")).await;
        answer.fails(code, says);
    }
    assert_eq!(count_keys(&server.db).await.unwrap(), before);
}

/// A secret is shown once: what fails after it must not take it along.
#[tokio::test]
async fn a_change_that_fails_leaves_the_keys_before_it() {
    let server = Server::start().await;
    let before = count_keys(&server.db).await.unwrap();
    let made = r#"createApiKey(input: {name: "first", role: ANALYST}) {secret}"#;
    for (field, second) in [
        (
            "createApiKey",
            r#"createApiKey(input: {name: "", role: ADMIN}) {secret}"#,
        ),
        (
            "rotateApiKey",
            r#"rotateApiKey(input: {id: "nonsense"}) {secret}"#,
        ),
        (
            "revokeApiKey",
            r#"revokeApiKey(input: {id: "nonsense"}) {apiKey {id}}"#,
        ),
    ] {
        let answer = server
            .ask(&format!("mutation {{first: {made} second: {second}}}"))
            .await;
        assert_eq!(answer.error().1, "second", "{field}");
        let data = &answer.0["data"];
        assert_eq!(data["second"], Value::Null, "{field}");
        assert!(works(&server, &data["first"]["secret"]).await, "{field}");
    }
    assert_eq!(count_keys(&server.db).await.unwrap(), before + 3);
}

#[tokio::test]
async fn keys_are_for_admins() {
    let server = Server::start().await;
    let own = server.ask("{apiKeys {nodes {id}}}").await.data();
    let id = own["apiKeys"]["nodes"][0]["id"].as_str().unwrap();
    let mut others = Vec::new();
    for (role, partner_ids) in [
        (Role::Operator, &[][..]),
        (Role::Analyst, &[]),
        (Role::Partner, &["k"]),
        (Role::Integrator, &[]),
    ] {
        others.push(keys::key(&server.db, role, partner_ids).await);
    }
    for key in others {
        for query in [
            "{apiKeys {totalCount}}".to_owned(),
            "mutation {createApiKey(input: {name: \"x\", role: ADMIN}) {secret}}".to_owned(),
            // Whether there is such a key is not told either.
            format!("mutation {{rotateApiKey(input: {{id: \"{id}\"}}) {{secret}}}}"),
            "mutation {rotateApiKey(input: {id: \"QXBpS2V5Ojk5\"}) {secret}}".to_owned(),
            format!("mutation {{revokeApiKey(input: {{id: \"{id}\"}}) {{apiKey {{id}}}}}}"),
        ] {
            let answer = server.ask_as(&key, &query, json!({})).await;
            answer.fails("FORBIDDEN", "are for the role admin");
        }
        let node = format!("{{node(id: \"{id}\") {{id}}}}");
        let node = server.ask_as(&key, &node, json!({})).await.data();
        assert_eq!(node["node"], Value::Null);
    }
    assert_eq!(count_keys(&server.db).await.unwrap(), 5);
}

#[tokio::test]
async fn a_client_that_goes_away_stops_no_change() {
    let server = Server::start().await;
    let before = count_keys(&server.db).await.unwrap();
    // The change has to wait for this, longer than its client does.
    let busy = server.db.begin().await.unwrap();
    if !server.db.is_sqlite() {
        busy.execute_unprepared("LOCK TABLE api_key IN EXCLUSIVE MODE")
            .await
            .unwrap();
    }
    let query =
        json!({ "query": "mutation {createApiKey(input: {name: \"x\", role: ADMIN}) {secret}}" });
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth(&server.key)
        .timeout(Duration::from_millis(500))
        .json(&query);
    assert!(request.send().await.unwrap_err().is_timeout());
    busy.rollback().await.unwrap();
    let done = async {
        while count_keys(&server.db).await.unwrap() == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), done)
        .await
        .unwrap();
}
