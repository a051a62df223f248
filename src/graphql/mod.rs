//! The GraphQL API: types and resolvers over the store, and the guards in front of them.
//!
//! A resolver scopes, validates, makes one call and converts. What a caller may see is decided in [`scope`]; queries
//! live in the store; rules and writes in the service.

pub mod error;
pub mod graphiql;
pub mod http;
pub mod mutation;
pub mod reader;
pub mod scope;
pub mod session;

mod collect;
mod cost;
mod cursor;
mod global_id;
pub mod guard;
pub mod pagination;
pub mod query;
pub mod scalars;
pub mod subscription;
pub mod types;

use std::sync::Arc;

use async_graphql::{SDLExportOptions, SchemaBuilder};
use chrono::{DateTime, Utc};

use crate::service::explain::Explaining;
use crate::service::feed::Feed;
use crate::service::operation::Operations;
use crate::store::kept::KeptRows;
use mutation::Mutation;
use pagination::Counted;
use query::Query;
use subscription::Subscription;
use types::api_key::ApiKey;
use types::audit_entry::AuditEntry;
use types::batch::Batch;
use types::job_run::JobRun;
use types::partner::Partner;
use types::release_report::WithheldMetric;
use types::scorecard::Scorecard;
use types::snapshot::Snapshot;

/// The schema, ready to answer.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The least depth that introspection needs.
const DEPTH_MIN: usize = 15;
/// Directives of one field.
const DIRECTIVES_MAX: usize = 8;

/// The schema over the opened product, with the limits of its settings.
#[must_use]
pub fn schema(operations: &Operations) -> Schema {
    schema_builder(operations).finish()
}

/// The same before it is finished, for whoever watches how it answers.
#[must_use]
pub fn schema_builder(operations: &Operations) -> SchemaBuilder<Query, Mutation, Subscription> {
    let app = operations.app();
    let limits = app.config().graphql;
    let session = session::Session {
        db: app.db().clone(),
        config: Arc::new(app.config().clone()),
        explaining: Explaining::new(app),
        kept: KeptRows::new(u64::from(limits.kept_rows_megabytes) * 1024 * 1024),
        cost: Arc::default(),
    };
    builder()
        .data(operations.clone())
        .data(Feed::new(app.db(), operations.listen()))
        .extension(session)
        .limit_depth(limits.depth_max.max(DEPTH_MIN))
        .limit_directives(DIRECTIVES_MAX)
}

/// The schema as text, sorted, as `schema.graphql` holds it.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .use_space_ident()
        .include_specified_by();
    builder().finish().sdl_with_options(options)
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation::default(), Subscription)
        .override_output_type_description::<DateTime<Utc>>(
            "A moment of RFC 3339, such as `2026-11-22T02:00:00Z`; answers are in UTC.",
        )
        .override_output_type_description::<Counted<ApiKey>>("A page of API keys.")
        .override_output_type_description::<Counted<AuditEntry>>(
            "A page of entries of the audit log.",
        )
        .override_output_type_description::<Counted<Batch>>("A page of batches.")
        .override_output_type_description::<Counted<JobRun>>("A page of runs.")
        .override_output_type_description::<Counted<Partner>>("A page of partners.")
        .override_output_type_description::<Counted<Scorecard>>("A page of scorecards.")
        .override_output_type_description::<Counted<Snapshot>>("A page of snapshots.")
        .override_output_type_description::<Counted<WithheldMetric>>(
            "A page of metrics of slices that are withheld.",
        )
}
