//! Everything that can be listened to.

use async_graphql::{Context, Error, ID, Subscription};
use futures_util::{Stream, StreamExt};

use super::error::Failure;
use super::global_id::GlobalId;
use super::reader::reader;
use super::scope::{Scope, check_operations};
use super::types::job_run::JobRun;
use super::types::snapshot::Snapshot;
use crate::service::feed::{Event, Feed};

/// The root of every subscription.
#[derive(Clone, Copy, Debug)]
pub struct Subscription;

/// Everything that can be listened to, over WebSocket (graphql-transport-ws) or server-sent events (graphql-sse). Events
/// come within seconds, whichever server of the program they happen on.
#[Subscription]
impl Subscription {
    /// Each snapshot as it is published.
    async fn snapshot_published(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Snapshot> + use<>, Error> {
        let events = listen(ctx).await?;
        let viewer = reader(ctx).principal().viewer();
        Ok(events.filter_map(move |event| {
            std::future::ready(match event {
                Event::Published(snapshot) => {
                    Some(Snapshot::new(Scope::new(snapshot, viewer.clone())))
                }
                Event::Progressed(_) => None,
            })
        }))
    }

    /// A run each time that it progresses: it starts, is asked to stop, is taken over, or ends. For operators and admins.
    async fn job_run_progressed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of one run; all where it is absent.")] id: Option<ID>,
    ) -> Result<impl Stream<Item = JobRun> + use<>, Error> {
        check_operations(ctx)?;
        let asked = match id.as_ref().map(|id| GlobalId::decode(id)) {
            None => None,
            Some(Some(GlobalId::JobRun(key))) => Some(key.0),
            Some(_) => return Err(Failure::NotFound("id: there is no such run".to_owned()).into()),
        };
        let events = listen(ctx).await?;
        Ok(events.filter_map(move |event| {
            std::future::ready(match event {
                Event::Progressed(run) if asked.is_none_or(|id| id == run.id) => {
                    Some(JobRun((*run).clone()))
                }
                _ => None,
            })
        }))
    }
}

async fn listen(ctx: &Context<'_>) -> Result<impl Stream<Item = Event> + use<>, Failure> {
    let feed = ctx.data_unchecked::<Feed>().clone();
    Ok(feed.listen().await?)
}
