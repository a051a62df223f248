//! GraphQL over HTTP: who is answered, how, and with which status.

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::harness::Server;

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";
const FINE: &str = r#"{"query": "{__typename}"}"#;

fn post(server: &Server, accept: &str, content_type: &str, body: &str) -> RequestBuilder {
    let request = Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth(&server.key)
        .body(body.to_owned());
    with(
        with(request, "accept", accept),
        "content-type",
        content_type,
    )
}

fn with(request: RequestBuilder, header: &str, value: &str) -> RequestBuilder {
    if value.is_empty() {
        request
    } else {
        request.header(header, value)
    }
}

/// Status, media type and body.
async fn send(request: RequestBuilder) -> (StatusCode, String, Value) {
    let response = request.send().await.unwrap();
    let media_type = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (
        response.status(),
        media_type,
        response.json().await.unwrap(),
    )
}

#[tokio::test]
async fn the_status_matrix() {
    let server = Server::start().await;
    let parse = r#"{"query": "{"}"#;
    let invalid = r#"{"query": "{nobody}"}"#;
    let partly = r#"{"query": "{scorecard(partnerId: \"nobody\") {id}}"}"#;
    let coercion = r#"{"query": "query ($x: ID!) {node(id: $x) {id}}", "variables": {"x": null}}"#;
    for (accept, body, status, media_type, has_data) in [
        (GRAPHQL, FINE, 200, GRAPHQL, true),
        (JSON, FINE, 200, JSON, true),
        ("*/*", FINE, 200, JSON, true),
        ("", FINE, 200, JSON, true),
        ("text/html, */*;q=0.1", FINE, 200, JSON, true),
        (GRAPHQL, parse, 400, GRAPHQL, false),
        (JSON, parse, 200, JSON, false),
        (GRAPHQL, invalid, 400, GRAPHQL, false),
        (JSON, invalid, 200, JSON, false),
        (GRAPHQL, coercion, 400, GRAPHQL, false),
        (JSON, coercion, 200, JSON, false),
        (GRAPHQL, partly, 200, GRAPHQL, true),
        (JSON, partly, 200, JSON, true),
        ("text/html", FINE, 406, JSON, false),
        (GRAPHQL, "", 400, GRAPHQL, false),
        (JSON, "{", 400, JSON, false),
        (JSON, "null", 400, JSON, false),
        (JSON, r#"[{"query": "{__typename}"}]"#, 400, JSON, false),
        (JSON, "{}", 400, JSON, false),
        (JSON, r#"{"query": 1}"#, 400, JSON, false),
        (
            JSON,
            r#"{"query": "{__typename}", "operationName": 1}"#,
            400,
            JSON,
            false,
        ),
        (
            JSON,
            r#"{"query": "{__typename}", "variables": "{}"}"#,
            400,
            JSON,
            false,
        ),
        (
            JSON,
            r#"{"query": "{__typename}", "variables": []}"#,
            400,
            JSON,
            false,
        ),
        (
            JSON,
            r#"{"query": "{__typename}", "extensions": 0}"#,
            400,
            JSON,
            false,
        ),
        (
            JSON,
            r#"{"query": "{__typename}", "operationName": null, "variables": null, "extensions": null, "more": 1}"#,
            200,
            JSON,
            true,
        ),
    ] {
        let (found, found_type, answer) = send(post(&server, accept, JSON, body)).await;
        assert_eq!(
            found.as_u16(),
            status,
            "accept {accept}, body {body}: {answer}"
        );
        assert_eq!(
            found_type,
            format!("{media_type}; charset=utf-8"),
            "accept {accept}, body {body}"
        );
        assert_eq!(
            answer.get("data").is_some(),
            has_data,
            "accept {accept}, body {body}: {answer}"
        );
        assert!(
            answer
                .get("errors")
                .is_none_or(|errors| errors[0]["extensions"]["code"].is_string()),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn only_json_is_posted() {
    let server = Server::start().await;
    for (content_type, status) in [
        ("application/json; charset=utf-8", 200),
        ("Application/JSON;charset=\"UTF-8\"", 200),
        ("application/json; charset=utf-16", 415),
        ("text/plain", 415),
        ("text/plain; application/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/graphql", 415),
        ("", 415),
    ] {
        let response = post(&server, JSON, content_type, FINE)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), status, "{content_type}");
    }
}

#[tokio::test]
async fn get_takes_queries_only() {
    let server = Server::start().await;
    let mutation = "mutation m {runJob}";
    for (parameters, status) in [
        (vec![("query", "{__typename}")], 200),
        (
            vec![
                ("query", "query ($x: ID!) {node(id: $x) {id}}"),
                ("variables", r#"{"x": "y"}"#),
            ],
            200,
        ),
        (
            vec![
                ("query", "{__typename}"),
                ("variables", ""),
                ("extensions", "{}"),
            ],
            200,
        ),
        (vec![("query", "{__typename}"), ("variables", "[]")], 400),
        (vec![("query", "{__typename}"), ("variables", "{")], 400),
        (vec![], 400),
        (vec![("query", "{")], 400),
        (vec![("query", mutation)], 405),
        (vec![("query", mutation), ("operationName", "m")], 405),
        (
            vec![
                ("query", "mutation m {runJob} query q {__typename}"),
                ("operationName", "m"),
            ],
            405,
        ),
        (
            vec![("query", "mutation m {runJob} query q {__typename}")],
            400,
        ),
        (vec![("query", "subscription {snapshotPublished}")], 405),
    ] {
        let request = Client::new()
            .get(format!("{}/graphql", server.address))
            .bearer_auth(&server.key)
            .query(&parameters);
        let response = request.header("accept", GRAPHQL).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{parameters:?}");
        if status == 405 {
            assert_eq!(response.headers()["allow"], "GET, POST");
        }
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let request = Client::new()
            .request(method.clone(), format!("{}/graphql", server.address))
            .bearer_auth(&server.key);
        assert_eq!(
            request.send().await.unwrap().status().as_u16(),
            405,
            "{method}"
        );
    }
}

#[tokio::test]
async fn large_bodies_are_cut_off() {
    let server = Server::start().await;
    let padded = |bytes: usize| {
        format!(
            r#"{{"query": "{{__typename}}", "extensions": {{"x": "{}"}}}}"#,
            "x".repeat(bytes)
        )
    };
    let fits = post(&server, JSON, JSON, &padded(200 * 1024))
        .send()
        .await
        .unwrap();
    assert_eq!(fits.status().as_u16(), 200);
    let large = post(&server, JSON, JSON, &padded(256 * 1024))
        .send()
        .await
        .unwrap();
    assert_eq!(large.status().as_u16(), 413);
    // Also where its length is not told beforehand.
    let chunks = vec![Ok::<_, std::io::Error>(padded(300 * 1024).into_bytes())];
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let streamed = Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth(&server.key)
        .header("content-type", JSON)
        .body(body);
    assert_eq!(streamed.send().await.unwrap().status().as_u16(), 413);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = Server::start().await;
    for path in [
        "/graphql?query={__typename}",
        "/graphql",
        "/health/live",
        "/health/ready",
        "/nowhere",
    ] {
        let response = reqwest::get(format!("{}{path}", server.address))
            .await
            .unwrap();
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert!(
            headers["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("default-src 'none'"),
            "{path}"
        );
        let referrer = if path == "/nowhere" {
            "same-origin"
        } else {
            "no-referrer"
        };
        assert_eq!(headers["referrer-policy"], referrer, "{path}");
    }
}

#[tokio::test]
async fn health_tells_alive_and_ready() {
    let server = Server::start().await;
    for path in ["/health/live", "/health/ready"] {
        let response = reqwest::get(format!("{}{path}", server.address))
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
    }
}
