//! What clients learn when the server fails.

use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::harness::Server;

async fn break_settings(server: &Server) {
    let transaction: DatabaseTransaction = server.db.begin().await.unwrap();
    transaction
        .execute_unprepared("UPDATE snapshot SET settings = 'a secret of the server'")
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn an_internal_failure_tells_its_place_and_not_its_cause() {
    let server = Server::start().await;
    break_settings(&server).await;
    let answer = server
        .ask("{program {timezone newestSnapshot {asOf}} scorecards(first: 1) {totalCount}}")
        .await;
    let errors = answer.0["errors"].as_array().unwrap();
    let mut paths: Vec<String> = errors
        .iter()
        .map(|error| {
            assert_eq!(error["extensions"]["code"], "INTERNAL");
            assert_eq!(error["message"], "the server failed; its log says why");
            error["path"].to_string()
        })
        .collect();
    paths.sort();
    assert_eq!(
        paths,
        [r#"["program","newestSnapshot"]"#, r#"["scorecards"]"#]
    );
    assert_eq!(answer.0["data"]["program"]["timezone"], "UTC");
    assert!(!answer.0.to_string().contains("secret"));
}

#[tokio::test]
async fn a_slow_query_is_given_up() {
    let server = Server::start_with(&[("PEERBAND_GRAPHQL_TIMEOUT_SECONDS", "0")]).await;
    // Each level waits for the one above it, which no database is fast enough for.
    let query = "{scorecards {nodes {slice {name} partner {scorecard {measures {bands {min}}}}}}}";
    let answer = server.ask(query).await;
    answer.fails("UNAVAILABLE", "took too long");
}

#[tokio::test]
async fn without_a_snapshot_figures_are_not_found() {
    let server = Server::start().await;
    let transaction = server.db.begin().await.unwrap();
    transaction
        .execute_unprepared("UPDATE snapshot SET state = 'building'")
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    for field in [
        "scorecard(partnerId: \"B\") {id}",
        "scorecards {totalCount}",
        "peerBands {peers}",
    ] {
        let answer = server.ask(&format!("{{{field}}}")).await;
        answer.fails("NOT_FOUND", "no snapshot is published yet");
    }
    let data = server
        .ask("{snapshot {asOf} snapshots {totalCount} program {newestSnapshot {asOf}}}")
        .await
        .data();
    assert!(data["snapshot"].is_null() && data["program"]["newestSnapshot"].is_null());
    assert_eq!(data["snapshots"]["totalCount"], 0);
}
