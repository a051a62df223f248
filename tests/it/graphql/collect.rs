//! Fields that several fragments name are done once, and the fragments of subscriptions are seen.

use std::time::Duration;

use futures_util::StreamExt;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::harness::Server;

const CREATE: &str = r#"createApiKey(input: {name: "once", role: ANALYST})"#;

async fn keys(server: &Server) -> u64 {
    let rows = entity::api_key::Entity::find().count(server.db.read());
    rows.await.unwrap()
}

#[tokio::test]
async fn a_mutation_that_two_fragments_name_is_done_once() {
    let server = Server::start().await;
    let before = keys(&server).await;
    let query = format!(
        "mutation {{...a {CREATE} {{apiKey {{name}}}} ... on Mutation {{{CREATE} {{apiKey {{works}}}}}}}}
         fragment a on Mutation {{{CREATE} {{apiKey {{role}} ...b}}}}
         fragment b on CreateApiKeyPayload {{apiKey {{prefix}}}}"
    );
    let data = server.ask(&query).await.data();
    let made = &data["createApiKey"]["apiKey"];
    assert_eq!(
        (&made["name"], &made["role"], &made["works"]),
        (&json!("once"), &json!("ANALYST"), &json!(true))
    );
    assert!(made["prefix"].is_string());
    assert_eq!(keys(&server).await, before + 1);
    // Under two names it is two.
    let query = format!("mutation {{a: {CREATE} {{secret}} b: {CREATE} {{secret}}}}");
    server.ask(&query).await.data();
    assert_eq!(keys(&server).await, before + 3);
    // Whether these are one is known only when they run.
    let query = format!("mutation {{{CREATE} @include(if: true) {{secret}} {CREATE} {{secret}}}}");
    server.ask(&query).await.fails("BAD_INPUT", "several times");
    assert_eq!(keys(&server).await, before + 3);
}

#[tokio::test]
async fn fields_keep_the_place_of_their_first_appearance() {
    let server = Server::start().await;
    let request = reqwest::Client::new().post(format!("{}/graphql", server.address));
    let query = "{program {timezone} ...f viewer {role} program {reportingCurrency}}
        fragment f on Query {viewer {name} program {newCustomerGapDays timezone}}";
    let answer = request
        .bearer_auth(&server.key)
        .json(&json!({ "query": query }));
    let text = answer.send().await.unwrap().text().await.unwrap();
    let data = r#"{"data":{"program":{"timezone":"UTC","newCustomerGapDays":31,"reportingCurrency":"USD"},"viewer":{"name":"test admin","role":"ADMIN"}}"#;
    assert!(text.starts_with(data), "{text}");
}

#[tokio::test]
async fn what_is_wrong_with_a_document_is_still_told() {
    let server = Server::start().await;
    for (query, says) in [
        ("{viewer {name}} fragment f on Query {viewer {name}}", "f"),
        ("{...f} fragment f on Query {nobody}", "nobody"),
        ("{...f ...g} fragment f on Query {viewer {name}}", "g"),
        (
            r#"{a: scorecard(partnerId: "B") {id} ...f} fragment f on Query {a: scorecard(partnerId: "Z") {id}}"#,
            "a",
        ),
        ("subscription {snapshotPublished {nobody}}", "nobody"),
    ] {
        let answer = server.ask(query).await;
        answer.fails("BAD_INPUT", says);
    }
}

