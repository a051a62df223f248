//! `node` and `nodes`.

use serde_json::{Value, json};

use crate::harness::Server;

#[tokio::test]
async fn every_global_id_leads_back() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{partner(by: {partnerId: "B"}) {id} products {id} workloads {id} locations {id} snapshot {id}
               scorecard(partnerId: "B") {id} jobRuns(first: 1) {nodes {id}} batches(first: 1) {nodes {id}}}"#,
        )
        .await
        .data();
    let ids: Vec<(&str, Value)> = vec![
        ("Partner", data["partner"]["id"].clone()),
        ("Product", data["products"][0]["id"].clone()),
        ("Workload", data["workloads"][0]["id"].clone()),
        ("Location", data["locations"][0]["id"].clone()),
        ("Snapshot", data["snapshot"]["id"].clone()),
        ("Scorecard", data["scorecard"]["id"].clone()),
        ("JobRun", data["jobRuns"]["nodes"][0]["id"].clone()),
        ("Batch", data["batches"]["nodes"][0]["id"].clone()),
    ];
    let all: Vec<&Value> = ids.iter().map(|(_, id)| id).collect();
    let nodes = server
        .ask_with(
            "query ($ids: [ID!]!) {nodes(ids: $ids) {__typename id}}",
            json!({ "ids": all }),
        )
        .await
        .data();
    for (at, (kind, id)) in ids.iter().enumerate() {
        assert_eq!(nodes["nodes"][at], json!({ "__typename": kind, "id": id }));
        let node = server
            .ask_with(
                "query ($id: ID!) {node(id: $id) {__typename id}}",
                json!({ "id": id }),
            )
            .await
            .data();
        assert_eq!(node["node"], nodes["nodes"][at]);
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_published_is_null() {
    let server = Server::start().await;
    // In order: nonsense, the world, everything, the snapshot being built and a scorecard of it.
    let ids = [
        "nonsense",
        "TG9jYXRpb246MA",
        "UHJvZHVjdDow",
        "U25hcHNob3Q6NA",
        "U2NvcmVjYXJkOjQuMS44",
    ];
    let data = server
        .ask_with(
            "query ($ids: [ID!]!) {nodes(ids: $ids) {id}}",
            json!({ "ids": ids }),
        )
        .await
        .data();
    assert_eq!(data["nodes"], json!([null, null, null, null, null]));
    let many = vec!["x"; 101];
    server
        .ask_with(
            "query ($ids: [ID!]!) {nodes(ids: $ids) {id}}",
            json!({ "ids": many }),
        )
        .await
        .fails("BAD_INPUT", "at most 100");
}
