//! Files of the fact store that do not count: when they go, and from under whom they must not.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use intake::{Reject, Source};
use peerband::app::App;
use peerband::service::audit::Actor;
use peerband::service::ingest::{OnReject, Outcome, Request, Watcher, delete_batch, ingest};
use peerband::service::lock;
use peerband::service::sweep::{Swept, sweep_fact_store};
use peerband::store::manifest::{self, NewBatch};
use peerband::store::{StoreError, uncounted_file};

use crate::harness::sender::{Sender, live_paths, stored_batches, usage_csv};

/// Files of one batch of [`usage_csv`], one for each month.
const FILES: usize = 24;

struct Quiet;

impl Watcher for Quiet {
    fn rejected(&self, file: &str, reject: &Reject) {
        panic!("{file}: {reject}");
    }

    fn progressed(&self, _bytes: u64) {}
}

fn usage(sender: &Sender, batch_id: &str, rows: usize) -> Request {
    let [_, _, file, ..] = sender.batch("usage", batch_id, &usage_csv(rows));
    Request {
        by: Actor::command_line(),
        dataset: intake::Dataset::Usage,
        batch_id: batch_id.to_owned(),
        files: vec![Source::from_path(file).unwrap()],
        on_reject: OnReject::Batch,
    }
}

async fn store(app: &App, request: Request) {
    let outcome = ingest(app, request, Arc::new(Quiet)).await.unwrap();
    assert!(matches!(outcome, Outcome::Stored { .. }), "{outcome:?}");
}

async fn uncounted(app: &App) -> usize {
    uncounted_file::list(app.db()).await.unwrap().len()
}

#[tokio::test]
async fn replaced_and_deleted_files_go_at_once_where_nobody_computes() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    for _ in 0..2 {
        store(&app, usage(&sender, "a", 100)).await;
        assert_eq!(sender.fact_files().len(), FILES);
        assert_eq!(sender.fact_files(), live_paths(&app).await);
    }
    delete_batch(&app, &Actor::command_line(), intake::Dataset::Usage, "a")
        .await
        .unwrap();
    assert_eq!(sender.fact_files(), BTreeSet::new());
    assert_eq!(uncounted(&app).await, 0);
}

#[tokio::test]
async fn a_run_keeps_the_files_it_has_pinned() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    store(&app, usage(&sender, "replaced", 100)).await;
    store(&app, usage(&sender, "deleted", 100)).await;
    let run = lock::computing(app.data_dir()).await.unwrap();
    let (pinned, _) = manifest::live_files(&app.db().pin().await.unwrap())
        .await
        .unwrap();

    // Neither waits for the run.
    store(&app, usage(&sender, "replaced", 200)).await;
    delete_batch(
        &app,
        &Actor::command_line(),
        intake::Dataset::Usage,
        "deleted",
    )
    .await
    .unwrap();
    let left = Swept {
        removed: 0,
        left: 2 * FILES,
    };
    assert_eq!(sweep_fact_store(&app).await.unwrap(), left);
    for file in &pinned {
        assert!(!app.facts().read_rows(file).await.unwrap().is_empty());
    }
    drop(run);
    let removed = Swept {
        removed: 2 * FILES,
        left: 0,
    };
    assert_eq!(sweep_fact_store(&app).await.unwrap(), removed);
    assert_eq!(sweep_fact_store(&app).await.unwrap(), Swept::default());
    assert_eq!(sender.fact_files(), live_paths(&app).await);
    assert_eq!(stored_batches(&app).await.len(), 1);
}

#[tokio::test]
async fn files_of_a_batch_on_its_way_are_left_to_it() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    let paths = ["usage/2026-10/x.parquet".to_owned()];
    uncounted_file::announce(app.db(), &paths).await.unwrap();
    let writing = lock::ingesting(app.data_dir()).await.unwrap();
    let left = Swept {
        removed: 0,
        left: 1,
    };
    assert_eq!(sweep_fact_store(&app).await.unwrap(), left);
    drop(writing);
    sweep_fact_store(&app).await.unwrap();
    assert_eq!(uncounted(&app).await, 0);
}

/// Servers that share a database need not share a disk and its locks.
#[tokio::test]
async fn a_batch_whose_files_were_given_up_cannot_be_committed() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    let mut batch = app.facts().write_batch(facts::Dataset::Usage);
    let row = facts::UsageRow {
        customer: 1,
        user: 1,
        offering: 1,
        active_on: kernel::Day(20_000),
    };
    batch.push(row).await.unwrap();
    let files = batch.finish().await.unwrap();
    let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    uncounted_file::announce(app.db(), &paths).await.unwrap();
    sweep_fact_store(&app).await.unwrap();

    let new = NewBatch {
        dataset: "usage",
        batch_id: "late",
        rows: 1,
        rejected: 0,
        committed_at: "2026-11-23T02:00:00Z".parse().unwrap(),
    };
    let txn = app.db().begin().await.unwrap();
    let refused = manifest::commit_batch(&txn, &new, &files).await;
    assert!(matches!(refused, Err(StoreError::Abandoned)), "{refused:?}");
    txn.rollback().await.unwrap();
    assert!(stored_batches(&app).await.is_empty());
    assert_eq!(sender.fact_files(), BTreeSet::new());
}

#[tokio::test]
async fn a_batch_goes_on_when_its_sender_goes_away() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    let writing = lock::ingesting(app.data_dir()).await.unwrap();
    let sending = ingest(&app, usage(&sender, "a", 100), Arc::new(Quiet));
    let given_up = tokio::time::timeout(Duration::from_millis(50), sending).await;
    assert!(given_up.is_err());
    drop(writing);
    let stored = async {
        while manifest::list(app.db(), Some("usage"))
            .await
            .unwrap()
            .is_empty()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), stored)
        .await
        .unwrap();
    assert_eq!(stored_batches(&app).await.len(), 1);
    assert_eq!(sender.fact_files(), live_paths(&app).await);
}
