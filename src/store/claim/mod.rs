//! Claims on runs: who works for a slot, until when, and how the work ended.
//!
//! Leases are measured by the database's clock, so that servers whose clocks differ cannot both hold one run. Whoever
//! takes a run over raises its fence; whatever an earlier holder still tries to record or publish is refused by it.

mod lease;

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::job_run::{ActiveModel, Column, Entity, State, Trigger};
use kernel::Day;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    QueryFilter, QuerySelect, QueryTrait, Set,
};

use super::audit::{NewAuditEntry, insert_entry};
use super::publication::Counts;
use super::{Db, StoreError};
use lease::{expired, lease_end};

/// How often one slot is taken up before it is given up as lost: what ends the server each time must not do so for ever.
const ATTEMPTS_MAX: i64 = 5;

/// A run to be claimed or recorded.
#[derive(Debug, Clone)]
pub struct NewRun {
    pub job: &'static str,
    pub as_of: Day,
    /// None where an operator asks for the run.
    pub slot: Option<Slot>,
}

/// The night a scheduled run belongs to. With the job and the as-of date it is run by one server only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub night: Day,
}

/// The right to work for a run, as long as its lease is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub run: i64,
    fence: i64,
}

/// What renewing a lease told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    Held,
    CancelRequested,
    /// Another server has taken the run over, or it has ended.
    Lost,
}

/// Claims the run: a new one, or a scheduled one whose holder's lease has run out. None where the slot is settled or
/// somebody else holds it. The audit log is told of the run by its number, if and only if it is claimed.
///
/// # Errors
/// Where the database refuses.
pub async fn claim(
    db: &Db,
    new: &NewRun,
    lease: Duration,
    now: DateTime<Utc>,
    tell: impl FnOnce(i64) -> NewAuditEntry,
) -> Result<Option<Claim>, StoreError> {
    let txn = db.begin().await?;
    let model = model(new, State::Running, now);
    let run = match &new.slot {
        None => Some(Entity::insert(model).exec(&txn).await?.last_insert_id),
        Some(slot) => {
            insert_slot(&txn, model).await?;
            let known = Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(Column::Job.eq(new.job))
                .filter(Column::Slot.eq(slot.text(new.as_of)));
            known.into_tuple().one(&txn).await?
        }
    };
    let Some(run) = run else { return Ok(None) };
    let taken = Entity::update_many()
        .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
        .col_expr(Column::LeaseUntil, lease_end(&txn, lease))
        .col_expr(Column::StartedAt, Expr::value(now))
        .filter(Column::Id.eq(run))
        .filter(expired(&txn))
        .filter(Column::Fence.lt(ATTEMPTS_MAX))
        .exec(&txn)
        .await?;
    if taken.rows_affected == 0 {
        txn.rollback().await?;
        return Ok(None);
    }
    let fence: Option<i64> = Entity::find_by_id(run)
        .select_only()
        .column(Column::Fence)
        .into_tuple()
        .one(&txn)
        .await?;
    insert_entry(&txn, tell(run)).await?;
    txn.commit().await?;
    Ok(fence.map(|fence| Claim { run, fence }))
}

/// Records a slot that nobody worked for. Does nothing where the slot is known already.
///
/// # Errors
/// Where the database refuses.
pub async fn record(
    db: &Db,
    new: &NewRun,
    state: State,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let txn = db.begin().await?;
    let mut model = model(new, state, now);
    model.ended_at = Set(Some(now));
    insert_slot(&txn, model).await?;
    Ok(txn.commit().await?)
}

/// The dates of a night's slots for which nothing is left to do, or for which somebody is working.
///
/// # Errors
/// Where the database does not answer.
pub async fn settled_dates(db: &Db, job: &str, slot: Slot) -> Result<BTreeSet<Day>, StoreError> {
    let settled: Vec<i32> = Entity::find()
        .select_only()
        .column(Column::AsOf)
        .filter(Column::Job.eq(job))
        .filter(Column::Slot.starts_with(slot.prefix()))
        .filter(expired(db.read()).not())
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(settled.into_iter().map(Day).collect())
}

/// The newest date that the schedule has ever been due for.
///
/// # Errors
/// Where the database does not answer.
pub async fn last_scheduled(db: &Db, job: &str) -> Result<Option<Day>, StoreError> {
    let last: Option<Option<i32>> = Entity::find()
        .select_only()
        .column_as(Column::AsOf.max(), "last")
        .filter(Column::Job.eq(job))
        .filter(Column::Slot.is_not_null())
        .into_tuple()
        .one(db.read())
        .await?;
    Ok(last.flatten().map(Day))
}

/// Asks for a run to be stopped. Whoever works for it learns of it when the lease is renewed. The entry is there if and
/// only if the run is under way.
///
/// # Errors
/// Where the database refuses.
pub async fn request_cancel(db: &Db, run: i64, entry: NewAuditEntry) -> Result<bool, StoreError> {
    let txn = db.begin().await?;
    let updated = Entity::update_many()
        .col_expr(Column::CancelRequested, Expr::value(true))
        .filter(Column::Id.eq(run))
        .filter(Column::State.eq(State::Running))
        .exec(&txn)
        .await?;
    let is_asked = updated.rows_affected == 1;
    if is_asked {
        insert_entry(&txn, entry).await?;
    }
    txn.commit().await?;
    Ok(is_asked)
}

