//! `peerband ingest --dir`.

use std::fs;
use std::path::Path;

use super::{HEADER, Sender, json, row, stderr, text};

/// Takes a folder of these files in.
fn ingest(sender: &Sender, files: &[(&str, &str)]) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    sender.run(&["ingest", "--dir", text(folder.path()), "--format", "json"])
}

fn batches(output: &std::process::Output) -> Vec<String> {
    let summary = json(output);
    let batches = summary["batches"].as_array().unwrap().iter();
    let told = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    batches
        .map(|batch| format!("{} {}", told(&batch["dataset"]), told(&batch["batch"])))
        .collect()
}

fn refuses(files: &[(&str, &str)], says: &str) {
    let sender = Sender::new();
    let refused = ingest(&sender, files);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains(says), "{}", stderr(&refused));
    assert!(json(&refused)["error"].as_str().unwrap().contains(says));
    assert_eq!(json(&refused)["batches"].as_array().unwrap().len(), 0);
}

#[test]
fn reference_data_comes_first_and_files_in_the_order_of_their_names() {
    let sender = Sender::new();
    let event = |id: &str| format!("{HEADER}{}", row(id, "new", "1", "USD"));
    let stored = ingest(
        &sender,
        &[
            ("revenue/2026-10.csv", &event("e3")),
            ("revenue/2026-09.csv", &event("e2")),
            ("revenue.csv", &event("e1")),
            ("customers.csv", "customer_id,location_id\nnew,FR\n"),
            (
                "associations.ndjson",
                r#"{"customer_id":"new","partner_id":"p","association_type":"DPOR","starts_on":"2020-01-01"}"#,
            ),
            // Left beside the data, and not data.
            ("README.md", "Our program."),
            (".hidden.csv", "x"),
            ("revenue/_SUCCESS", ""),
            ("revenue/.part.crc", ""),
        ],
    );
    assert_eq!(stored.status.code(), Some(0), "{}", stderr(&stored));
    assert_eq!(
        batches(&stored),
        [
            "customers customers",
            "associations associations",
            "revenue 2026-09",
            "revenue 2026-10",
            "revenue revenue",
        ]
    );
    assert_eq!(sender.revenue(), "3.0000");
}

#[test]
fn what_would_be_passed_over_is_refused_by_name_and_nothing_is_stored() {
    let good = ("products.csv", "product_id,name\nx,X\n");
    refuses(
        &[good, ("revenues.csv", "x")],
        "revenues.csv: no dataset has this file's name",
    );
    refuses(&[good, ("Usage.csv", "x")], "Usage.csv: no dataset");
    refuses(
        &[good, ("usages/1.csv", "x")],
        "usages: no dataset has this folder's name",
    );
    refuses(
        &[good, ("usage.csv.bz2", "x")],
        "usage.csv.bz2: the ending tells no format",
    );
    refuses(
        &[good, ("usage/1.xlsx", "x")],
        "1.xlsx: the ending tells no format",
    );
    refuses(
        &[good, ("usage/2026/1.csv", "x")],
        "2026 is a folder in a folder",
    );
}

#[test]
fn two_files_of_one_batch_are_refused() {
    refuses(
        &[("usage/1.csv", "x"), ("usage/1.ndjson.gz", "x")],
        "makes the batch \"1\" too",
    );
    refuses(
        &[("usage.csv", "x"), ("usage/usage.csv", "x")],
        "makes the batch \"usage\" too",
    );
}

#[test]
fn a_folder_without_data_or_that_is_not_there_is_refused() {
    refuses(&[], "holds no <dataset>.<ending> file");
    refuses(
        &[("notes.txt", "x"), ("usage/.hidden", "")],
        "holds no <dataset>",
    );
    let sender = Sender::new();
    let absent = sender.run(&["ingest", "--dir", text(Path::new("/nowhere"))]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(
        stderr(&absent).contains("cannot read the folder /nowhere"),
        "{}",
        stderr(&absent)
    );
}

#[test]
fn a_link_that_leads_nowhere_is_refused_not_passed_over() {
    let sender = Sender::new();
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("absent.csv", folder.path().join("usage.csv")).unwrap();
    let refused = sender.run(&["ingest", "--dir", text(folder.path())]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("usage.csv: cannot be read"),
        "{}",
        stderr(&refused)
    );
}
