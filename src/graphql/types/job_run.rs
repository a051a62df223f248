//! Runs of jobs.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use kernel::Day;

use super::snapshot::Snapshot;
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::pagination::{Counted, PageArgs, Total, connection};
use crate::graphql::reader::reader;
use crate::graphql::scalars::{Count, Date};
use crate::graphql::scope::{check_operations, scope_of};
use crate::store::job_run as store;
use crate::store::job_run::{JobRunKey, count_job_runs, list_job_runs};
use crate::store::snapshot::SnapshotKey;

/// How far a run came.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "store::JobRunState")]
pub enum JobRunState {
    /// It is under way.
    Running,
    /// It did what it was for.
    Succeeded,
    /// It stopped at an error, which it tells.
    Failed,
    /// An operator stopped it.
    Cancelled,
    /// There was nothing to do.
    Skipped,
    /// Its time passed while nothing ran, and it was not made up for.
    Missed,
    /// Its process ended without a word.
    Lost,
}

/// What made a run start.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "store::JobTrigger")]
pub enum JobTrigger {
    /// Its time had come.
    Schedule,
    /// An operator asked for it.
    Operator,
}

/// Tests of a run. All that are given must hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct JobRunFilter {
    /// The job's name.
    job: Option<String>,
    /// One of these states.
    state: Option<Vec<JobRunState>>,
}

/// One run of a job.
#[derive(Clone, Debug)]
pub struct JobRun(pub store::JobRun);

/// One run of a job: what it was for, how far it came and how it ended.
#[Object]
impl JobRun {
    /// The global id.
    pub async fn id(&self) -> ID {
        GlobalId::JobRun(JobRunKey(self.0.id)).encode()
    }

    /// The job's name.
    async fn job(&self) -> &str {
        &self.0.job
    }

    /// The as-of date it is for; of `compact_facts` the day before its night, or on which an operator asked for it.
    async fn as_of(&self) -> Date {
        Day(self.0.as_of).into()
    }

    /// What made it start.
    async fn trigger(&self) -> JobTrigger {
        self.0.trigger.into()
    }

    /// How far it came.
    async fn state(&self) -> JobRunState {
        self.0.state.into()
    }

    /// Whether somebody has asked for it to be stopped. Whoever works for it learns of it within seconds; it stays true
    /// where the run had come to its end before.
    async fn cancel_requested(&self) -> bool {
        self.0.cancel_requested
    }

    /// When it started.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// When it ended; null while it is running.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }

    /// How many rows of facts it read; null until it has.
    async fn fact_row_count(&self) -> Option<Count> {
        self.0.fact_rows.map(Count::from)
    }

    /// How many scorecards it made; null until it has.
    async fn scorecard_count(&self) -> Option<Count> {
        self.0.scorecards.map(Count::from)
    }

    /// How many peer bands it made; null until it has.
    async fn peer_band_count(&self) -> Option<Count> {
        self.0.peer_bands.map(Count::from)
    }

    /// The snapshot it published; null where it published none, or where retention has removed it.
    async fn snapshot(&self, ctx: &Context<'_>) -> Nullable<Snapshot> {
        let snapshot = SnapshotKey(self.0.snapshot?);
        let found = reader(ctx).find(snapshot).await;
        nullable(
            found.map(|found| found.map(|snapshot| Snapshot::new(scope_of(ctx, snapshot.into())))),
        )
    }

    /// Why it failed; null where it did not.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }
}

/// One page of the runs that match, newest first.
pub(in crate::graphql) async fn page_of_job_runs(
    ctx: &Context<'_>,
    filter: Option<JobRunFilter>,
    page: PageArgs,
) -> Result<Counted<JobRun>, Failure> {
    const ORDER: &str = "jobRuns";
    check_operations(ctx)?;
    let reader = reader(ctx);
    let filter = filter.unwrap_or_default();
    let states = filter
        .state
        .map(|states| states.into_iter().map(Into::into).collect());
    let filter = store::JobRunFilter {
        job: filter.job,
        states,
    };
    let page = page.page(reader.limits(), ORDER)?;
    let rows = list_job_runs(&reader.db, &filter, &page).await?;
    let db = reader.db.clone();
    let total = Total::new(move || {
        let (db, filter) = (db.clone(), filter.clone());
        async move { count_job_runs(&db, &filter).await }
    });
    Ok(connection(rows, ORDER, total, JobRun))
}
