//! `peerband export`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::{HEADER, Sender, row, stderr, text};
use crate::harness::database;

const AS_OF: &str = "2026-10-31";

/// One amount, published.
fn published() -> Sender {
    let sender = Sender::new();
    let file = format!("{HEADER}{}", row("e", "c", "1.5", "USD"));
    let stored = sender.ingest("revenue", "a.csv", &file, &[]);
    assert_eq!(stored.status.code(), Some(0), "{}", stderr(&stored));
    assert_eq!(sender.revenue(), "1.5000");
    sender
}

/// A folder for exports only.
fn folder(sender: &Sender) -> PathBuf {
    let folder = sender.path("exports");
    fs::create_dir(&folder).unwrap();
    folder
}

fn names(folder: &PathBuf) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_ending_of_the_file_tells_the_format_unless_one_is_named() {
    let sender = published();
    let folder = folder(&sender);
    for (name, more, begins) in [
        ("a.csv", &[][..], &b"as_of,partner_id,"[..]),
        (
            "b.ndjson",
            &[],
            b"{\"as_of\":\"2026-10-31\",\"partner_id\":\"p\",",
        ),
        ("c.parquet", &[], b"PAR1"),
        ("d.txt", &[], b"as_of,partner_id,"),
        ("e.csv", &["--format", "parquet"], b"PAR1"),
    ] {
        let path = folder.join(name);
        let mut args = vec!["export", "scorecards", "--as-of", AS_OF, "-o", text(&path)];
        args.extend(more);
        let exported = sender.run(&args);
        assert_eq!(exported.status.code(), Some(0), "{}", stderr(&exported));
        assert!(fs::read(&path).unwrap().starts_with(begins), "{name}");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o600, 0o600, "{name}: {mode:o}");
    }
    let path = folder.join("f.csv.gz");
    let packed = sender.run(&["export", "scorecards", "--as-of", AS_OF, "-o", text(&path)]);
    assert_eq!(packed.status.code(), Some(2));
    assert!(stderr(&packed).contains("pipe"), "{}", stderr(&packed));
    assert_eq!(
        names(&folder),
        ["a.csv", "b.ndjson", "c.parquet", "d.txt", "e.csv"]
    );
}

#[test]
fn a_file_and_standard_output_hold_the_same_bytes() {
    let sender = published();
    let path = folder(&sender).join("out");
    for format in ["csv", "ndjson", "parquet"] {
        for what in ["scorecards", "peer-bands"] {
            let args = ["export", what, "--as-of", AS_OF, "--format", format];
            let piped = sender.run(&args);
            assert_eq!(piped.status.code(), Some(0), "{}", stderr(&piped));
            let written = sender.run(&[&args[..], &["-o", text(&path)]].concat());
            assert_eq!(written.status.code(), Some(0), "{}", stderr(&written));
            assert!(written.stdout.is_empty());
            assert!(fs::read(&path).unwrap() == piped.stdout, "{what} {format}");
        }
    }
}

#[test]
fn a_failing_export_leaves_what_was_there_and_nothing_else() {
    let sender = published();
    let folder = folder(&sender);
    let path = folder.join("a.csv");
    fs::write(&path, "yesterday's").unwrap();
    let export = |as_of: &str, format: &str, to: &str| {
        sender.run(&[
            "export",
            "scorecards",
            "--as-of",
            as_of,
            "--format",
            format,
            "-o",
            to,
        ])
    };
    let absent = export("2026-10-30", "csv", text(&path));
    assert_eq!(absent.status.code(), Some(1));
    assert!(
        stderr(&absent).contains("peerband recompute --as-of 2026-10-30"),
        "{}",
        stderr(&absent)
    );

    // Somebody removes rows of the snapshot while it is read.
    let table = database::scorecard_table();
    sender.execute(&format!("DELETE FROM {table} WHERE slice = 1"));
    for format in ["csv", "ndjson", "parquet"] {
        let torn = export(AS_OF, format, text(&path));
        assert_eq!(torn.status.code(), Some(1), "{format}");
        assert!(stderr(&torn).contains("was removed"), "{}", stderr(&torn));
        assert_eq!(fs::read_to_string(&path).unwrap(), "yesterday's");
    }
    assert_eq!(names(&folder), ["a.csv"]);
}

#[test]
fn a_full_disk_fails_the_export_and_devices_are_written_not_replaced() {
    let sender = published();
    for format in ["csv", "ndjson", "parquet"] {
        let args = ["export", "scorecards", "--as-of", AS_OF, "--format", format];
        let full = sender.run(&[&args[..], &["-o", "/dev/full"]].concat());
        assert_eq!(full.status.code(), Some(1), "{format}");
        assert!(
            stderr(&full).contains("cannot write the export"),
            "{}",
            stderr(&full)
        );
        let nowhere = sender.run(&[&args[..], &["-o", "/dev/null"]].concat());
        assert_eq!(nowhere.status.code(), Some(0), "{}", stderr(&nowhere));
    }
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_link_stays_and_a_folder_is_refused() {
    let sender = published();
    let folder = folder(&sender);
    fs::write(folder.join("real.csv"), "").unwrap();
    let link = folder.join("newest.csv");
    std::os::unix::fs::symlink("real.csv", &link).unwrap();
    let linked = sender.run(&["export", "scorecards", "--as-of", AS_OF, "-o", text(&link)]);
    assert_eq!(linked.status.code(), Some(0), "{}", stderr(&linked));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::metadata(folder.join("real.csv")).unwrap().len() > 0);

    let refused = sender.run(&[
        "export",
        "scorecards",
        "--as-of",
        AS_OF,
        "-o",
        text(&folder),
    ]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("is a folder"),
        "{}",
        stderr(&refused)
    );
    let nowhere = folder.join("absent/a.csv");
    let failed = sender.run(&[
        "export",
        "scorecards",
        "--as-of",
        AS_OF,
        "-o",
        text(&nowhere),
    ]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(stderr(&failed).contains("absent"), "{}", stderr(&failed));
}
