//! Every night, after its dates: many small files of the fact store become few.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use kernel::Day;

use crate::app::App;
use crate::service::audit::Actor;
use crate::service::compact::{COMPACT_FACTS, CompactError, Compacted, Request, compact, is_due};
use crate::service::night::last_night;
use crate::service::recompute::RECOMPUTE_SNAPSHOT;
use crate::service::run::Asked;
use crate::store::StoreError;
use crate::store::claim::{self, NewRun, Slot};
use crate::store::job_run::JobRunState;

/// Compacts once each night in which the schedule has run, where the settings' policy finds anything to merge. None where
/// there was nothing to do. Doing it again does nothing.
///
/// # Errors
/// Where the database fails; what the compaction fails at is in its outcome.
pub async fn compact_facts(
    app: &App,
    now: DateTime<Utc>,
    asked: &Asked,
) -> Result<Option<Result<Compacted, CompactError>>, StoreError> {
    let db = app.db();
    let config = app.config();
    if !config.schedule.enabled || !config.compaction.enabled || asked.to_stop().is_some() {
        return Ok(None);
    }
    let Some((night, _)) = last_night(now, config.schedule.at, config.program.timezone) else {
        return Ok(None);
    };
    let (slot, as_of) = (Slot { night }, Day(night.0 - 1));
    // The night's dates come first: whether the night counts for this server is theirs to judge.
    if claim::last_scheduled(db, RECOMPUTE_SNAPSHOT).await? < Some(as_of) {
        return Ok(None);
    }
    let settled = claim::settled_dates(db, COMPACT_FACTS, slot).await?;
    if settled.contains(&as_of) {
        return Ok(None);
    }
    let small_files_max = config.compaction.small_files_max;
    if !is_due(app, small_files_max).await? {
        let run = NewRun {
            job: COMPACT_FACTS,
            as_of,
            slot: Some(slot),
        };
        claim::record(db, &run, JobRunState::Skipped, now).await?;
        return Ok(None);
    }
    let request = Request {
        small_files_max,
        as_of,
        slot: Some(slot),
    };
    Ok(Some(
        compact(
            app,
            &Actor::schedule(),
            request,
            asked.clone(),
            Arc::new(()),
        )
        .await,
    ))
}
