//! docs/api.md: each request is asked, and each answer compared. `PEERBAND_TEST_WRITE=1` writes the answers anew.

use serde_json::Value;

use crate::harness::Server;

#[tokio::test]
async fn the_tour_shows_true_answers() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let server = Server::start().await;
    let mut written = String::new();
    let mut asked = 0;
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("```graphql\n") {
        let (query, after) = after.split_once("```\n").unwrap();
        let (between, after) = after.split_once("```json\n").unwrap();
        let (shown, after) = after.split_once("```").unwrap();
        let found = server.ask(query).await.0;
        asked += 1;
        if std::env::var_os("PEERBAND_TEST_WRITE").is_none() {
            let shown: Value = serde_json::from_str(shown).unwrap();
            assert_eq!(found, shown, "{query}");
        }
        let found = serde_json::to_string_pretty(&found).unwrap();
        written += &format!("{before}```graphql\n{query}```\n{between}```json\n{found}\n```");
        rest = after;
    }
    written += rest;
    assert!(asked >= 8, "{asked} requests");
    if std::env::var_os("PEERBAND_TEST_WRITE").is_some() {
        std::fs::write(path, written).unwrap();
    }
}
