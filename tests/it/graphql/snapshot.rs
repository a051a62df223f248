//! `snapshot` and `snapshots`.

use serde_json::json;

use crate::harness::Server;

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
