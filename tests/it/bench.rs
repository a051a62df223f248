//! `peerband bench`: what it generates is a program that is taken in whole, and scoring finds what publishing writes.

use std::path::Path;
use std::process::Output;

use crate::harness::database;

fn run(data: &Path, args: &[&str]) -> String {
    let output: Output = database::program("")
        .env("PEERBAND_DATA_DIR", data)
        .args(args)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_generated_program_is_taken_in_scored_and_published() {
    let folder = tempfile::tempdir().unwrap();
    let (data, program) = (folder.path().join("data"), folder.path().join("program"));
    let day = folder.path().join("day");
    run(
        &data,
        &[
            "bench",
            "generate",
            "--scale",
            "xs",
            "--out",
            text(&program),
        ],
    );
    let more = ["--day", "2026-11-01", "--out", text(&day)];
    run(
        &data,
        &[&["bench", "generate", "--scale", "XS"], &more[..]].concat(),
    );
    assert!(!data.exists(), "generating needs no data directory");

    let settings = program.join("peerband.toml");
    let with = |args: &[&str]| run(&data, &[&["--config", text(&settings)], args].concat());
    with(&["ingest", "--dir", text(&program)]);
    with(&["ingest", "--dir", text(&day)]);
    let scored = with(&["bench", "score", "--as-of", "2026-11-01"]);
    let exported = || {
        database::program("")
            .env("PEERBAND_DATA_DIR", &data)
            .args(["export", "scorecards", "--as-of", "2026-11-01"])
            .output()
            .unwrap()
    };
    assert_eq!(
        exported().status.code(),
        Some(1),
        "scoring publishes nothing"
    );

    let published = with(&["recompute", "--as-of", "2026-11-01"]);
    let figures = |told: &str| {
        let from = told
            .find("published, ")
            .map_or_else(|| told.find(": ").unwrap() + 2, |at| at + 11);
        let end = told.find(" peer bands").unwrap();
        told[from..end].to_owned()
    };
    assert_eq!(figures(&scored), figures(&published));
    let rows = String::from_utf8(exported().stdout)
        .unwrap()
        .lines()
        .count()
        - 1;
    assert!(
        figures(&published).starts_with(&format!("{rows} scorecards")),
        "{published}"
    );
    assert!(rows > 1_000, "{published}");
}
