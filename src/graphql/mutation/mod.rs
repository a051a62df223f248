//! Everything that can be changed, one file for each noun.
//!
//! Each change runs in a task of its own (`service::finish`), which a client that goes away cannot stop half way, and
//! tells the audit log in its own transaction.

pub mod api_key;
pub mod batch;
pub mod job_run;
pub mod reference;
pub mod upload;

use async_graphql::{Context, MergedObject};

use super::error::Failure;
use super::reader::reader;
use crate::gate::CameFrom;
use crate::service::audit::Actor;
use crate::service::finish::finish;

/// Everything that can be changed. Changes are done one after the other, in the order in which they stand.
#[derive(MergedObject, Clone, Copy, Debug, Default)]
pub struct Mutation(
    api_key::ApiKeyMutation,
    job_run::JobRunMutation,
    batch::BatchMutation,
    reference::ReferenceMutation,
);

/// Whoever asks, as the audit log names them.
fn actor(ctx: &Context<'_>) -> Actor {
    let from = ctx.data_opt::<CameFrom>().and_then(|from| from.0);
    Actor::new(reader(ctx).principal(), from)
}

/// Runs a change to its end, whether or not the client waits for it.
async fn run<T, E>(
    change: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, Failure>
where
    T: Send + 'static,
    E: Send + 'static,
    Failure: From<E>,
{
    match finish(change).await {
        Ok(done) => Ok(done?),
        Err(broken) => Err(Failure::server(broken)),
    }
}
