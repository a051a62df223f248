//! Compaction: nothing that is published is changed by it, batches stay replaceable and deletable, and nobody who reads or
//! writes meanwhile is disturbed.

use std::sync::Arc;

use naive::program::Program;
use peerband::app::App;
use peerband::service::audit::Actor;
use peerband::service::compact::{Compacted, Request, compact, is_due};
use peerband::service::export::Export;
use peerband::service::ingest::delete_batch;
use peerband::service::lock;
use peerband::service::recompute::recompute;
use peerband::service::run::Stopper;
use peerband::service::sweep::sweep_fact_store;
use peerband::store::snapshot::find_snapshot;
use peerband::store::{StoreError, manifest, merged_file, uncounted_file};
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestCaseResult, TestError, TestRunner};

use crate::agree::{carry_out, exported, take_in};
use crate::harness::database;
use crate::harness::sender::{Sender, live_paths, revenue_csv, stderr, stored_batches, usage_csv};

fn request() -> Request {
    Request {
        small_files_max: 1,
        as_of: "2026-11-22".parse().unwrap(),
        slot: None,
    }
}

/// Merges all that can be.
pub(crate) async fn compact_all(app: &App) -> Compacted {
    let asked = Stopper::default().listen();
    let by = Actor::command_line();
    compact(app, &by, request(), asked, Arc::new(()))
        .await
        .unwrap()
}

/// What is published of a date: both exports and how many facts they stand on, or why nothing is.
async fn published(app: &App, as_of: kernel::Day) -> Vec<String> {
    let by = Actor::command_line();
    match recompute(app, &by, as_of, None, Stopper::default().listen()).await {
        Ok(_) => {
            let snapshot = find_snapshot(app.db(), Some(as_of)).await.unwrap().unwrap();
            vec![
                exported(app, Export::Scorecards, as_of).await,
                exported(app, Export::PeerBands, as_of).await,
                snapshot.fact_rows.to_string(),
            ]
        }
        Err(error) => vec![error.to_string()],
    }
}

/// Two products are sent the same. One of them compacts now and then, and is asked what it publishes as often as the
/// other.
async fn check(
    program: &Program,
    as_of: naive::date::Date,
    moves: &[(bool, bool)],
) -> TestCaseResult {
    let as_of = as_of.to_string().parse::<kernel::Day>().unwrap();
    let without_uploads = Program {
        uploads: Vec::new(),
        ..program.clone()
    };
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let urls = [database::url().await, database::url().await];
    let plain = take_in(&without_uploads, folders[0].path(), &urls[0]).await;
    let compacted = take_in(&without_uploads, folders[1].path(), &urls[1]).await;
    for (upload, (compacts, asks)) in program.uploads.iter().zip(moves.iter().cycle()) {
        carry_out(&plain, folders[0].path(), upload).await;
        carry_out(&compacted, folders[1].path(), upload).await;
        if *compacts {
            compact_all(&compacted).await;
        }
        if *asks {
            prop_assert_eq!(
                published(&compacted, as_of).await,
                published(&plain, as_of).await
            );
        }
    }
    for _ in 0..2 {
        prop_assert_eq!(
            published(&compacted, as_of).await,
            published(&plain, as_of).await
        );
        compact_all(&compacted).await;
    }
    let again = compact_all(&compacted).await;
    prop_assert_eq!((again.merges, again.before), (0, again.after));
    drop((plain, compacted));
    for url in urls {
        database::remove(&url).await;
    }
    Ok(())
}

#[test]
fn what_is_published_is_the_same_with_and_without_compaction() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Cases {
        cases: 16,
        failure_persistence: None,
        max_shrink_iters: 100,
        max_shrink_time: 60_000,
        ..Cases::default()
    });
    let moves = prop::collection::vec((any::<bool>(), prop::bool::weighted(0.2)), 1..20);
    let scenes = (naive::strategy::scene(), moves);
    let outcome = runner.run(&scenes, |((program, as_of), moves)| {
        runtime.block_on(check(&program, as_of, &moves))
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(difference, ((program, as_of), moves))) => panic!(
            "{difference}\n\nas of {as_of}, {moves:?}:\n{}",
            naive::files::listing(&program)
        ),
        Err(error) => panic!("{error}"),
    }
}