/// Records as lost whatever runs nobody holds any more, except this night's, which are taken over instead.
///
/// # Errors
/// Where the database refuses.
pub async fn record_lost(
    db: &Db,
    tonight: Option<Slot>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let is_over = Condition::any()
        .add(Column::Slot.is_null())
        .add(Column::Fence.gte(ATTEMPTS_MAX))
        // Slots sort by their night.
        .add_option(tonight.map(|slot| Column::Slot.lt(slot.prefix())));
    let lost = Condition::all().add(expired(db.read())).add(is_over);
    // Most often there is none, and nothing need be written.
    let found = Entity::find().filter(lost.clone()).one(db.read()).await?;
    if found.is_none() {
        return Ok(0);
    }
    let txn = db.begin().await?;
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Lost))
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(lost)
        .exec(&txn)
        .await?;
    txn.commit().await?;
    Ok(updated.rows_affected)
}

/// The runs under way whose leases hold.
pub(super) async fn held_runs(db: &Db) -> Result<BTreeSet<i64>, StoreError> {
    let held: Vec<i64> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::State.eq(State::Running))
        .filter(expired(db.read()).not())
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(held.into_iter().collect())
}

impl Slot {
    fn prefix(self) -> String {
        format!("{} ", self.night)
    }

    fn text(self, as_of: Day) -> String {
        format!("{} {as_of}", self.night)
    }
}

impl Claim {
    /// Moves the end of the lease.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn renew(&self, db: &Db, lease: Duration) -> Result<Renewal, StoreError> {
        let txn = db.begin().await?;
        let renewed = Entity::update_many()
            .col_expr(Column::LeaseUntil, lease_end(&txn, lease))
            .filter(self.is_ours())
            .exec(&txn)
            .await?;
        let cancel: Option<bool> = Entity::find_by_id(self.run)
            .select_only()
            .column(Column::CancelRequested)
            .into_tuple()
            .one(&txn)
            .await?;
        txn.commit().await?;
        Ok(match (renewed.rows_affected, cancel) {
            (1, Some(true)) => Renewal::CancelRequested,
            (1, _) => Renewal::Held,
            _ => Renewal::Lost,
        })
    }

    /// Records how the work ended, where nothing was published.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn end(
        &self,
        db: &Db,
        state: State,
        error: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let txn = db.begin().await?;
        Entity::update_many()
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::EndedAt, Expr::value(now))
            .col_expr(Column::Error, Expr::value(error))
            .filter(self.is_ours())
            .exec(&txn)
            .await?;
        Ok(txn.commit().await?)
    }

    /// Gives the lease back, so that the next server takes the run over at once.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn hand_back(&self, db: &Db) -> Result<(), StoreError> {
        let txn = db.begin().await?;
        Entity::update_many()
            .col_expr(Column::LeaseUntil, Expr::value(0_i64))
            .filter(self.is_ours())
            .exec(&txn)
            .await?;
        Ok(txn.commit().await?)
    }

    /// Records success in the transaction that publishes. False where the run is no longer ours: nothing may be
    /// published then.
    pub(super) async fn succeed(
        &self,
        txn: &DatabaseTransaction,
        snapshot: i64,
        counts: Counts,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let updated = Entity::update_many()
            .col_expr(Column::State, Expr::value(State::Succeeded))
            .col_expr(Column::EndedAt, Expr::value(now))
            .col_expr(Column::FactRows, Expr::value(counts.fact_rows))
            .col_expr(Column::Scorecards, Expr::value(counts.scorecards))
            .col_expr(Column::PeerBands, Expr::value(counts.peer_bands))
            .col_expr(Column::Snapshot, Expr::value(snapshot))
            .filter(self.is_ours())
            .filter(Column::CancelRequested.eq(false))
            .exec(txn)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    fn is_ours(&self) -> Condition {
        Condition::all()
            .add(Column::Id.eq(self.run))
            .add(Column::Fence.eq(self.fence))
            .add(Column::State.eq(State::Running))
    }
}

fn model(new: &NewRun, state: State, now: DateTime<Utc>) -> ActiveModel {
    ActiveModel {
        id: NotSet,
        job: Set(new.job.to_owned()),
        as_of: Set(new.as_of.0),
        slot: Set(new.slot.map(|slot| slot.text(new.as_of))),
        trigger: Set(match new.slot {
            Some(_) => Trigger::Schedule,
            None => Trigger::Operator,
        }),
        state: Set(state),
        started_at: Set(now),
        ended_at: Set(None),
        fence: Set(0),
        lease_until: Set(0),
        cancel_requested: Set(false),
        fact_rows: Set(None),
        scorecards: Set(None),
        peer_bands: Set(None),
        snapshot: Set(None),
        error: Set(None),
    }
}

/// Of several servers that insert the same slot one does; the others wait for it and then do nothing.
async fn insert_slot(txn: &DatabaseTransaction, model: ActiveModel) -> Result<(), StoreError> {
    let mut known = OnConflict::columns([Column::Job, Column::Slot]);
    let insert = Entity::insert(model).on_conflict(known.do_nothing().to_owned());
    txn.execute(insert.as_query()).await?;
    Ok(())
}
