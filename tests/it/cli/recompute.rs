//! `peerband recompute`.

use super::{HEADER, Sender, row, stderr};

#[test]
fn an_amount_without_a_rate_stops_the_run_and_publishes_nothing() {
    let sender = Sender::new();
    let file = format!("{HEADER}{}", row("e", "c", "1", "CHF"));
    assert_eq!(
        sender.ingest("revenue", "a.csv", &file, &[]).status.code(),
        Some(0)
    );
    let stopped = sender.run(&["recompute", "--as-of", "2026-10-31"]);
    assert_eq!(stopped.status.code(), Some(1));
    assert!(
        stderr(&stopped).contains("CHF first on 2026-10-01"),
        "{}",
        stderr(&stopped)
    );
    let exported = sender.run(&["export", "scorecards", "--as-of", "2026-10-31"]);
    assert_eq!(exported.status.code(), Some(1));
}
