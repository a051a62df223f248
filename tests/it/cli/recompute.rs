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

#[test]
fn dates_that_cannot_be_meant_are_refused_with_the_cure() {
    let sender = Sender::new();
    for (dates, told) in [
        (
            ["--from", "2026-10-31", "--to", "2026-10-01"],
            "exchange them",
        ),
        (
            ["--from", "2026-10-01", "--to", "2026-10-15"],
            "widen the dates",
        ),
    ] {
        let mut args = vec!["recompute", "--every", "month-end"];
        args.extend(dates);
        let refused = sender.run(&args);
        assert_eq!(refused.status.code(), Some(2), "{dates:?}");
        assert!(stderr(&refused).contains(told), "{}", stderr(&refused));
    }
}

#[test]
fn several_dates_are_published_in_their_order() {
    let sender = Sender::new();
    let file = format!("{HEADER}{}", row("e", "c", "1", "USD"));
    sender.ingest("revenue", "a.csv", &file, &[]);
    let args = ["recompute", "--from", "2026-08-01", "--to", "2026-10-31"];
    let told = sender.run(&[&args[..], &["--every", "month-end", "--format", "json"]].concat());
    assert_eq!(told.status.code(), Some(0), "{}", stderr(&told));
    let lines: Vec<serde_json::Value> = String::from_utf8(told.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let dates: Vec<_> = lines.iter().map(|line| &line["as_of"]).collect();
    assert_eq!(dates, ["2026-08-31", "2026-09-30", "2026-10-31"]);
    // The amount is of October.
    assert_eq!(lines[1]["scorecards"], 0);
    assert_ne!(lines[2]["scorecards"], 0);
}
