//! Kills of `peerband recompute`: readers see the last published snapshot or the next, each as a whole.

use std::collections::BTreeSet;

use entity::{job_run, peer_band, peer_group, scorecard, snapshot};
use peerband::app::App;
use peerband::service::export::{Export, Format};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Pace;
use crate::harness::exported::export;
use crate::harness::sender::{Sender, revenue_csv, stderr, usage_csv};

const KILLS: usize = 20;
const AS_OF: &str = "2026-10-31";

#[tokio::test]
async fn killed_recomputes_leave_the_last_snapshot_as_it_was() {
    let sender = Sender::with_customers();
    let stored = sender.ingest("usage", "all", &usage_csv(2000));
    assert!(stored.status.success(), "{}", stderr(&stored));
    let send = |state: usize| {
        let stored = sender.ingest("revenue", "all", &revenue_csv(2000, state + 1));
        assert!(stored.status.success(), "{}", stderr(&stored));
    };
    let recompute = || sender.command(&["recompute", "--as-of", AS_OF]);
    let app = sender.open().await;
    // Two states of the facts, and what is published of each.
    send(0);
    let mut pace = Pace::of(recompute());
    let first = exports(&app).await;
    send(1);
    pace.run(&mut recompute());
    let expected = [first, exports(&app).await];
    assert_ne!(expected[0], expected[1]);

    let (mut landed, mut inside) = (0, 0);
    let enough = |landed: usize, inside: usize| landed >= KILLS / 3 && inside > 0;
    // How many fall where depends on the machine: a quick one is killed more often.
    for kill in 0..10 * KILLS {
        if kill >= KILLS && enough(landed, inside) {
            break;
        }
        let (published, next) = ((kill + 1) % 2, kill % 2);
        send(next);
        let killed = pace.kill(&mut recompute());
        landed += usize::from(killed.landed);
        let acknowledged = String::from_utf8_lossy(&killed.output.stdout).contains("published");
        let seen = exports(&app).await;
        assert!(
            seen == expected[next] || (!acknowledged && seen == expected[published]),
            "acknowledged: {acknowledged}\n{seen:?}"
        );
        inside += usize::from(!unpublished(&app).await.is_empty());

        // A dead run holds its lease for a while, which keeps nobody from the next one.
        pace.run(&mut recompute());
        assert_eq!(exports(&app).await, expected[next]);
        if kill % 4 == 3 {
            end_leases(&app).await;
            pace.run(&mut recompute());
            assert_eq!(exports(&app).await, expected[next]);
            assert_eq!(unpublished(&app).await, BTreeSet::new());
        }
    }
    assert!(
        enough(landed, inside),
        "{landed} kills landed, {inside} of them between two writes of a snapshot"
    );
}

/// Makes the time pass that a run may be silent before it is taken for dead.
async fn end_leases(app: &App) {
    let txn = app.db().begin().await.unwrap();
    job_run::Entity::update_many()
        .col_expr(job_run::Column::LeaseUntil, Expr::value(0))
        .filter(job_run::Column::State.eq(job_run::State::Running))
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
}

async fn exports(app: &App) -> [Vec<u8>; 2] {
    let mut files = [Vec::new(), Vec::new()];
    for (file, what) in files
        .iter_mut()
        .zip([Export::Scorecards, Export::PeerBands])
    {
        let rows = export(app, what, AS_OF.parse().unwrap(), Format::Csv, file).await;
        assert!(rows.unwrap() > 0);
    }
    files
}

/// Snapshots that are not published and have rows of any kind.
async fn unpublished(app: &App) -> BTreeSet<i64> {
    let db = app.db().read();
    let (mut published, mut present) = (BTreeSet::new(), BTreeSet::new());
    for row in snapshot::Entity::find().all(db).await.unwrap() {
        present.insert(row.id);
        if row.state == snapshot::State::Published {
            published.insert(row.id);
        }
    }
    let cards = scorecard::Entity::find().select_only();
    let cards = cards.column(scorecard::Column::Snapshot).distinct();
    let groups = peer_group::Entity::find().select_only();
    let groups = groups.column(peer_group::Column::Snapshot).distinct();
    let bands = peer_band::Entity::find().select_only();
    let bands = bands.column(peer_band::Column::Snapshot).distinct();
    present.extend(cards.into_tuple::<i64>().all(db).await.unwrap());
    present.extend(groups.into_tuple::<i64>().all(db).await.unwrap());
    present.extend(bands.into_tuple::<i64>().all(db).await.unwrap());
    present.difference(&published).copied().collect()
}
