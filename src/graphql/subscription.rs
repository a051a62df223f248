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
use crate::store::snapshot::find_revision;

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
    ) -> Result<impl Stream<Item = Result<Snapshot, Error>> + use<>, Error> {
        let events = listen(ctx).await?;
        let reader = reader(ctx);
        let (db, principal) = (reader.db.clone(), reader.principal().clone());
        Ok(events.filter_map(move |event| {
            let (db, principal) = (db.clone(), principal.clone());
            async move {
                let Event::Published(snapshot) = event else {
                    return None;
                };
                // Events come late: a later revision may have taken its place.
                if !principal.rights().superseded() {
                    let (as_of, revision) = (Some(snapshot.as_of), snapshot.revision);
                    match find_revision(&db, principal.rights(), as_of, revision).await {
                        Ok(Some(_)) => {}
                        Ok(None) => return None,
                        Err(error) => return Some(Err(Failure::from(error).into())),
                    }
                }
                Some(Ok(Snapshot::new(Scope::new(snapshot, principal.viewer()))))
            }
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