fn send(sender: &Sender, dataset: &str, batch_id: &str, csv: &str) {
    let output = sender.ingest(dataset, batch_id, csv);
    assert!(output.status.success(), "{}", stderr(&output));
}

/// Rows of revenue of one batch, all of the same keys as those of the others.
fn send_all(sender: &Sender, batches: usize) {
    for batch in 0..batches {
        send(
            sender,
            "revenue",
            &format!("r{batch}"),
            &revenue_csv(40 - batch, batch + 1),
        );
        send(
            sender,
            "usage",
            &format!("u{batch}"),
            &usage_csv(48 + batch),
        );
    }
}

async fn delete(app: &App, dataset: intake::Dataset, batch_id: &str) {
    let by = Actor::command_line();
    delete_batch(app, &by, dataset, batch_id).await.unwrap();
}

#[tokio::test]
async fn batches_are_replaced_and_deleted_before_and_after_compaction() {
    let (sender, plain) = (Sender::with_customers(), Sender::with_customers());
    let (app, other) = (sender.open().await, plain.open().await);
    let as_of: kernel::Day = "2026-10-31".parse().unwrap();
    send_all(&sender, 4);
    send_all(&plain, 4);
    let files = live_paths(&app).await.len();
    assert_eq!(files, 4 + 4 * 24);
    let same = async || {
        let published = published(&app, as_of).await;
        assert_eq!(published.len(), 3, "{published:?}");
        assert_eq!(published, self::published(&other, as_of).await);
        assert_eq!(stored_batches(&app).await, stored_batches(&other).await);
    };
    same().await;

    // Deleted and replaced before.
    for (sender, app) in [(&sender, &app), (&plain, &other)] {
        delete(app, intake::Dataset::Usage, "u1").await;
        send(sender, "revenue", "r1", &revenue_csv(10, 77));
    }
    same().await;
    let done = compact_all(&app).await;
    assert_eq!((done.before.files, done.after.files), (4 + 3 * 24, 1 + 24));
    assert!(done.after.bytes < done.before.bytes, "{done:?}");
    assert_eq!(sender.fact_files(), live_paths(&app).await);
    same().await;

    // And after: rows of keys that the last batch hid count again.
    for (sender, app) in [(&sender, &app), (&plain, &other)] {
        delete(app, intake::Dataset::Revenue, "r3").await;
        delete(app, intake::Dataset::Usage, "u0").await;
        send(sender, "usage", "u2", &usage_csv(99));
        send(sender, "revenue", "r0", &revenue_csv(15, 5));
        send(sender, "revenue", "r9", &revenue_csv(3, 6));
    }
    same().await;
    assert!(compact_all(&app).await.merges > 0);
    same().await;
    assert!(!is_due(&app, 1).await.unwrap());
    assert_eq!(sender.fact_files(), live_paths(&app).await);

    // Nothing is left of a merged file whose batches are all gone.
    for batch in ["u2", "u3"] {
        delete(&app, intake::Dataset::Usage, batch).await;
    }
    assert_eq!(live_paths(&app).await.len(), 1);
    assert_eq!(sender.fact_files(), live_paths(&app).await);
}

#[tokio::test]
async fn a_second_compaction_does_nothing() {
    let sender = Sender::with_customers();
    send_all(&sender, 3);
    let compact = || {
        let output = sender.run(&["compact", "--small-files-max", "1", "--format", "json"]);
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let (first, second) = (compact(), compact());
    assert_eq!(first["files_before"], 75);
    assert_eq!(first["files_after"], 25);
    assert_eq!(first["merged_rows"], 40 + 39 + 38 + 48 + 49 + 50);
    assert_eq!(second["merges"], 0);
    assert_eq!(second["files_before"], second["files_after"]);
    // The policy of the settings leaves few files alone.
    let sender = Sender::with_customers();
    send_all(&sender, 3);
    let told = sender.run(&["compact"]).stdout;
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(told.starts_with("nothing to merge: 75 files, "), "{told}");
}

#[tokio::test]
async fn a_run_reads_on_what_it_has_pinned() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    send_all(&sender, 2);
    let run = lock::computing(app.data_dir()).await.unwrap();
    let (pinned, _) = manifest::live_files(&app.db().pin().await.unwrap())
        .await
        .unwrap();
    compact_all(&app).await;
    for file in &pinned {
        assert!(!app.facts().read_rows(file).await.unwrap().is_empty());
    }
    drop(run);
    assert_eq!(sweep_fact_store(&app).await.unwrap().removed, pinned.len());
    assert_eq!(sender.fact_files(), live_paths(&app).await);
}

