//! Leases and fences of runs.

use std::time::Duration;

use entity::{job_run, snapshot};
use kernel::Day;
use peerband::clock;
use peerband::service::audit::{Actor, Change};
use peerband::store::audit::NewAuditEntry;
use peerband::store::claim::{Claim, NewRun, Renewal, Slot, claim, record_lost, request_cancel};
use peerband::store::publication::{self, sweep_unpublished};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::harness::product::Product;

const LEASE: Duration = Duration::from_secs(60);
const TONIGHT: Slot = Slot { night: Day(20_000) };

fn new_run(slot: Option<Slot>) -> NewRun {
    NewRun {
        job: "recompute_snapshot",
        as_of: Day(19_999),
        slot,
    }
}

/// What the audit log is told; here it is nothing of note.
fn entry() -> NewAuditEntry {
    Actor::command_line().entry(clock::now(), Change::default())
}

async fn take(product: &Product, slot: Option<Slot>) -> Option<Claim> {
    let db = product.app.db();
    claim(db, &new_run(slot), LEASE, clock::now(), |_| entry())
        .await
        .unwrap()
}

/// As if the holder had not been heard of for longer than its lease.
async fn let_lease_run_out(product: &Product) {
    let txn = product.app.db().begin().await.unwrap();
    job_run::Entity::update_many()
        .col_expr(job_run::Column::LeaseUntil, Expr::value(1_i64))
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
}

async fn state(product: &Product, run: i64) -> job_run::State {
    let found = job_run::Entity::find_by_id(run).one(product.app.db().read());
    found.await.unwrap().unwrap().state
}

async fn begin(product: &Product, claim: &Claim) -> publication::Building {
    let db = product.app.db();
    publication::begin(db, 19_999, "{}".to_owned(), 0, claim, clock::now())
        .await
        .unwrap()
}

async fn snapshots(product: &Product, state: snapshot::State) -> usize {
    let found = snapshot::Entity::find().filter(snapshot::Column::State.eq(state));
    found.all(product.app.db().read()).await.unwrap().len()
}

#[tokio::test]
async fn a_slot_is_held_by_one_and_taken_over_when_its_lease_has_run_out() {
    let product = Product::start(&[]).await;
    let first = take(&product, Some(TONIGHT)).await.unwrap();
    assert_eq!(take(&product, Some(TONIGHT)).await, None);
    let db = product.app.db();
    assert_eq!(first.renew(db, LEASE).await.unwrap(), Renewal::Held);

    let_lease_run_out(&product).await;
    let second = take(&product, Some(TONIGHT)).await.unwrap();
    assert_eq!(second.run, first.run);
    assert_eq!(first.renew(db, LEASE).await.unwrap(), Renewal::Lost);
    assert_eq!(second.renew(db, LEASE).await.unwrap(), Renewal::Held);
}

/// A leader that was paused while another took its run over must not publish when it wakes.
#[tokio::test]
async fn a_paused_leader_cannot_publish() {
    let product = Product::start(&[]).await;
    let db = product.app.db();
    let first = take(&product, Some(TONIGHT)).await.unwrap();
    let of_first = begin(&product, &first).await;
    let_lease_run_out(&product).await;
    let second = take(&product, Some(TONIGHT)).await.unwrap();
    let of_second = begin(&product, &second).await;

    assert!(!of_first.publish(db, &first, clock::now()).await.unwrap());
    assert_eq!(snapshots(&product, snapshot::State::Published).await, 0);
    assert!(of_second.publish(db, &second, clock::now()).await.unwrap());
    assert_eq!(state(&product, second.run).await, job_run::State::Succeeded);

    // Nor can it say that the run failed.
    let late = first.end(db, job_run::State::Failed, None, clock::now());
    late.await.unwrap();
    assert_eq!(state(&product, second.run).await, job_run::State::Succeeded);
    assert_eq!(take(&product, Some(TONIGHT)).await, None);
}

#[tokio::test]
async fn what_nobody_holds_is_swept_and_what_is_held_is_not() {
    let product = Product::start(&[]).await;
    let db = product.app.db();
    let held = take(&product, None).await.unwrap();
    begin(&product, &held).await;
    assert_eq!(sweep_unpublished(db).await.unwrap(), 0);
    let_lease_run_out(&product).await;
    assert_eq!(
        record_lost(db, Some(TONIGHT), clock::now()).await.unwrap(),
        1
    );
    assert_eq!(state(&product, held.run).await, job_run::State::Lost);
    assert_eq!(sweep_unpublished(db).await.unwrap(), 1);
    assert_eq!(snapshots(&product, snapshot::State::Building).await, 0);
}

#[tokio::test]
async fn a_cancelled_run_does_not_publish() {
    let product = Product::start(&[]).await;
    let db = product.app.db();
    let claim = take(&product, None).await.unwrap();
    let building = begin(&product, &claim).await;
    assert!(request_cancel(db, claim.run, entry()).await.unwrap());
    assert!(!building.publish(db, &claim, clock::now()).await.unwrap());
    let renewal = claim.renew(db, LEASE).await.unwrap();
    assert_eq!(renewal, Renewal::CancelRequested);
    let end = claim.end(db, job_run::State::Cancelled, None, clock::now());
    end.await.unwrap();
    assert!(!request_cancel(db, claim.run, entry()).await.unwrap());
}

#[tokio::test]
async fn tonights_runs_are_taken_over_and_earlier_ones_are_lost() {
    let product = Product::start(&[]).await;
    let db = product.app.db();
    let claimed = take(&product, Some(TONIGHT)).await.unwrap();
    let_lease_run_out(&product).await;
    assert_eq!(
        record_lost(db, Some(TONIGHT), clock::now()).await.unwrap(),
        0
    );
    let tomorrow = Slot { night: Day(20_001) };
    assert_eq!(
        record_lost(db, Some(tomorrow), clock::now()).await.unwrap(),
        1
    );
    assert_eq!(state(&product, claimed.run).await, job_run::State::Lost);
}

/// What ends the server each time it is tried must not be tried for ever.
#[tokio::test]
async fn a_slot_is_given_up_after_some_attempts() {
    let product = Product::start(&[]).await;
    let mut attempts = 0;
    while take(&product, Some(TONIGHT)).await.is_some() {
        attempts += 1;
        assert!(attempts < 100, "it is taken over for ever");
        let_lease_run_out(&product).await;
    }
    assert_eq!(attempts, 5);
    let db = product.app.db();
    assert_eq!(
        record_lost(db, Some(TONIGHT), clock::now()).await.unwrap(),
        1
    );
}
