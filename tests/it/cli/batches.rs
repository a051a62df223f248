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
