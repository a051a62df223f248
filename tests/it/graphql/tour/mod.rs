//! docs/api.md: each request is asked, in its order, and each answer compared. `PEERBAND_TEST_WRITE=1` writes the answers
//! anew, and the table of error codes.

mod codes;
mod program;

use std::time::Duration;

use futures_util::StreamExt;
use peerband::service::operation::Operations;
use peerband::store::api_key::Role;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::{keys, serve};

/// What a subscription of the tour is told of.
const RUN: &str =
    r#"mutation {runJob(input: {job: "recompute_snapshot", asOf: "2026-11-30"}) {jobRun {id}}}"#;

struct Guide {
    address: String,
    key: String,
}

impl Guide {
    fn request(&self, query: &str) -> RequestBuilder {
        Client::new()
            .post(format!("{}/graphql", self.address))
            .bearer_auth(&self.key)
            .json(&json!({ "query": query }))
    }

    async fn ask(&self, query: &str) -> Value {
        let answer = self.request(query).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// The first event of a subscription, over server-sent events.
    async fn listen(&self, query: &str) -> Value {
        let request = self.request(query).header("accept", "text/event-stream");
        let mut events = request.send().await.unwrap().bytes_stream();
        assert!(self.ask(RUN).await["errors"].is_null());
        let mut told = String::new();
        let first = async {
            loop {
                let piece = events.next().await.unwrap().unwrap();
                told += std::str::from_utf8(&piece).unwrap();
                let data = told.split("\n\n").find_map(|event| {
                    let (_, data) = event.split_once("event: next\ndata: ")?;
                    serde_json::from_str(data).ok()
                });
                if let Some(data) = data {
                    return data;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), first)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn the_tour_shows_true_answers() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let writes = std::env::var_os("PEERBAND_TEST_WRITE").is_some();
    let product = program::start().await;
    let guide = Guide {
        address: serve(&Operations::new(&product.app)).await,
        key: keys::key(product.app.db(), Role::Admin, &[]).await,
    };
    let mut written = String::new();
    let (mut asked, mut listened) = (0, 0);
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("```graphql\n") {
        let (query, after) = after.split_once("```\n").unwrap();
        let (between, after) = after.split_once("```json\n").unwrap();
        let (shown, after) = after.split_once("```").unwrap();
        let found = if query.starts_with("subscription") {
            listened += 1;
            guide.listen(query).await
        } else {
            guide.ask(query).await
        };
        asked += 1;
        if !writes {
            let shown: Value = serde_json::from_str(shown).unwrap();
            assert_eq!(found, shown, "{query}");
        }
        let found = serde_json::to_string_pretty(&found).unwrap();
        written += &format!("{before}```graphql\n{query}```\n{between}```json\n{found}\n```");
        rest = after;
    }
    written += rest;
    assert!(asked >= 13 && listened == 1, "{asked} requests");
    let written = codes::with_table(&written);
    if writes {
        std::fs::write(path, written).unwrap();
    } else {
        assert_eq!(codes::with_table(&text), text, "the codes are others");
    }
}

/// What a reader is to learn from the tour must be in it.
#[test]
fn the_tour_shows_what_it_is_about() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md"));
    let page = page.unwrap();
    for shown in [
        "\"reason\": \"COUNTED\"",
        "\"reason\": \"SUPERSEDED\"",
        "\"unexplained\": null",
        "\"hasPreviousPage\": true",
        "reach",
        "font atteindre",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}
