//! Kills of `peerband ingest`: an acknowledged batch is there once and whole, no other is, and no file is lost sight of.

use std::collections::BTreeSet;

use peerband::app::App;
use peerband::store::uncounted_file;
use rand::Rng;

use super::Pace;
use crate::harness::sender::{Sender, live_paths, revenue_csv, stored_batches, usage_csv};

/// So many kills are followed by one ingest that is left alone.
const KILLS_IN_A_ROW: usize = 5;
/// Batches that are stored for the first time and then replaced, again and again.
const BATCHES: [&str; 3] = ["a", "b", "c"];

#[tokio::test]
async fn killed_ingests_of_usage_store_batches_whole_or_not_at_all() {
    // Many files, so that kills fall between them.
    kill_ingests(60, "usage", |rows| usage_csv(600 + rows)).await;
}

#[tokio::test]
async fn killed_ingests_of_revenue_store_batches_whole_or_not_at_all() {
    // Many rows in one file, so that kills fall into its writing.
    kill_ingests(110, "revenue", |rows| revenue_csv(3000 + rows, 1)).await;
}

async fn kill_ingests(kills: usize, dataset: &str, csv: impl Fn(usize) -> String) {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    let args = sender.batch(dataset, "left alone", &csv(0));
    let command = || sender.command(&args.each_ref().map(String::as_str));
    let mut pace = Pace::of(command());
    let (mut landed, mut inside) = (0, 0);
    let enough = |landed: usize, inside: usize| landed >= kills / 3 && inside >= 5;
    // How many fall where depends on the machine: a quick one is killed more often.
    for kill in 1..=10 * kills {
        if kill > kills && enough(landed, inside) {
            break;
        }
        let before = stored_batches(&app).await;
        let batch_id = BATCHES[rand::rng().random_range(0..BATCHES.len())];
        // Each attempt has a number of rows of its own, which tells which of them is stored.
        let rows = csv(kill);
        let new_rows = rows.lines().count() as u64 - 1;
        let args = sender.batch(dataset, batch_id, &rows);
        let mut attempt = sender.command(&args.each_ref().map(String::as_str));
        let files = sender.fact_files();
        // Half of them anywhere in a run, half of them once the first file is there.
        let killed = match kill % 2 {
            0 => pace.kill(&mut attempt),
            _ => pace.kill_after(&mut attempt, || sender.fact_files() != files),
        };
        landed += usize::from(killed.landed);

        let stored = stored_batches(&app).await;
        let mut with_new = before.clone();
        with_new.insert((dataset.to_owned(), batch_id.to_owned()), new_rows);
        let acknowledged = String::from_utf8_lossy(&killed.output.stdout).contains("rows stored");
        assert!(
            stored == with_new || (!acknowledged && stored == before),
            "acknowledged: {acknowledged}\nbefore: {before:?}\nnow: {stored:?}"
        );
        let strays = strays(&sender, &app).await;
        inside += usize::from(!strays.is_empty());

        if kill % KILLS_IN_A_ROW == 0 {
            pace.run(&mut command());
            assert_eq!(sender.fact_files(), live_paths(&app).await);
            assert!(uncounted_file::list(app.db()).await.unwrap().is_empty());
        }
    }
    assert!(
        enough(landed, inside),
        "{landed} kills landed, {inside} of them left files"
    );
}

/// Files that do not count: each of them is named in SQL at any moment.
async fn strays(sender: &Sender, app: &App) -> BTreeSet<String> {
    let live = live_paths(app).await;
    let uncounted: BTreeSet<String> = uncounted_file::list(app.db())
        .await
        .unwrap()
        .into_iter()
        .map(|file| file.path)
        .collect();
    let strays: BTreeSet<String> = sender
        .fact_files()
        .into_iter()
        .map(|path| path.trim_end_matches(".tmp").to_owned())
        .filter(|path| !live.contains(path))
        .collect();
    let lost: Vec<_> = strays.difference(&uncounted).collect();
    assert!(lost.is_empty(), "named nowhere: {lost:?}");
    strays
}
