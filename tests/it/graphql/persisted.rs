//! Documents that are named by a hash, answers that are kept, and what a request costs.

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::Server;

const QUERY: &str = "{program {timezone}}";

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn get(server: &Server, parameters: &[(&str, &str)]) -> RequestBuilder {
    let request = Client::new().get(format!("{}/graphql", server.address));
    request.bearer_auth(&server.key).query(parameters)
}

async fn post(server: &Server, body: Value) -> (StatusCode, Value) {
    let request = Client::new().post(format!("{}/graphql", server.address));
    let answer = request
        .bearer_auth(&server.key)
        .json(&body)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap())
}

fn apollo(hash: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

#[tokio::test]
async fn clients_persist_documents_by_apollos_protocol() {
    let server = Server::start().await;
    let named = apollo(&hash(QUERY));
    let (_, unknown) = post(&server, json!({ "extensions": named })).await;
    assert_eq!(unknown["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(
        unknown["errors"][0]["extensions"]["code"],
        "PERSISTED_QUERY_NOT_FOUND"
    );
    let (status, _) = post(
        &server,
        json!({"query": "{__typename}", "extensions": named}),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (_, sent) = post(&server, json!({"query": QUERY, "extensions": named})).await;
    assert_eq!(sent["data"]["program"]["timezone"], "UTC");
    let (_, again) = post(&server, json!({ "extensions": named })).await;
    assert_eq!(again["data"], sent["data"]);
    let by_get = get(&server, &[("extensions", &named.to_string())])
        .send()
        .await
        .unwrap();
    assert_eq!(by_get.json::<Value>().await.unwrap()["data"], sent["data"]);
    let (status, _) = post(
        &server,
        json!({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "x"}}}),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn with_a_manifest_nothing_else_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("manifest.json");
    let codegen = json!({"abc": QUERY});
    let of_apollo = json!({"format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{"id": "abc", "name": "Q", "type": "query", "body": QUERY}]});
    for manifest in [codegen, of_apollo] {
        std::fs::write(&path, manifest.to_string()).unwrap();
        let setting = ("PEERBAND_DOCUMENTS_MANIFEST", path.to_str().unwrap());
        let server = Server::start_with(&[setting]).await;
        for body in [
            json!({"documentId": "abc"}),
            json!({"documentId": "sha256:abc"}),
            json!({"id": "abc"}),
            json!({"doc_id": "abc"}),
            json!({"extensions": apollo("abc")}),
            json!({"query": QUERY}),
        ] {
            let (status, answer) = post(&server, body.clone()).await;
            assert_eq!(status, StatusCode::OK, "{body}");
            assert_eq!(answer["data"]["program"]["timezone"], "UTC", "{body}");
        }
        for body in [json!({"query": "{__typename}"}), json!({"documentId": "x"})] {
            let (status, answer) = post(&server, body).await;
            assert_eq!(status, StatusCode::BAD_REQUEST);
            assert_eq!(
                answer["errors"][0]["extensions"]["code"],
                "PERSISTED_QUERY_NOT_SUPPORTED"
            );
        }
    }
}

#[tokio::test]
async fn answers_to_get_are_asked_about_again() {
    let server = Server::start().await;
    let first = get(&server, &[("query", QUERY)]).send().await.unwrap();
    assert_eq!(first.headers()["cache-control"], "private, no-cache");
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    let again = get(&server, &[("query", QUERY)])
        .header("if-none-match", &tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again.headers()["etag"], tag.as_str());
    assert!(again.text().await.unwrap().is_empty());
    let other = get(&server, &[("query", "{program {reportingCurrency}}")]);
    let other = other.header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::OK);
    let failed = get(&server, &[("query", "{nobody}")]).send().await.unwrap();
    assert_eq!(failed.headers()["cache-control"], "no-store");
    assert!(!failed.headers().contains_key("etag"));
}

#[tokio::test]
async fn a_request_tells_its_price_and_what_is_left() {
    let server = Server::start_with(&[("PEERBAND_GRAPHQL_COST_PER_MINUTE", "1000")]).await;
    let query = "{rateLimit {cost limit remaining resetAt} metrics {name}}";
    let answer = server.ask(query).await;
    let cost = answer.0["extensions"]["cost"]["requested"]
        .as_u64()
        .unwrap();
    let limit = &answer.0["data"]["rateLimit"];
    assert_eq!(
        (limit["cost"].as_u64(), limit["limit"].as_u64()),
        (Some(cost), Some(1_000))
    );
    assert!(
        limit["remaining"].as_u64().unwrap() <= 1_000 - cost + 1,
        "{limit}"
    );
    // Eight metrics of one field, and their list; the limit with its four.
    assert_eq!(cost, 9 + 5);
    // What a list of metrics costs is told by its length.
    let measures = async |metrics: &str| {
        let query = format!("{{scorecard(partnerId: \"b\") {{measures{metrics} {{value}}}}}}");
        let answer = server.ask(&query).await;
        answer.0["extensions"]["cost"].clone()
    };
    assert_eq!(measures("").await, json!({"requested": 1 + 9}));
    let one = "(metrics: [REVENUE])";
    assert_eq!(measures(one).await, json!({"requested": 1 + 2}));
    let peers = "{peerBands(metrics: [REVENUE, NEW_CUSTOMERS]) {peers}}";
    let peers = server.ask(peers).await.0["extensions"]["cost"].clone();
    assert_eq!(peers, json!({"requested": 1 + 2}));
}

#[tokio::test]
async fn a_request_that_costs_too_much_tells_what_there_is() {
    let server = Server::start_with(&[
        ("PEERBAND_GRAPHQL_COST_PER_MINUTE", "1000"),
        ("PEERBAND_GRAPHQL_COMPLEXITY_MAX", "700"),
    ])
    .await;
    // A page costs twice its length and one more: its list, and the id of each.
    let query = |size: usize| format!("{{scorecards(first: {size}) {{nodes {{id}}}}}}");
    let too_complex = server.ask(&query(400)).await;
    too_complex.fails("TOO_COMPLEX", "at most 700");
    assert_eq!(
        too_complex.0["extensions"]["cost"],
        json!({"requested": 801, "maximum": 700})
    );
    // It takes nothing of what there is.
    server.ask(&query(200)).await.data();
    server.ask(&query(200)).await.data();
    let client = reqwest::Client::new();
    let refused = client
        .post(format!("{}/graphql", server.address))
        .bearer_auth(&server.key)
        .json(&json!({ "query": query(199) }));
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let refused: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(refused["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    let cost = &refused["extensions"]["cost"];
    assert_eq!(cost["requested"], 399);
    let available = cost["available"].as_u64().unwrap();
    assert!((198..398).contains(&available), "{cost}");
    assert_eq!(cost["retryAfterSeconds"], wait);
    assert!((1..=13).contains(&wait), "{wait}");
}
