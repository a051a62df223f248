//! Runs: started and stopped.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::{actor, run};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::reader::reader;
use crate::graphql::scalars::Date;
use crate::graphql::scope::check_operations;
use crate::graphql::types::job_run::JobRun;
use crate::service::compact::{COMPACT_FACTS, CompactError};
use crate::service::operation::{Operations, StartError};
use crate::service::recompute::{RECOMPUTE_SNAPSHOT, RecomputeError};
use crate::service::run::cancel_run;
use crate::store::job_run::{self as store, JobRunKey};

/// What is to be run.
#[derive(InputObject, Clone, Debug)]
pub struct RunJobInput {
    /// The job's name, as `jobs` lists it.
    job: String,
    /// The as-of date that `recompute_snapshot` computes, and which must be given then. Its snapshot becomes the next
    /// revision of the date. The other jobs have none.
    as_of: Option<Date>,
}

/// What was started.
#[derive(SimpleObject, Clone, Debug)]
pub struct RunJobPayload {
    /// The run, which is under way; `jobRunProgressed` tells how it goes on.
    job_run: JobRun,
}

/// Which run is to be stopped.
#[derive(InputObject, Clone, Debug)]
pub struct CancelJobRunInput {
    /// The global id of the run.
    id: ID,
}

/// What was asked to stop.
#[derive(SimpleObject, Clone, Debug)]
pub struct CancelJobRunPayload {
    /// The run. It stops within seconds, as `jobRunProgressed` tells; it publishes nothing then.
    job_run: JobRun,
}

/// Changes of runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct JobRunMutation;

#[Object]
impl JobRunMutation {
    /// Runs a job now. It goes on whatever becomes of whoever asked, and waits for others of its kind.
    async fn run_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be run.")] input: RunJobInput,
    ) -> Nullable<RunJobPayload> {
        nullable(run_job(ctx, input).await.map(Some))
    }

    /// Asks for a run to be stopped, on whichever server it is under way.
    async fn cancel_job_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which run is to be stopped.")] input: CancelJobRunInput,
    ) -> Nullable<CancelJobRunPayload> {
        nullable(cancel_job_run(ctx, &input.id).await.map(Some))
    }
}

async fn run_job(ctx: &Context<'_>, input: RunJobInput) -> Result<RunJobPayload, Failure> {
    check_operations(ctx)?;
    let operations = ctx.data_unchecked::<Operations>().clone();
    let by = actor(ctx);
    let started = match (&*input.job, input.as_of) {
        (RECOMPUTE_SNAPSHOT, Some(as_of)) => {
            run(async move { operations.start_recompute(&by, as_of.0).await }).await?
        }
        (RECOMPUTE_SNAPSHOT, None) => {
            let message = "asOf: recompute_snapshot needs the date to compute";
            return Err(Failure::BadInput(message.to_owned()));
        }
        (COMPACT_FACTS, None) => run(async move { operations.start_compaction(&by).await }).await?,
        (COMPACT_FACTS, Some(_)) => {
            let message = "asOf: compact_facts is for no date; leave it out";
            return Err(Failure::BadInput(message.to_owned()));
        }
        (unknown, _) => {
            let message = format!("job: there is no job {unknown:?}; `jobs` lists those there are");
            return Err(Failure::NotFound(message));
        }
    };
    let job_run = JobRun(reader(ctx).get(JobRunKey(started)).await?);
    Ok(RunJobPayload { job_run })
}

async fn cancel_job_run(ctx: &Context<'_>, id: &ID) -> Result<CancelJobRunPayload, Failure> {
    check_operations(ctx)?;
    let unknown = || Failure::NotFound(format!("id: there is no run {:?}", id.as_str()));
    let Some(GlobalId::JobRun(key)) = GlobalId::decode(id) else {
        return Err(unknown());
    };
    let found = reader(ctx).find(key).await?.ok_or_else(unknown)?;
    let (db, by) = (reader(ctx).db.clone(), actor(ctx));
    if run(async move { cancel_run(&db, &by, key.0).await }).await? {
        // As it was read, but for what has just been done to it.
        let job_run = JobRun(store::JobRun {
            cancel_requested: true,
            ..found
        });
        return Ok(CancelJobRunPayload { job_run });
    }
    let message = "id: the run is not under way, so that there is nothing to stop";
    Err(Failure::BadInput(message.to_owned()))
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Failure {
        match error {
            StartError::TooMany => Failure::BadInput(error.to_string()),
            StartError::Recompute(RecomputeError::Store(error))
            | StartError::Compact(CompactError::Store(error)) => error.into(),
            StartError::Recompute(error) => Failure::server(error),
            StartError::Compact(error) => Failure::server(error),
        }
    }
}
