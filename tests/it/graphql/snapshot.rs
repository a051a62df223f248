//! `snapshot` and `snapshots`.

use peerband::store::api_key::Role;
use serde_json::json;

use crate::harness::{Server, keys};

#[tokio::test]
async fn snapshot_is_the_newest_published_or_that_of_a_date() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{newest: snapshot {asOf revision windowFirst windowLast settings {release {minPeers}} publishedAt
                 factRowCount sliceCount scorecardCount peerBandCount}
               earlier: snapshot(asOf: "2026-11-20") {asOf revision}
               first: snapshot(asOf: "2026-11-21", revision: 1) {revision}
               building: snapshot(asOf: "2026-11-22") {revision}
               never: snapshot(asOf: "2020-01-01") {revision}}"#,
        )
        .await
        .data();
    let newest = &data["newest"];
    assert_eq!(
        (&newest["asOf"], &newest["revision"]),
        (&json!("2026-11-21"), &json!(2))
    );
    assert_eq!(newest["windowFirst"], "2025-11-22");
    assert_eq!(newest["windowLast"], "2026-11-21");
    assert_eq!(newest["settings"]["release"]["minPeers"], 10);
    assert_eq!(
        data["earlier"],
        json!({ "asOf": "2026-11-20", "revision": 1 })
    );
    assert_eq!(data["first"]["revision"], 1);
    assert!(data["building"].is_null() && data["never"].is_null());
    server
        .ask(r#"{snapshot(asOf: "2026-11-31") {asOf}}"#)
        .await
        .fails("BAD_INPUT", "YYYY-MM-DD");
}

#[tokio::test]
async fn snapshots_are_listed_newest_first() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{snapshots {totalCount nodes {asOf revision}}
               all: snapshots(superseded: true) {totalCount nodes {asOf revision}}
               early: snapshots(to: "2026-11-20") {totalCount nodes {asOf}}
               late: snapshots(from: "2026-11-21") {totalCount nodes {asOf}}}"#,
        )
        .await
        .data();
    let of = |as_of: &str, revision: i32| json!({ "asOf": as_of, "revision": revision });
    let newest = [of("2026-11-21", 2), of("2026-11-20", 1)];
    assert_eq!(
        data["snapshots"],
        json!({ "totalCount": 2, "nodes": newest })
    );
    let all = [
        of("2026-11-21", 2),
        of("2026-11-21", 1),
        of("2026-11-20", 1),
    ];
    assert_eq!(data["all"], json!({ "totalCount": 3, "nodes": all }));
    assert_eq!(
        data["early"],
        json!({ "totalCount": 1, "nodes": [{ "asOf": "2026-11-20" }] })
    );
    assert_eq!(
        data["late"],
        json!({ "totalCount": 1, "nodes": [{ "asOf": "2026-11-21" }] })
    );
}

#[tokio::test]
async fn fields_below_a_snapshot_read_that_snapshot() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{snapshot(asOf: "2026-11-20") {
                 scorecard(partnerId: "Z") {snapshot {asOf}}
                 scorecards(first: 1) {nodes {snapshot {asOf} measure(metric: REVENUE) {exact}}}
                 peerBands(metrics: [REVENUE]) {peers}}
               now: scorecards(first: 1) {nodes {snapshot {asOf} measure(metric: REVENUE) {exact}}}}"#,
        )
        .await
        .data();
    let at = json!({ "asOf": "2026-11-20" });
    let snapshot = &data["snapshot"];
    assert_eq!(snapshot["scorecard"]["snapshot"], at);
    let node = &snapshot["scorecards"]["nodes"][0];
    assert_eq!(node["snapshot"], at);
    let now = &data["now"]["nodes"][0];
    assert_eq!(now["snapshot"]["asOf"], "2026-11-21");
    assert_ne!(now["measure"], node["measure"]);
}

/// Below a list, pages of several snapshots are read together.
#[tokio::test]
async fn pages_of_several_snapshots_are_those_that_are_asked_for_alone() {
    let server = Server::start().await;
    let partner = keys::key(&server.db, Role::Partner, &["b", "A-10"]).await;
    let cursor = server
        .ask("{scorecards(first: 3) {pageInfo {endCursor}}}")
        .await
        .data()["scorecards"]["pageInfo"]["endCursor"]
        .clone();
    for (key, arguments) in [
        (&server.key, String::new()),
        (&server.key, "(first: 4)".to_owned()),
        (&server.key, "(last: 3)".to_owned()),
        (&server.key, format!("(first: 5, after: {cursor})")),
        (&server.key, format!("(last: 2, before: {cursor})")),
        (
            &server.key,
            "(first: 3, slice: {workload: \"analytics\"}, orderBy: [{field: VALUE, metric: REVENUE, direction: DESC}],
              filter: {measure: {metric: REVENUE, min: -1000, hasValue: true}})"
                .to_owned(),
        ),
        (&partner, "(first: 1)".to_owned()),
        (&partner, String::new()),
    ] {
        let page = format!(
            "asOf revision scorecards{arguments} {{totalCount pageInfo {{hasNextPage hasPreviousPage startCursor endCursor}}
                edges {{cursor node {{partner {{partnerId name}} slice {{name}} measures {{exact band rank}}}}}}}}"
        );
        let all = format!("{{snapshots {{nodes {{{page}}}}}}}");
        let all = server.ask_as(key, &all, json!({})).await.data();
        let all = all["snapshots"]["nodes"].as_array().unwrap().clone();
        assert!(all.len() >= 2);
        for one in all {
            assert_ne!(one["scorecards"]["totalCount"], 0);
            let as_of = &one["asOf"];
            let alone = format!("{{snapshot(asOf: {as_of}) {{{page}}}}}");
            let alone = server.ask_as(key, &alone, json!({})).await.data();
            assert_eq!(one, alone["snapshot"], "{arguments}");
        }
    }
}
