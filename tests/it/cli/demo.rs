//! `peerband demo`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::served::{Served, shown_key};
use super::{Sender, execute, stderr, wait};
use crate::harness::database;

/// Where a demo lies.
struct Place {
    folder: tempfile::TempDir,
    database: String,
}

impl Place {
    fn new() -> Place {
        Place {
            folder: tempfile::tempdir().unwrap(),
            database: wait(database::url()),
        }
    }

    fn data_dir(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = database::program(&self.database);
        command
            .args(["demo", "--listen", "127.0.0.1:0"])
            .args(more)
            .env("PEERBAND_DATA_DIR", self.data_dir());
        command
    }
}

/// The as-of dates of all snapshots, newest first.
fn dates(served: &Served) -> Vec<kernel::Day> {
    let data = served.ask("{ snapshots(first: 50) { nodes { asOf revision } } }");
    let nodes = data["snapshots"]["nodes"].as_array().unwrap().clone();
    assert!(nodes.iter().all(|node| node["revision"] == 1), "{nodes:?}");
    let date = |node: &Value| node["asOf"].as_str().unwrap().parse().unwrap();
    nodes.iter().map(date).collect()
}

/// Whether no list is empty, however deep. What a measure has can be null, for not every partner has every value.
fn is_filled(value: &Value) -> bool {
    match value {
        Value::Array(values) => !values.is_empty() && values.iter().all(is_filled),
        Value::Object(fields) => fields.values().all(is_filled),
        _ => true,
    }
}

#[test]
fn the_demo_serves_a_year_answers_its_queries_and_is_there_again_the_next_time() {
    let place = Place::new();
    let served = Served::start(&mut place.command(&["--partners", "40"]));

    let made = dates(&served);
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
        let data = served.ask(query);
        let fields = data.as_object().unwrap();
        assert!(fields.values().all(|field| !field.is_null()), "{data:#}");
        assert!(is_filled(&data), "{query}: {data:#}");
    }
    let keys = ["admin", "operator", "analyst", "partner", "integrator"].map(|role| {
        shown_key(&served.told, role).unwrap_or_else(|| panic!("no key of the role {role}"))
    });
    assert_eq!(served.stop().code(), Some(0));

    // Once more, without saying how it was made: nothing is made again.
    let again = Served::start(&mut place.command(&[]));
    assert_eq!(dates(&again), made);
    let told = &again.told;
    assert!(!keys.contains(&again.key), "each start has keys of its own");
    assert!(told[0].starts_with("ready after"), "{told:?}");
    assert_eq!(again.stop().code(), Some(0));

    let other = place.command(&["--partners", "41"]).output().unwrap();
    assert_eq!(other.status.code(), Some(2));
    assert!(
        stderr(&other).contains("a demo of 40 partners made from seed 7"),
        "{}",
        stderr(&other)
    );
}

#[test]
fn a_demo_that_was_stopped_half_way_is_made_whole() {
    let place = Place::new();
    let served = Served::start(&mut place.command(&["--partners", "5"]));
    let made = dates(&served);
    drop(served);

    // As if it had been killed while the program was taken in and before the last two dates.
    let kept = place.data_dir().join("demo.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
    assert!(state["partner_id"].take().is_string());
    std::fs::write(&kept, state.to_string()).unwrap();
    let newest = format!("DELETE FROM snapshot WHERE as_of >= {}", made[1].0);
    execute(&place.database, &place.data_dir(), &newest);

    let again = Served::start(&mut place.command(&[]));
    assert_eq!(dates(&again), made);
    let published = again.told.iter().filter(|line| line.ends_with("published"));
    assert_eq!(published.count(), 2, "{:?}", again.told);
}

#[test]
fn a_real_program_is_left_alone() {
    let sender = Sender::new();
    let before = sender.run(&["batches", "list"]).stdout;
    let refused = sender.run(&["demo", "--partners", "5", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("holds a program"),
        "{}",
        stderr(&refused)
    );
    assert!(sender.run(&["batches", "list"]).stdout == before);
}
