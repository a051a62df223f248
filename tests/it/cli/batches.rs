//! `peerband batches`.

use super::{HEADER, Sender, row, stderr};

#[test]
fn the_last_batch_counts_and_deleting_it_brings_the_earlier_row_back() {
    let sender = Sender::new();
    for (name, amount) in [("a.csv", "1"), ("b.csv", "2")] {
        let stored = sender.ingest(
            "revenue",
            name,
            &format!("{HEADER}{}", row("e", "c", amount, "USD")),
            &[],
        );
        assert_eq!(stored.status.code(), Some(0), "{}", stderr(&stored));
    }
    assert_eq!(sender.revenue(), "2.0000");
    assert_eq!(
        sender
            .run(&["batches", "delete", "revenue", "b"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(sender.revenue(), "1.0000");
    assert_eq!(
        sender
            .run(&["batches", "delete", "revenue", "b"])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(
        sender
            .run(&["batches", "delete", "partners", "all"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn batches_are_listed_in_commit_order_as_text_or_json() {
    let sender = Sender::new();
    for name in ["b.csv", "a.csv"] {
        let stored = sender.ingest(
            "revenue",
            name,
            &format!("{HEADER}{}", row(name, "c", "1", "USD")),
            &[],
        );
        assert_eq!(stored.status.code(), Some(0), "{}", stderr(&stored));
    }
    let listed = sender.run(&["batches", "list", "revenue", "--format", "json"]);
    assert_eq!(listed.status.code(), Some(0), "{}", stderr(&listed));
    for (line, batch) in String::from_utf8(listed.stdout)
        .unwrap()
        .lines()
        .zip(["b", "a"])
    {
        let mut told: serde_json::Value = serde_json::from_str(line).unwrap();
        let committed_at = told["committed_at"].take();
        let committed_at = committed_at.as_str().unwrap();
        assert!(
            committed_at
                .parse::<chrono::DateTime<chrono::Utc>>()
                .is_ok()
        );
        assert_eq!(
            told,
            serde_json::json!({
                "dataset": "revenue", "batch": batch, "rows": 1, "rejected": 0, "committed_at": null
            })
        );
    }
    let listed = sender.run(&["batches", "list"]);
    let lines = String::from_utf8(listed.stdout).unwrap();
    // The heading, four of reference data, two of facts.
    assert_eq!(lines.lines().count(), 7, "{lines}");
    assert!(lines.ends_with(" a\n"), "{lines}");
}
