//! Files that are not what was written give errors: never other rows, never a panic.

use kernel::Day;
use peerband_facts::{Dataset, Error, FactStore, FileRef, SurveyRow};

use crate::harness::{Harness, SMALL};

async fn one_file(harness: &Harness) -> FileRef {
    let rows: Vec<SurveyRow> = (0..SMALL.chunk_rows as u32)
        .map(|at| SurveyRow {
            key: at.into(),
            customer: at,
            offering: 1,
            responded_on: Day(at as i32),
            score: at as u8,
        })
        .collect();
    harness
        .commit(Dataset::Surveys, 1, &rows)
        .await
        .swap_remove(0)
}

/// A store that has read nothing yet.
fn fresh(harness: &Harness) -> FactStore {
    FactStore::local(harness.root()).unwrap()
}

async fn check_damaged(harness: &Harness, file: &FileRef, what: &str) {
    match fresh(harness).read_rows(file).await {
        Err(Error::Damaged { path, .. }) => assert_eq!(path, file.path, "{what}"),
        other => panic!("{what}: {other:?}"),
    }
}

#[tokio::test]
async fn every_cut_is_found() {
    let harness = Harness::new(SMALL);
    let file = one_file(&harness).await;
    let path = harness.root().join(&file.path);
    let whole = std::fs::read(&path).unwrap();
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        check_damaged(&harness, &file, &format!("cut to {length}")).await;
    }
}

#[tokio::test]
async fn every_flipped_byte_is_found() {
    let harness = Harness::new(SMALL);
    let file = one_file(&harness).await;
    let path = harness.root().join(&file.path);
    let whole = std::fs::read(&path).unwrap();
    // The four bytes at the front are the format's name and are not read.
    for at in 4..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&path, &bytes).unwrap();
        check_damaged(&harness, &file, &format!("flipped at {at}")).await;
    }
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(fresh(&harness).read_rows(&file).await.unwrap().len(), 7);
}

#[tokio::test]
async fn a_cut_after_the_footer_was_kept_is_found() {
    let harness = Harness::new(SMALL);
    let file = one_file(&harness).await;
    harness.store.read_rows(&file).await.unwrap();
    std::fs::write(harness.root().join(&file.path), b"PAR1").unwrap();
    assert!(harness.store.read_rows(&file).await.is_err());
}

#[tokio::test]
async fn a_file_in_the_place_of_another_is_found() {
    let harness = Harness::new(SMALL);
    let file = one_file(&harness).await;
    let other = FileRef {
        path: file.path.replace(".parquet", "0.parquet"),
        ..file.clone()
    };
    std::fs::rename(
        harness.root().join(&file.path),
        harness.root().join(&other.path),
    )
    .unwrap();
    let error = fresh(&harness).read_rows(&other).await.unwrap_err();
    assert!(matches!(
        error,
        Error::Damaged { .. } | Error::NotAPath { .. }
    ));
    assert!(matches!(
        fresh(&harness).read_rows(&file).await.unwrap_err(),
        Error::Missing { .. }
    ));
}

#[tokio::test]
async fn a_manifest_that_is_wrong_about_a_file_is_found() {
    let harness = Harness::new(SMALL);
    let file = one_file(&harness).await;
    for wrong in [
        FileRef {
            rows: file.rows + 1,
            ..file.clone()
        },
        FileRef {
            bytes: file.bytes - 1,
            ..file.clone()
        },
        FileRef {
            dataset: Dataset::Revenue,
            ..file.clone()
        },
    ] {
        check_damaged(&harness, &wrong, &format!("{wrong:?}")).await;
    }
}
