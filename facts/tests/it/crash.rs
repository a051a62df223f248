//! What stays behind when a batch does not end well: nothing that anybody reads.

use std::sync::{Arc, Mutex};

use kernel::Day;
use peerband_facts::{Dataset, Error, UsageRow};

use crate::harness::{Harness, SMALL};

fn row(at: u32) -> UsageRow {
    UsageRow {
        customer: at,
        user: 1,
        offering: 1,
        active_on: Day(at as i32),
    }
}

#[tokio::test]
async fn an_aborted_batch_leaves_nothing() {
    let harness = Harness::new(SMALL);
    let mut batch = harness.store.write_batch(Dataset::Usage);
    for at in 0..100 {
        batch.push(row(at)).await.unwrap();
    }
    assert!(!harness.files().is_empty());
    batch.abort().await.unwrap();
    assert!(harness.files().is_empty());
}

#[tokio::test]
async fn a_chunk_is_written_when_the_next_one_is_full() {
    let harness = Harness::new(SMALL);
    let mut batch = harness.store.write_batch(Dataset::Usage);
    let mut files = Vec::new();
    for at in 0..SMALL.usage_chunk_rows as u32 * 3 {
        batch.push(row(at % 28)).await.unwrap();
        files.push(harness.files().len());
    }
    assert_eq!(files[9..12], [0, 0, 0]);
    assert_eq!(files[20..23], [0, 1, 1]);
    assert_eq!(files[31..33], [1, 2]);
    assert_eq!(batch.finish().await.unwrap().len(), 3);
}

#[tokio::test]
async fn paths_are_announced_before_anything_is_there() {
    let harness = Harness::new(SMALL);
    let announced: Arc<Mutex<Vec<String>>> = Arc::default();
    let root = harness.root();
    let mut batch = {
        let announced = announced.clone();
        harness
            .store
            .write_batch(Dataset::Usage)
            .announce_with(Box::new(move |paths| {
                assert!(paths.iter().all(|path| !root.join(path).exists()));
                announced.lock().unwrap().extend(paths);
                Box::pin(async { Ok(()) })
            }))
    };
    for at in 0..100 {
        batch.push(row(at)).await.unwrap();
    }
    let mut written: Vec<String> = batch
        .finish()
        .await
        .unwrap()
        .into_iter()
        .map(|file| file.path)
        .collect();
    let mut announced = announced.lock().unwrap().clone();
    written.sort();
    announced.sort();
    assert_eq!(announced, written);
}

#[tokio::test]
async fn a_batch_that_lost_a_chunk_cannot_be_finished() {
    let harness = Harness::new(SMALL);
    let mut calls = 0;
    let mut batch = harness
        .store
        .write_batch(Dataset::Usage)
        .announce_with(Box::new(move |_| {
            calls += 1;
            let second = calls == 2;
            Box::pin(async move {
                if second {
                    Err("the database is away".into())
                } else {
                    Ok(())
                }
            })
        }));
    let mut errors = Vec::new();
    for at in 0..40 {
        errors.extend(batch.push(row(at)).await.err());
    }
    assert!(matches!(errors[0], Error::Announce(_)));
    assert!(matches!(
        batch.finish().await.unwrap_err(),
        Error::Incomplete
    ));
    assert!(harness.files().is_empty());
}

#[tokio::test]
async fn removing_takes_temporary_files_too_and_minds_no_missing_ones() {
    let harness = Harness::new(SMALL);
    let files = harness.write(Dataset::Usage, &[row(1)]).await;
    let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    let file = harness.root().join(&paths[0]);
    let temporary = format!("{}.tmp", file.display());
    std::fs::copy(&file, &temporary).unwrap();
    for _ in 0..2 {
        harness.store.remove(&paths).await.unwrap();
        assert!(harness.files().is_empty());
    }
}

#[tokio::test]
async fn paths_outside_the_store_are_refused() {
    let harness = Harness::new(SMALL);
    let error = harness.store.remove(&["usage/../../x".to_owned()]).await;
    assert!(matches!(error.unwrap_err(), Error::NotAPath { .. }));
}

#[tokio::test]
async fn a_batch_can_be_written_by_a_task_of_its_own() {
    let harness = Harness::new(SMALL);
    let store = harness.store.clone();
    let written = tokio::spawn(async move {
        let mut batch = store
            .write_batch(Dataset::Usage)
            .announce_with(Box::new(|_| Box::pin(async { Ok(()) })));
        batch.push(row(1)).await?;
        batch.finish().await
    });
    assert_eq!(written.await.unwrap().unwrap().len(), 1);
}
