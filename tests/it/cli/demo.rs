//! `peerband demo`.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::served::Served;
use super::{Sender, peerband, stderr};

fn command(data_dir: &Path, more: &[&str]) -> Command {
    let mut command = peerband();
    command
        .args(["demo", "--listen", "127.0.0.1:0"])
        .args(more)
        .env("PEERBAND_DATA_DIR", data_dir);
    command
}

fn run(data_dir: &Path, more: &[&str]) -> Output {
    command(data_dir, more).output().unwrap()
}

/// The as-of dates of all snapshots, newest first.
async fn dates(served: &Served) -> Vec<kernel::Day> {
    let data = served
        .ask("{ snapshots(first: 50) { nodes { asOf revision } } }")
        .await;
    let nodes = data["snapshots"]["nodes"].as_array().unwrap().clone();
    assert!(nodes.iter().all(|node| node["revision"] == 1), "{nodes:?}");
    let date = |node: &Value| node["asOf"].as_str().unwrap().parse().unwrap();
    nodes.iter().map(date).collect()
}

/// Whether some list is not empty, however deep.
fn holds_something(value: &Value) -> bool {
    match value {
        Value::Array(values) => !values.is_empty() && values.iter().all(holds_something),
        Value::Object(fields) => fields.values().all(holds_something),
        Value::Null => false,
        _ => true,
    }
}

#[tokio::test]
async fn the_demo_serves_a_year_answers_its_queries_and_is_there_again_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("demo");
    let served = Served::start(&mut command(&data_dir, &["--partners", "40"]));

    let made = dates(&served).await;
    assert_eq!(made.len(), 13);
    for month_end in &made[1..] {
        assert_eq!(*month_end, month_end.month().last_day());
    }
    assert_eq!(made[12].month().0, made[0].month().0 - 12);
    assert!(
        served.told[0].starts_with("invented 40 partners"),
        "{:?}",
        served.told
    );
    // The oldest window is complete.
    let since: kernel::Day = served.told[0].rsplit(' ').next().unwrap().parse().unwrap();
    assert!(since <= kernel::Window::ending(made[12]).first);

    let queries: Vec<&String> = served
        .told
        .iter()
        .filter(|line| line.trim_start().starts_with('{'))
        .collect();
    assert_eq!(queries.len(), 3, "{:?}", served.told);
    for query in queries {
        let data = served.ask(query).await;
        assert!(holds_something(&data), "{query}: {data:#}");
    }
    assert_eq!(served.stop().code(), Some(0));

    // Once more, without saying how it was made: nothing is made again.
    let again = Served::start(&mut command(&data_dir, &[]));
    assert_eq!(dates(&again).await, made);
    let told = &again.told;
    assert!(told[0].starts_with("ready after"), "{told:?}");
    assert_eq!(again.stop().code(), Some(0));

    let other = run(&data_dir, &["--partners", "41"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(
        stderr(&other).contains("a demo of 40 partners made from seed 7"),
        "{}",
        stderr(&other)
    );
}

#[tokio::test]
async fn a_demo_that_was_stopped_half_way_is_made_whole() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("demo");
    let served = Served::start(&mut command(&data_dir, &["--partners", "5"]));
    let made = dates(&served).await;
    drop(served);

    // As if it had been killed while the program was taken in and before the last two dates.
    let kept = data_dir.join("demo.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
    assert!(state["partner_id"].take().is_string());
    std::fs::write(&kept, state.to_string()).unwrap();
    let url = format!("sqlite://{}/peerband.db", data_dir.display());
    let db = sea_orm::Database::connect(url).await.unwrap();
    let newest = format!("DELETE FROM snapshot WHERE as_of >= {}", made[1].0);
    sea_orm::ConnectionTrait::execute_unprepared(&db, &newest)
        .await
        .unwrap();
    drop(db);

    let again = Served::start(&mut command(&data_dir, &[]));
    assert_eq!(dates(&again).await, made);
    let published = again.told.iter().filter(|line| line.ends_with("published"));
    assert_eq!(published.count(), 2, "{:?}", again.told);
}

#[test]
fn a_real_program_is_left_alone() {
    let sender = Sender::new();
    let before = sender.run(&["batches", "list"]).stdout;
    let refused = run(&sender.path("data"), &["--partners", "5"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("holds a program"),
        "{}",
        stderr(&refused)
    );
    assert!(sender.run(&["batches", "list"]).stdout == before);
}
