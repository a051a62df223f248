//! What lies in the folder: sizes, sameness, bounds.

use std::collections::BTreeMap;
use std::path::Path;

use kernel::Day;
use peerband_generate::{LAST_DAY, Scale, Written, write_day, write_program};

fn silent(_: &str, _: u64) {}

fn program(scale: Scale) -> (tempfile::TempDir, Written) {
    let folder = tempfile::tempdir().unwrap();
    let written = write_program(folder.path(), scale, &silent).unwrap();
    (folder, written)
}

/// All files of a folder by their path within it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let inner = self::files(&path).into_iter();
            files.extend(inner.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            files.insert(name, std::fs::read(path).unwrap());
        }
    }
    files
}

#[test]
fn the_same_scale_gives_the_same_bytes_of_about_the_promised_rows() {
    let (one, written) = program(Scale::XS);
    let (other, again) = program(Scale::XS);
    assert_eq!(written, again);
    let (one, other) = (files(one.path()), files(other.path()));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        other.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &one {
        assert!(*bytes == other[name], "{name} differs");
    }
    // Thirteen months of six datasets, the eve, the passes, eight of reference data and the settings.
    assert_eq!(one.len(), 13 * 6 + 1 + 1 + 8 + 1);
    assert!(
        (97_000..=103_000).contains(&written.usage_rows),
        "{written:?}"
    );
    assert!(
        (100_000..=200_000).contains(&written.other_fact_rows),
        "{written:?}"
    );
}

#[test]
fn a_day_is_small_and_only_after_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let day = folder.path().join("day");
    let written = write_day(&day, Scale::XS, LAST_DAY.next(), &silent).unwrap();
    assert_eq!(written.files, 7);
    assert!(
        written.usage_rows > 10 && written.usage_rows < 2_000,
        "{written:?}"
    );
    assert!(written.other_fact_rows > 50, "{written:?}");
    assert!(files(&day).contains_key("usage/2026-11-01.parquet"));

    for no in [LAST_DAY, Day(LAST_DAY.0 + 29)] {
        let error = write_day(&folder.path().join("no"), Scale::XS, no, &silent).unwrap_err();
        assert!(error.to_string().contains("2026-10-31"), "{error}");
    }
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.csv"), "x").unwrap();
    let error = write_program(folder.path(), Scale::XS, &silent).unwrap_err();
    assert!(error.to_string().contains("not empty"), "{error}");
    assert_eq!(files(folder.path()).len(), 1);
}
