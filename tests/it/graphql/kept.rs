//! Answers that are kept: given again without a look at what they are made of, and never once that has changed, or to
//! whoever may not see it.

use peerband::clock;
use peerband::service::audit::Actor;
use peerband::service::identity::revoke_key;
use peerband::store::api_key::{Named, Role};
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Server, keys};

const CARD: &str =
    "{scorecard(partnerId: \"b\") {partner {name} measures {value band rank bands {min max}}}}";

/// Asks, and gives the answer with the number of statements that it took.
async fn asked(server: &Server, key: &str, query: &str) -> (Value, usize) {
    server.take_reads();
    let answer = server.ask_as(key, query, json!({})).await;
    (answer.0, server.take_reads())
}

async fn change(server: &Server, statement: &str) {
    let transaction = server.db.begin().await.unwrap();
    transaction.execute_unprepared(statement).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn status(address: &str, key: &str) -> StatusCode {
    let request = reqwest::Client::new()
        .post(format!("{address}/graphql"))
        .bearer_auth(key)
        .json(&json!({ "query": CARD }));
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn the_same_question_gets_the_same_bytes_without_a_look() {
    let server = Server::start().await;
    let (first, statements) = asked(&server, &server.key, CARD).await;
    assert!(statements > 0);
    assert!(first["data"]["scorecard"]["measures"][0]["value"].is_number());
    let (again, statements) = asked(&server, &server.key, CARD).await;
    assert_eq!((&again, statements), (&first, 0));
    assert!(again["extensions"]["cost"]["requested"].is_number());
    // Another variable, operation or document is another question.
    let query = "query A($id: String!) {partner(by: {partnerId: $id}) {partnerId}} query B {metrics {name}}";
    let ask = async |operation: &str, id: &str| {
        let body = json!({ "query": query, "operationName": operation, "variables": { "id": id } });
        let request = reqwest::Client::new()
            .post(format!("{}/graphql", server.address))
            .bearer_auth(&server.key)
            .json(&body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["data"].clone()
    };
    for _ in 0..2 {
        for id in ["b", "c"] {
            let expected = json!({ "partner": { "partnerId": id } });
            assert_eq!(ask("A", id).await, expected);
        }
        assert!(ask("B", "b").await["metrics"].is_array());
    }
}

#[tokio::test]
async fn what_is_published_or_renamed_is_seen_at_once() {
    let server = Server::start().await;
    let newest = "{snapshot {asOf revision} partner(by: {partnerId: \"b\"}) {name}}";
    for _ in 0..2 {
        asked(&server, &server.key, newest).await;
    }
    change(
        &server,
        "UPDATE partner SET name = 'Another' WHERE partner_id = 'b'",
    )
    .await;
    let (renamed, _) = asked(&server, &server.key, newest).await;
    assert_eq!(renamed["data"]["partner"]["name"], "Another");
    let before = renamed["data"]["snapshot"].clone();
    change(
        &server,
        "UPDATE snapshot SET state = 'published' WHERE state = 'building'",
    )
    .await;
    let (published, _) = asked(&server, &server.key, newest).await;
    assert_ne!(published["data"]["snapshot"], before);
    // What is not committed is not seen, and not kept either.
    let transaction = server.db.begin().await.unwrap();
    let rename = "UPDATE partner SET name = 'Third' WHERE partner_id = 'b'";
    transaction.execute_unprepared(rename).await.unwrap();
    let (meanwhile, _) = asked(&server, &server.key, newest).await;
    assert_eq!(meanwhile["data"]["partner"]["name"], "Another");
    transaction.commit().await.unwrap();
    let (after, _) = asked(&server, &server.key, newest).await;
    assert_eq!(after["data"]["partner"]["name"], "Third");
}

#[tokio::test]
async fn every_kind_of_reference_data_counts() {
    let server = Server::start().await;
    let query = "{workloads {name} products {name} locations {name}}";
    for table in ["offering", "location"] {
        for _ in 0..2 {
            asked(&server, &server.key, query).await;
        }
        let rename = format!("UPDATE {table} SET name = 'Renamed {table}' WHERE id > 0");
        change(&server, &rename).await;
        let (answer, _) = asked(&server, &server.key, query).await;
        let told = answer.to_string();
        assert!(told.contains(&format!("Renamed {table}")), "{told}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_by_every_server() {
    let server = Server::start().await;
    let (other, _operations) = server.another().await;
    let key = keys::key(&server.db, Role::Analyst, &[]).await;
    for address in [&server.address, &other, &server.address, &other] {
        assert_eq!(status(address, &key).await, StatusCode::OK);
    }
    let named = Named::Text(&key[..12]);
    revoke_key(&server.db, &Actor::command_line(), named, clock::now())
        .await
        .unwrap();
    for address in [&server.address, &other] {
        assert_eq!(status(address, &key).await, StatusCode::UNAUTHORIZED);
    }
    // Nobody else is.
    assert_eq!(status(&other, &server.key).await, StatusCode::OK);
}

#[tokio::test]
async fn a_key_that_ends_or_changes_is_what_it_is_now() {
    let server = Server::start().await;
    let key = keys::key(&server.db, Role::Analyst, &[]).await;
    let (seen, _) = asked(&server, &key, CARD).await;
    assert!(seen["data"]["scorecard"].is_object());
    let narrow = format!(
        "UPDATE api_key SET role = 'operator' WHERE prefix = '{}'",
        &key[..12]
    );
    change(&server, &narrow).await;
    let (refused, _) = asked(&server, &key, CARD).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let end = format!(
        "UPDATE api_key SET expires_at = '2020-01-01T00:00:00+00:00' WHERE prefix = '{}'",
        &key[..12]
    );
    change(&server, &end).await;
    assert_eq!(
        status(&server.address, &key).await,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn whoever_sees_less_gets_an_answer_of_their_own() {
    let server = Server::start().await;
    let everything = "{scorecards {nodes {partner {partnerId}}} partners {nodes {partnerId}}}";
    let ids = |answer: &Value| {
        let nodes = answer["data"]["scorecards"]["nodes"].as_array().unwrap();
        let ids = nodes.iter().map(|node| &node["partner"]["partnerId"]);
        ids.cloned().collect::<Vec<_>>()
    };
    let a = keys::key(&server.db, Role::Partner, &["b"]).await;
    let same_a = keys::key(&server.db, Role::Partner, &["b"]).await;
    let b = keys::key(&server.db, Role::Partner, &["c"]).await;
    for _ in 0..2 {
        assert!(ids(&asked(&server, &server.key, everything).await.0).len() > 2);
        assert_eq!(ids(&asked(&server, &a, everything).await.0), [json!("b")]);
        assert_eq!(ids(&asked(&server, &b, everything).await.0), [json!("c")]);
    }
    // Those with the same rights share one.
    let (shared, statements) = asked(&server, &same_a, everything).await;
    assert_eq!((ids(&shared), statements), (vec![json!("b")], 0));
    // Who asks is no part of an answer that is shared.
    for key in [&a, &same_a, &server.key] {
        let (viewer, _) = asked(&server, key, "{viewer {role} metrics {name}}").await;
        let role = if key == &server.key {
            "ADMIN"
        } else {
            "PARTNER"
        };
        assert_eq!(viewer["data"]["viewer"]["role"], role);
    }
}

#[tokio::test]
async fn what_is_kept_is_paid_for_all_the_same() {
    let server = Server::start_with(&[("PEERBAND_GRAPHQL_COST_PER_MINUTE", "1000")]).await;
    let mut spent = false;
    for _ in 0..200 {
        match status(&server.address, &server.key).await {
            StatusCode::OK if !spent => {}
            StatusCode::TOO_MANY_REQUESTS => spent = true,
            other => panic!("{other}"),
        }
        if spent {
            break;
        }
    }
    assert!(spent);
}

#[tokio::test]
async fn a_kept_answer_has_the_tag_of_a_new_one() {
    let server = Server::start().await;
    let ask = async |tag: Option<&str>| {
        let url = format!("{}/graphql", server.address);
        let mut request = reqwest::Client::new().get(url).query(&[("query", CARD)]);
        request = request.bearer_auth(&server.key);
        if let Some(tag) = tag {
            request = request.header("if-none-match", tag);
        }
        let answer = request.send().await.unwrap();
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        (answer.status(), tag)
    };
    let (status, tag) = ask(None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(ask(None).await, (StatusCode::OK, tag.clone()));
    assert_eq!(ask(Some(&tag)).await, (StatusCode::NOT_MODIFIED, tag));
}

#[tokio::test]
async fn errors_and_explanations_are_made_anew() {
    let server = Server::start_with(&[("PEERBAND_GRAPHQL_KEPT_ROWS_MEGABYTES", "0")]).await;
    for query in [
        "{scorecard(partnerId: \"nobody\") {id} snapshot {asOf}}",
        "{snapshot(asOf: \"1999-01-01\") {asOf} scorecard(partnerId: \"b\", asOf: \"1999-01-01\") {id}}",
        "{jobs {name lastRun {state}} snapshot {asOf}}",
    ] {
        asked(&server, &server.key, query).await;
        let (_, statements) = asked(&server, &server.key, query).await;
        assert!(statements > 0, "{query}");
    }
}

#[tokio::test]
async fn nothing_is_kept_where_the_settings_say_so() {
    let server = Server::start_with(&[
        ("PEERBAND_GRAPHQL_KEPT_MEGABYTES", "0"),
        ("PEERBAND_GRAPHQL_KEPT_ROWS_MEGABYTES", "0"),
    ])
    .await;
    asked(&server, &server.key, CARD).await;
    let (_, statements) = asked(&server, &server.key, CARD).await;
    assert!(statements > 0);
}

#[tokio::test]
async fn other_questions_about_the_same_rows_need_no_look() {
    let server = Server::start_with(&[("PEERBAND_GRAPHQL_KEPT_MEGABYTES", "0")]).await;
    let slice = "slice: {location: \"europe\"}";
    let of = |partner: &str, fields: &str| {
        format!("{{scorecard(partnerId: \"{partner}\", {slice}) {{{fields}}}}}")
    };
    let fields = "partner {name} slice {name} measures {peers rank bands {min}}";
    let (all, _) = asked(&server, &server.key, &of("b", fields)).await;
    assert!(all["data"]["scorecard"].is_object(), "{all}");
    for fields in [
        "measures {value percentile bands {max partners}}",
        "partner {name} slice {name} measures {rank}",
    ] {
        server.take_reads();
        server
            .ask_as(&server.key, &of("b", fields), json!({}))
            .await;
        let statements = server.statements();
        assert!(statements.is_empty(), "{fields}: {statements:#?}");
    }
    // What is kept for one is not there for another who may not see it.
    let other = keys::key(&server.db, Role::Partner, &["c"]).await;
    for _ in 0..2 {
        let (hidden, _) = asked(&server, &other, &of("b", "id")).await;
        let (absent, _) = asked(&server, &other, &of("nobody", "id")).await;
        assert_eq!(hidden["data"]["scorecard"], Value::Null);
        let told = |answer: &Value| answer["errors"][0]["extensions"].clone();
        assert_eq!(told(&hidden), told(&absent));
        let query = "{partner(by: {partnerId: \"b\"}) {name}}";
        let (hidden, _) = asked(&server, &other, query).await;
        assert_eq!(
            hidden,
            json!({ "data": { "partner": null }, "extensions": hidden["extensions"] })
        );
    }
    let own = keys::key(&server.db, Role::Partner, &["b"]).await;
    let (seen, _) = asked(&server, &own, &of("b", "partner {name}")).await;
    assert_eq!(
        seen["data"]["scorecard"]["partner"],
        all["data"]["scorecard"]["partner"]
    );
}

#[tokio::test]
async fn kept_rows_are_what_they_are_now() {
    let server = Server::start_with(&[("PEERBAND_GRAPHQL_KEPT_MEGABYTES", "0")]).await;
    let query = "{snapshot {asOf revision} partner(by: {partnerId: \"b\"}) {name}
        workloads {name} locations {name}
        scorecard(partnerId: \"b\", slice: {workload: \"analytics\"}) {slice {name} partner {name}}}";
    for _ in 0..2 {
        asked(&server, &server.key, query).await;
    }
    let (before, _) = asked(&server, &server.key, query).await;
    for (table, column) in [
        ("partner", "name"),
        ("offering", "name"),
        ("location", "name"),
    ] {
        let rename = format!("UPDATE {table} SET {column} = 'Renamed {table}' WHERE id > 0");
        change(&server, &rename).await;
        let (after, _) = asked(&server, &server.key, query).await;
        assert!(
            after.to_string().contains(&format!("Renamed {table}")),
            "{after}"
        );
    }
    change(
        &server,
        "UPDATE snapshot SET state = 'published' WHERE state = 'building'",
    )
    .await;
    let (after, _) = asked(&server, &server.key, query).await;
    assert_ne!(after["data"]["snapshot"], before["data"]["snapshot"]);
}
