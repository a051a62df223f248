//! `node` and `nodes`.

use serde_json::{Value, json};

use peerband::store::api_key::Role;

use crate::harness::{Server, keys};

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

const SCORECARD: &str = "__typename id measures {exact withheld bands {min max}}";
const SNAPSHOT: &str = "__typename id asOf scorecards {totalCount}";

/// What staff see in a partner's preview is something else than what they see by themselves, for caches, too.
#[tokio::test]
async fn the_id_of_a_preview_leads_back_to_the_preview() {
    let server = Server::start().await;
    let below = format!("{SCORECARD} snapshot {{{SNAPSHOT}}}");
    let query = format!(
        "query ($ids: [ID!]!) {{nodes(ids: $ids) {{... on Scorecard {{{below}}} ... on Snapshot {{{SNAPSHOT}}}}}}}"
    );
    let both = format!(
        r#"{{own: scorecard(partnerId: "k") {{{below}}}
            preview: scorecard(partnerId: "k", audience: PARTNER) {{{below}}}}}"#
    );
    let data = server.ask(&both).await.data();
    let views = ["own", "preview"].map(|view| [data[view].clone(), data[view]["snapshot"].clone()]);
    let views = views.concat();
    let mut ids: Vec<Value> = views.iter().map(|view| view["id"].clone()).collect();
    let nodes = server.ask_with(&query, json!({ "ids": ids })).await.data();
    assert_eq!(nodes["nodes"], json!(views));
    assert_ne!(views[0]["measures"], views[2]["measures"]);
    assert_eq!(views[3]["scorecards"]["totalCount"], 1);

    // A partner has one view, its own, and the same ids whatever it asks for.
    let key = keys::key(&server.db, Role::Partner, &["k"]).await;
    let data = server.ask_as(&key, &both, json!({})).await.data();
    assert_eq!(data["own"], data["preview"]);
    assert_eq!(data["own"]["measures"], views[2]["measures"]);
    let nodes = server
        .ask_as(&key, &query, json!({ "ids": ids }))
        .await
        .data();
    let own = &data["own"];
    assert_eq!(nodes["nodes"], json!([own, own["snapshot"], null, null]));
    // Another's are not there, nor are those of nobody.
    let key = keys::key(&server.db, Role::Partner, &["l"]).await;
    ids.remove(1);
    let nodes = server
        .ask_as(&key, &query, json!({ "ids": ids }))
        .await
        .data();
    assert_eq!(nodes["nodes"], json!([null, null, null]));
    // Snapshot:3.99 and Scorecard:3.1.99.preview.
    let ids = ["U25hcHNob3Q6My45OQ", "U2NvcmVjYXJkOjMuMS45OS5wcmV2aWV3"];
    let nodes = server.ask_with(&query, json!({ "ids": ids })).await.data();
    assert_eq!(nodes["nodes"], json!([null, null]));
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
