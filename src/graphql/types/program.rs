//! The program itself.

use async_graphql::{Context, Object};

use super::settings::Settings;
use super::snapshot::Snapshot;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::reader::reader;
use crate::graphql::scope::scope_of;

/// The partner program.
#[derive(Clone, Copy, Debug)]
pub struct Program;

/// The partner program as it is set up now.
#[Object]
impl Program {
    /// The settings that the next snapshot will be computed with. A snapshot tells those it was computed with.
    #[graphql(flatten)]
    #[allow(clippy::unused_async, reason = "fields are async")]
    async fn settings(&self, ctx: &Context<'_>) -> Settings {
        Settings::from(&reader(ctx).config.settings())
    }

    /// The newest published snapshot; null where none is published yet.
    async fn newest_snapshot(&self, ctx: &Context<'_>) -> Nullable<Snapshot> {
        let found = reader(ctx).snapshot(None, None).await;
        nullable(found.map(|found| found.map(|snapshot| Snapshot::new(scope_of(ctx, snapshot)))))
    }
}
