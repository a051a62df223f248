//! Kills of `peerband compact`: every batch is there as it was, and no file is lost sight of.

use std::collections::BTreeSet;

use peerband::app::App;
use peerband::store::uncounted_file;

use super::Pace;
use crate::harness::sender::{Sender, live_paths, stderr, stored_batches, usage_csv};

const KILLS: usize = 24;
/// Batches that are stored anew before each kill.
const BATCHES: [&str; 3] = ["a", "b", "c"];

#[tokio::test]
async fn killed_compactions_leave_every_batch_as_it_was() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    let compact = || sender.command(&["compact", "--small-files-max", "1"]);
    let send = |kill: usize| {
        for (at, batch) in BATCHES.into_iter().enumerate() {
            let stored = sender.ingest("usage", batch, &usage_csv(48 + kill + at));
            assert!(stored.status.success(), "{}", stderr(&stored));
        }
    };
    send(0);
    let mut pace = Pace::of(compact());
    let (mut landed, mut inside, mut between) = (0, 0, 0);
    let enough = |landed: usize, inside: usize| landed >= KILLS / 3 && inside >= 5;
    // How many fall where depends on the machine: a quick one is killed more often.
    for kill in 1..=10 * KILLS {
        if kill > KILLS && enough(landed, inside) {
            break;
        }
        send(kill);
        let before = stored_batches(&app).await;
        let (live, files) = (live_paths(&app).await, sender.fact_files());
        let killed = match kill % 2 {
            0 => pace.kill(&mut compact()),
            _ => pace.kill_after(&mut compact(), || sender.fact_files() != files),
        };
        landed += usize::from(killed.landed);
        assert_eq!(stored_batches(&app).await, before);
        let now = live_paths(&app).await;
        inside += usize::from(strays(&sender, &app, &now).await);
        between += usize::from(now != live && now.len() > 24);

        if kill % 4 == 0 {
            pace.run(&mut compact());
            assert_eq!(stored_batches(&app).await, before);
            assert_eq!(live_paths(&app).await.len(), 24);
            assert_eq!(sender.fact_files(), live_paths(&app).await);
            assert!(uncounted_file::list(app.db()).await.unwrap().is_empty());
        }
    }
    assert!(
        enough(landed, inside),
        "{landed} kills landed, {inside} of them left files, {between} of them fell between two merges"
    );
}

/// Whether there are files that do not count: each of them is named in SQL.
async fn strays(sender: &Sender, app: &App, live: &BTreeSet<String>) -> bool {
    let uncounted = uncounted_file::list(app.db()).await.unwrap();
    let uncounted: BTreeSet<String> = uncounted.into_iter().map(|file| file.path).collect();
    let found = sender.fact_files();
    let strays: Vec<&str> = found
        .iter()
        .map(|path| path.trim_end_matches(".tmp"))
        .filter(|path| !live.contains(*path))
        .collect();
    for path in &strays {
        assert!(uncounted.contains(*path), "named nowhere: {path}");
    }
    !strays.is_empty()
}