#[tokio::test]
async fn a_subscription_has_one_field_which_a_fragment_may_hold() {
    let server = Server::start().await;
    let listen = |query: &str| {
        let request = reqwest::Client::new().post(format!("{}/graphql", server.address));
        let request = request
            .bearer_auth(&server.key)
            .header("accept", "text/event-stream");
        request.json(&json!({ "query": query })).send()
    };
    for two in [
        "subscription {snapshotPublished {asOf} jobRunProgressed {asOf}}",
        "subscription {__typename snapshotPublished {asOf}}",
        "subscription {...f @include(if: true)} fragment f on Subscription {snapshotPublished {asOf}}",
        "subscription {snapshotPublished @skip(if: true) {asOf}}",
    ] {
        let text = listen(two).await.unwrap().text().await.unwrap();
        assert!(text.contains("a subscription has one field"), "{text}");
    }
    let query = "subscription {...f} fragment f on Subscription {snapshotPublished {asOf}}";
    let mut events = listen(query).await.unwrap().bytes_stream();
    server.ask(super::subscription::RUN).await.data();
    let mut text = String::new();
    while !text.contains("2026-11-22") {
        let some = tokio::time::timeout(Duration::from_secs(20), events.next()).await;
        text += std::str::from_utf8(&some.unwrap().unwrap().unwrap()).unwrap();
    }
}

/// As the specification collects fields: a field is one whatever conditions its parts have, and stands where it appears first.
#[tokio::test]
async fn fields_with_conditions_are_part_of_the_field_before_them() {
    let server = Server::start().await;
    let ask = async |query: &str, condition: bool| {
        let body = json!({ "query": query, "variables": { "c": condition } });
        let request = reqwest::Client::new().post(format!("{}/graphql", server.address));
        let request = request.bearer_auth(&server.key).json(&body);
        request.send().await.unwrap().text().await.unwrap()
    };
    let documents = [
        "query ($c: Boolean!) {program {timezone} viewer {name} program @include(if: $c) {reportingCurrency}}",
        "query ($c: Boolean!) {program {timezone} viewer {name} ... @include(if: $c) {program {reportingCurrency}}}",
        "query ($c: Boolean!) {program {timezone} viewer {name} ...f @include(if: $c)}
            fragment f on Query {... on Query {program {reportingCurrency}}}",
        "query ($c: Boolean!) {program {timezone} viewer {name} ... on Query @skip(if: false) {program @include(if: $c) {
            reportingCurrency}}}",
    ];
    let with = r#"{"data":{"program":{"timezone":"UTC","reportingCurrency":"USD"},"viewer":{"name":"test admin"}}"#;
    let without = r#"{"data":{"program":{"timezone":"UTC"},"viewer":{"name":"test admin"}}"#;
    for document in documents {
        for (condition, expected) in [(true, with), (false, without)] {
            let text = ask(document, condition).await;
            assert!(text.starts_with(expected), "{document} {condition}: {text}");
        }
    }
    // What comes first under a condition has its place only where the condition holds.
    let document = "query ($c: Boolean!) {program @include(if: $c) {timezone} viewer {name} program {reportingCurrency}}";
    let text = ask(document, true).await;
    assert!(text.starts_with(with), "{text}");
    let text = ask(document, false).await;
    let other = r#"{"data":{"viewer":{"name":"test admin"},"program":{"reportingCurrency":"USD"}}"#;
    assert!(text.starts_with(other), "{text}");
    // What is left out is validated all the same.
    let text = ask(
        "query ($c: Boolean!) {program {timezone} program @include(if: $c) {nobody}}",
        false,
    )
    .await;
    assert!(
        text.contains("nobody") && text.contains("BAD_INPUT"),
        "{text}"
    );
}

/// A mutation that is named again under a condition is done once, and tells what both ask for.
#[tokio::test]
async fn a_mutation_that_a_condition_names_again_is_done_once() {
    let server = Server::start().await;
    let before = keys(&server).await;
    let query = format!(
        "mutation {{{CREATE} {{apiKey {{name}}}} ...a @include(if: true) ... @skip(if: true) {{{CREATE} {{secret}}}}}}
         fragment a on Mutation {{{CREATE} {{apiKey {{role}}}}}}"
    );
    let data = server.ask(&query).await.data();
    assert_eq!(
        data,
        json!({ "createApiKey": { "apiKey": { "name": "once", "role": "ANALYST" } } })
    );
    assert_eq!(keys(&server).await, before + 1);
}
