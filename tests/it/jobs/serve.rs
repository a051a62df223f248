//! The real server: it makes up for the night it was not there, and stops when it is told to.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use peerband::clock;
use peerband::jobs::recompute_snapshots::recompute_snapshots;
use peerband::service::run::Stopper;
use peerband::store::api_key::Role;
use peerband::store::snapshot::published_dates;

use crate::harness::database;
use crate::harness::keys;
use crate::harness::product::Product;

/// Ends the server if the test fails.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_server_makes_up_for_nights_and_stops_when_told_to() {
    let product = Product::start(&[]).await;
    product.send_revenue("a", "2026-06-01", "10", "USD").await;
    // Two nights ago a server ran.
    let earlier = clock::now() - TimeDelta::days(2);
    let asked = Stopper::default().listen();
    let outcomes = recompute_snapshots(&product.app, earlier, earlier - TimeDelta::days(9), &asked);
    assert_eq!(outcomes.await.unwrap().len(), 1);

    let mut command = database::program("");
    command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("PEERBAND_DATA_DIR", product.data_dir())
        .envs(product.settings().iter().cloned())
        .stdout(Stdio::piped());
    let mut serving = Serving(command.spawn().unwrap());
    let mut line = String::new();
    // Kept to the end: the server has more to tell, and stops where nobody can hear it.
    let mut told = BufReader::new(serving.0.stdout.take().unwrap());
    told.read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("GraphQL: ").unwrap().to_owned();

    let begun = Instant::now();
    while published_dates(product.app.db()).await.unwrap().len() < 3 {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "no snapshot came"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let query = serde_json::json!({ "query": "{jobRuns(filter: {job: \"recompute_snapshot\"}) {nodes {state trigger factRowCount}}}" });
    let key = keys::key(product.app.db(), Role::Operator, &[]).await;
    let client = reqwest::Client::new();
    let answer = client
        .post(&url)
        .bearer_auth(&key)
        .json(&query)
        .send()
        .await
        .unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    let run = serde_json::json!({ "state": "SUCCEEDED", "trigger": "SCHEDULE", "factRowCount": 1 });
    assert_eq!(
        answer["data"]["jobRuns"]["nodes"],
        serde_json::json!([run, run, run])
    );

    let stopped = Command::new("kill")
        .args(["-TERM", &serving.0.id().to_string()])
        .status();
    assert!(stopped.unwrap().success());
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = serving.0.try_wait().unwrap() {
            break status;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "it does not stop"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(status.code(), Some(0));
}
