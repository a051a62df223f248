//! Runs: started and stopped.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::{actor, run};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::reader::reader;
use crate::graphql::scalars::Date;
use crate::graphql::scope::check_operations;
use crate::graphql::types::job_run::JobRun;
use crate::service::operation::{Operations, StartError};
use crate::service::recompute::{RECOMPUTE_SNAPSHOT, RecomputeError};
use crate::service::run::cancel_run;
use crate::store::job_run::JobRunKey;

/// What is to be run.
#[derive(InputObject, Clone, Debug)]
pub struct RunJobInput {
    /// The job's name: `recompute_snapshot`.
    job: String,
    /// The as-of date to compute. Its snapshot becomes the next revision of the date.
    as_of: Date,
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
    if input.job != RECOMPUTE_SNAPSHOT {
        let message = format!(
            "job: there is no job {:?}; `jobs` lists those there are",
            input.job
        );
        return Err(Failure::NotFound(message));
    }
    let operations = ctx.data_unchecked::<Operations>().clone();
    let as_of = input.as_of.0;
    let by = actor(ctx);
    let started = run(async move { operations.start_recompute(&by, as_of).await }).await?;
    let job_run = JobRun(reader(ctx).get(JobRunKey(started)).await?);
    Ok(RunJobPayload { job_run })
}

async fn cancel_job_run(ctx: &Context<'_>, id: &ID) -> Result<CancelJobRunPayload, Failure> {
    check_operations(ctx)?;
    let unknown = || Failure::NotFound(format!("id: there is no run {:?}", id.as_str()));
    let Some(GlobalId::JobRun(key)) = GlobalId::decode(id) else {
        return Err(unknown());
    };
    let job_run = JobRun(reader(ctx).find(key).await?.ok_or_else(unknown)?);
    let (db, by) = (reader(ctx).db.clone(), actor(ctx));
    if run(async move { cancel_run(&db, &by, key.0).await }).await? {
        return Ok(CancelJobRunPayload { job_run });
    }
    let message = "id: the run is not under way, so that there is nothing to stop";
    Err(Failure::BadInput(message.to_owned()))
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Failure {
        match error {
            StartError::TooMany => Failure::BadInput(error.to_string()),
            StartError::Recompute(RecomputeError::Store(error)) => error.into(),
            StartError::Recompute(error) => Failure::server(error),
        }
    }
}