/// Merges all revenue, and has `meanwhile` happen before the new file takes its place.
async fn merge_while(app: &App, meanwhile: impl AsyncFnOnce()) -> Result<(), StoreError> {
    let pinned = app.db().pin().await.unwrap();
    let (mut files, _) = manifest::live_files(&pinned).await.unwrap();
    let numbers = manifest::batch_numbers(&pinned).await.unwrap();
    drop(pinned);
    files.retain(|file| file.dataset == facts::Dataset::Revenue);
    let announce = Box::new({
        let db = app.db().clone();
        move |paths: Vec<String>| {
            let db = db.clone();
            Box::pin(async move { Ok(uncounted_file::announce_merged(&db, &paths).await?) }) as _
        }
    });
    let merged = app.facts().merge(&files, announce, Box::new(|_| true));
    let merged = merged.await.unwrap();
    meanwhile().await;
    let txn = app.db().begin().await.unwrap();
    let replaced = merged_file::replace(&txn, &files, &merged, &numbers).await;
    match replaced {
        Ok(()) => txn.commit().await.unwrap(),
        Err(_) => txn.rollback().await.unwrap(),
    }
    replaced
}

#[tokio::test]
async fn batches_that_go_while_they_are_merged_stay_gone() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    send_all(&sender, 3);
    let compacting = lock::compacting(app.data_dir()).await.unwrap();
    let meanwhile = async || {
        delete(&app, intake::Dataset::Revenue, "r1").await;
        send(&sender, "revenue", "r0", &revenue_csv(7, 7));
    };
    merge_while(&app, meanwhile).await.unwrap();
    let batches = stored_batches(&app).await;
    let rows = |batch: &str| {
        batches
            .get(&("revenue".to_owned(), batch.to_owned()))
            .copied()
    };
    assert_eq!(
        [rows("r0"), rows("r1"), rows("r2")],
        [Some(7), None, Some(38)]
    );
    assert!(is_due(&app, 8).await.unwrap());
    drop(compacting);
    compact_all(&app).await;
    assert_eq!(stored_batches(&app).await, batches);
    assert_eq!(sender.fact_files(), live_paths(&app).await);

    // All of them.
    let compacting = lock::compacting(app.data_dir()).await.unwrap();
    let meanwhile = async || {
        for batch in ["r0", "r2"] {
            delete(&app, intake::Dataset::Revenue, batch).await;
        }
    };
    merge_while(&app, meanwhile).await.unwrap();
    drop(compacting);
    sweep_fact_store(&app).await.unwrap();
    assert!(
        manifest::list(app.db(), Some("revenue"))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(sender.fact_files(), live_paths(&app).await);
}

/// Servers that share a database need not share a disk and its locks.
#[tokio::test]
async fn a_merge_is_refused_where_another_came_first_or_gave_its_files_up() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    send_all(&sender, 2);
    let refused = merge_while(&app, async || {
        compact_all(&app).await;
    })
    .await;
    assert!(matches!(refused, Err(StoreError::Abandoned)), "{refused:?}");
    send(&sender, "revenue", "r7", &revenue_csv(7, 7));
    let before = stored_batches(&app).await;
    let sweep = async || {
        sweep_fact_store(&app).await.unwrap();
    };
    let refused = merge_while(&app, sweep).await;
    assert!(matches!(refused, Err(StoreError::Abandoned)), "{refused:?}");
    assert_eq!(stored_batches(&app).await, before);
    assert_eq!(sender.fact_files(), live_paths(&app).await);
}

/// A batch that is stored meanwhile sweeps what nobody writes, and leaves what a compaction does.
#[tokio::test]
async fn files_of_a_compaction_on_its_way_are_left_to_it() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    let paths = ["usage/2026-10/x.parquet".to_owned()];
    uncounted_file::announce_merged(app.db(), &paths)
        .await
        .unwrap();
    let compacting = lock::compacting(app.data_dir()).await.unwrap();
    send_all(&sender, 1);
    assert_eq!(sweep_fact_store(&app).await.unwrap().left, 1);
    drop(compacting);
    sweep_fact_store(&app).await.unwrap();
    assert!(uncounted_file::list(app.db()).await.unwrap().is_empty());
}
