//! Every night: the snapshot of the day before, and those that are missing.

use chrono::{DateTime, Utc};
use kernel::Day;

use crate::app::App;
use crate::service::audit::Actor;
use crate::service::due::{History, due};
use crate::service::night::last_night;
use crate::service::recompute::{Published, RECOMPUTE_SNAPSHOT, RecomputeError, recompute};
use crate::service::run::Asked;
use crate::store::claim::{self, NewRun, Slot};
use crate::store::job_run::JobRunState;
use crate::store::{StoreError, manifest, snapshot};

/// What became of one date.
#[derive(Debug)]
pub struct Outcome {
    pub as_of: Day,
    pub result: Result<Published, RecomputeError>,
}

/// Brings this night's dates to an end: computes those that are due and not settled, takes over those whose server is
/// gone, and records those that are missed. Doing it again does nothing. A night that had begun before `since`, when this
/// server started, counts only where the schedule has run before: a new program has missed nothing.
///
/// # Errors
/// Where the database fails; what a single date fails at is in its outcome.
pub async fn recompute_snapshots(
    app: &App,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
    asked: &Asked,
) -> Result<Vec<Outcome>, StoreError> {
    let db = app.db();
    let program = &app.config().program;
    let schedule = &app.config().schedule;
    let night = last_night(now, schedule.at, program.timezone);
    let tonight = night.map(|(night, _)| Slot { night });
    claim::record_lost(db, tonight.filter(|_| schedule.enabled), now).await?;

    let Some((slot, (night, began))) = tonight.zip(night).filter(|_| schedule.enabled) else {
        return Ok(Vec::new());
    };
    let last_scheduled = claim::last_scheduled(db, RECOMPUTE_SNAPSHOT).await?;
    if began < since && last_scheduled.is_none() {
        return Ok(Vec::new());
    }
    let newest = Day(night.0 - 1);
    let settled = claim::settled_dates(db, RECOMPUTE_SNAPSHOT, slot).await?;
    let run = |as_of| NewRun {
        job: RECOMPUTE_SNAPSHOT,
        as_of,
        slot: Some(slot),
    };
    let published = snapshot::published_dates(db).await?;
    if published.is_empty() && !manifest::holds_facts(db).await? {
        claim::record(db, &run(newest), JobRunState::Skipped, now).await?;
        return Ok(Vec::new());
    }
    let history = History {
        published,
        last_scheduled,
    };
    let due = due(newest, schedule.catch_up_days, &history);
    for as_of in due.missed {
        claim::record(db, &run(as_of), JobRunState::Missed, now).await?;
    }
    let mut outcomes = Vec::new();
    for as_of in due.compute {
        if asked.to_stop().is_some() {
            break;
        }
        if settled.contains(&as_of) {
            continue;
        }
        let result = recompute(app, &Actor::schedule(), as_of, Some(slot), asked.clone()).await;
        outcomes.push(Outcome { as_of, result });
    }
    Ok(outcomes)
}
