//! `batches`.

use serde_json::json;

use crate::harness::Server;

#[tokio::test]
async fn batches_are_listed_last_first() {
    let server = Server::start().await;
    let data = server
        .ask(
            "{batches {totalCount nodes {dataset batchId sequence rowCount rejectedCount committedAt}}
              revenue: batches(dataset: REVENUE, first: 1) {totalCount nodes {batchId} pageInfo {hasNextPage}}}",
        )
        .await
        .data();
    let batches = &data["batches"];
    assert_eq!(batches["totalCount"], 3);
    assert_eq!(
        batches["nodes"][0],
        json!({ "dataset": "REVENUE", "batchId": "batch 2", "sequence": 3, "rowCount": 100, "rejectedCount": 2,
                "committedAt": "2026-11-23T02:00:00+00:00" })
    );
    assert_eq!(batches["nodes"][2]["dataset"], "PARTNERS");
    assert_eq!(
        data["revenue"],
        json!({ "totalCount": 2, "nodes": [{ "batchId": "batch 2" }], "pageInfo": { "hasNextPage": true } })
    );
}
