//! Everything that can be asked for.

use async_graphql::{Context, Error, ID, Object};

use super::error::{Failure, Nullable, nullable};
use super::pagination::{Counted, PageArgs, list_price, page_price};
use super::reader::reader;
use super::scalars::Date;
use super::scope::{Audience, check_operations, open, scope_of};
use super::types::api_key::{ApiKey, page_of_keys};
use super::types::audit_entry::{AuditEntry, AuditFilter, page_of_entries};
use super::types::batch::{Batch, Dataset, page_of_batches};
use super::types::job::{JOBS, Job};
use super::types::job_run::{JobRun, JobRunFilter, page_of_job_runs};
use super::types::language::Language;
use super::types::location::{Location, PRICED_LOCATIONS, locations_under};
use super::types::metric::{Metric, MetricDefinition, catalogue, metrics_price};
use super::types::node::{Node, find_node};
use super::types::partner::{Partner, PartnerBy, find_partner, page_of_partners};
use super::types::partner_filter::{PartnerFilter, PartnerOrder};
use super::types::peer_group::{PeerGroup, peer_groups};
use super::types::product::{Product, Workload};
use super::types::program::Program;
use super::types::rate_limit::{RateLimit, rate_limit};
use super::types::scorecard::{Scorecard, ScorecardArgs, page_of_scorecards};
use super::types::scorecard_filter::{ScorecardFilter, ScorecardOrder};
use super::types::slice::SliceFilter;
use super::types::snapshot::{Snapshot, page_of_snapshots, scorecard_of};
use super::types::viewer::Viewer;
use crate::store::location::{LocationId, LocationKey};
use crate::store::offering::{ProductId, WorkloadId, WorkloadsOf, list_products, list_workloads};
use crate::store::snapshot::SnapshotFilter;

/// How many products and how many workloads are priced where all are asked for.
const PRICED_OFFERINGS: usize = 50;
/// The most ids of one `nodes`.
const NODES_MAX: usize = 100;

/// The root of every query.
#[derive(Clone, Copy, Debug)]
pub struct Query;

/// Everything that can be asked for. Figures are those of published snapshots: of the newest one unless a date is named,
/// and of the same one throughout a request.
#[Object]
impl Query {
    /// Who asks, and what they may do.
    async fn viewer(&self) -> Viewer {
        Viewer
    }

    /// The program and its settings.
    async fn program(&self) -> Program {
        Program
    }

    /// What this request costs, and what is left for the next; null where requests are not paid for.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Option<RateLimit> {
        rate_limit(ctx)
    }

    /// What each metric means, in the scorecard's order.
    #[graphql(complexity = "list_price(8, child_complexity)")]
    async fn metrics(
        &self,
        #[graphql(desc = "The language of the texts.", default)] language: Language,
    ) -> Vec<MetricDefinition> {
        catalogue(language)
    }

    /// Every product, by its id.
    #[graphql(complexity = "list_price(PRICED_OFFERINGS, child_complexity)")]
    async fn products(&self, ctx: &Context<'_>) -> Nullable<Vec<Product>> {
        let found = list_products(&reader(ctx).db).await.map_err(Failure::from);
        nullable(found.map(|found| Some(found.into_iter().map(Product).collect())))
    }

    /// One product; null where there is none.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sender's id.")] product_id: String,
    ) -> Nullable<Product> {
        let found = reader(ctx).find(ProductId(product_id)).await;
        nullable(found.map(|found| found.map(Product)))
    }

    /// One workload; null where there is none.
    async fn workload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sender's id.")] workload_id: String,
    ) -> Nullable<Workload> {
        let found = reader(ctx).find(WorkloadId(workload_id)).await;
        nullable(found.map(|found| found.map(Workload)))
    }

    /// One location of the tree in use; null where there is none.
    async fn location(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sender's id.")] location_id: String,
    ) -> Nullable<Location> {
        let found = reader(ctx).find(LocationId(location_id)).await;
        nullable(found.map(|found| found.map(Location)))
    }

    /// The workloads of a product, or of all, by their ids.
    #[graphql(complexity = "list_price(PRICED_OFFERINGS, child_complexity)")]
    async fn workloads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sender's id of a product; all products where it is absent.")]
        product_id: Option<String>,
    ) -> Nullable<Vec<Workload>> {
        nullable(workloads_of(ctx, product_id).await.map(Some))
    }

    /// The locations directly under another one, or under the world, by their ids.
    #[graphql(complexity = "list_price(PRICED_LOCATIONS, child_complexity)")]
    async fn locations(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The sender's id of the location above them; the world where it is absent."
        )]
        parent_id: Option<String>,
    ) -> Nullable<Vec<Location>> {
        nullable(locations_of(ctx, parent_id).await.map(Some))
    }

    /// One partner; null where there is none, or it is hidden from whoever asks.
    async fn partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: PartnerBy,
    ) -> Nullable<Partner> {
        nullable(find_partner(ctx, by).await)
    }

    /// The partners that whoever asks may see, by their ids unless ordered otherwise.
    #[graphql(complexity = "page_price(first, last, child_complexity)")]
    #[allow(
        clippy::too_many_arguments,
        reason = "these are the arguments of the field"
    )]
    async fn partners(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all where it is absent.")] filter: Option<PartnerFilter>,
        #[graphql(desc = "What they are sorted by, the first part first.")] order_by: Option<
            Vec<PartnerOrder>,
        >,
        #[graphql(
            desc = "How many from the front: 0 to 200; 50 where last is absent, too. The server's settings may say otherwise."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the back, instead of first: 0 to 200. The server's settings may say otherwise."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Counted<Partner>> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        nullable(
            page_of_partners(ctx, filter, order_by, page)
                .await
                .map(Some),
        )
    }

    /// The newest published snapshot, or that of a date; null where there is none.
    async fn snapshot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The as-of date; the newest published one where it is absent.")]
        as_of: Option<Date>,
        #[graphql(
            desc = "The revision; the newest published one where it is absent. Partners and integrators have no other."
        )]
        revision: Option<i32>,
    ) -> Nullable<Snapshot> {
        let found = reader(ctx)
            .snapshot(as_of.map(|date| date.0), revision)
            .await;
        nullable(found.map(|found| found.map(|snapshot| Snapshot::new(scope_of(ctx, snapshot)))))
    }

    /// The published snapshots, newest first; of each date the newest revision.
    #[graphql(complexity = "page_price(first, last, child_complexity)")]
    #[allow(
        clippy::too_many_arguments,
        reason = "these are the arguments of the field"
    )]
    async fn snapshots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first as-of date, included.")] from: Option<Date>,
        #[graphql(desc = "The last as-of date, included.")] to: Option<Date>,
        #[graphql(
            desc = "Also revisions that a later one of the same date has taken the place of. Partners and integrators have none.",
            default
        )]
        superseded: bool,
        #[graphql(
            desc = "How many from the front: 0 to 200; 50 where last is absent, too. The server's settings may say otherwise."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the back, instead of first: 0 to 200. The server's settings may say otherwise."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Counted<Snapshot>> {
        let filter = SnapshotFilter {
            from: from.map(|date| date.0),
            to: to.map(|date| date.0),
            superseded,
        };
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        nullable(page_of_snapshots(ctx, filter, page).await.map(Some))
    }

    /// The scorecard of a partner in a slice; null where it has none there.
    async fn scorecard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sender's id of the partner.")] partner_id: String,
        #[graphql(desc = "The slice; everything in the whole world where it is absent.")]
        slice: Option<SliceFilter>,
        #[graphql(desc = "The as-of date; the newest published one where it is absent.")]
        as_of: Option<Date>,
        #[graphql(desc = "Whose eyes the figures are for.", default)] audience: Audience,
    ) -> Nullable<Scorecard> {
        let find = async {
            let scope = open(ctx, as_of.map(|date| date.0), audience).await?;
            scorecard_of(ctx, scope, partner_id, slice).await
        };
        nullable(find.await)
    }

    /// The scorecards of a slice, by the partner's id unless ordered otherwise. Name a date to page through one
    /// snapshot while others are published.
    #[graphql(complexity = "page_price(first, last, child_complexity)")]
    #[allow(
        clippy::too_many_arguments,
        reason = "these are the arguments of the field"
    )]
    async fn scorecards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slice; everything in the whole world where it is absent.")]
        slice: Option<SliceFilter>,
        #[graphql(desc = "Which of them; all where it is absent.")] filter: Option<ScorecardFilter>,
        #[graphql(desc = "What they are sorted by, the first part first.")] order_by: Option<
            Vec<ScorecardOrder>,
        >,
        #[graphql(desc = "The as-of date; the newest published one where it is absent.")]
        as_of: Option<Date>,
        #[graphql(
            desc = "How many from the front: 0 to 200; 50 where last is absent, too. The server's settings may say otherwise."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the back, instead of first: 0 to 200. The server's settings may say otherwise."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Counted<Scorecard>> {
        let find = async {
            let scope = open(ctx, as_of.map(|date| date.0), Audience::Staff).await?;
            let args = ScorecardArgs {
                slice,
                filter,
                order: order_by,
                page: PageArgs {
                    first,
                    after,
                    last,
                    before,
                },
            };
            page_of_scorecards(ctx, scope, args).await.map(Some)
        };
        nullable(find.await)
    }

    /// The peers of each metric in a slice, with their bands, in the scorecard's order.
    #[graphql(complexity = "metrics_price(metrics.as_deref(), child_complexity)")]
    async fn peer_bands(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slice; everything in the whole world where it is absent.")]
        slice: Option<SliceFilter>,
        #[graphql(desc = "The metrics; all where it is absent.")] metrics: Option<Vec<Metric>>,
        #[graphql(desc = "The as-of date; the newest published one where it is absent.")]
        as_of: Option<Date>,
        #[graphql(desc = "Whose eyes the figures are for.", default)] audience: Audience,
    ) -> Nullable<Vec<PeerGroup>> {
        let find = async {
            let scope = open(ctx, as_of.map(|date| date.0), audience).await?;
            peer_groups(ctx, &scope, slice, metrics).await.map(Some)
        };
        nullable(find.await)
    }

    /// What a global id stands for; null where there is no such thing, or it is hidden from whoever asks.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id.")] id: ID,
    ) -> Nullable<Node> {
        nullable(find_node(ctx, &id).await)
    }

    /// What each of some global ids stands for, in their order, with null where there is no such thing.
    #[graphql(complexity = "list_price(ids.len(), child_complexity)")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global ids; at most 100.")] ids: Vec<ID>,
    ) -> Nullable<Vec<Nullable<Node>>> {
        if ids.len() > NODES_MAX {
            let message = format!(
                "ids has {} entries; at most {NODES_MAX} are read",
                ids.len()
            );
            return Some(Err(Error::from(Failure::BadInput(message))));
        }
        let finding = ids
            .iter()
            .map(|id| async { nullable(find_node(ctx, id).await) });
        Some(Ok(futures_util::future::join_all(finding).await))
    }

    /// The stored batches, the one committed last first. For operators and admins.
    #[graphql(complexity = "page_price(first, last, child_complexity)")]
    async fn batches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this dataset.")] dataset: Option<Dataset>,
        #[graphql(
            desc = "How many from the front: 0 to 200; 50 where last is absent, too. The server's settings may say otherwise."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the back, instead of first: 0 to 200. The server's settings may say otherwise."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Counted<Batch>> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        nullable(page_of_batches(ctx, dataset, page).await.map(Some))
    }

    /// The API keys, the newest first. For admins.
    #[graphql(complexity = "page_price(first, last, child_complexity)")]
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many from the front: 0 to 200; 50 where last is absent, too. The server's settings may say otherwise."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the back, instead of first: 0 to 200. The server's settings may say otherwise."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Counted<ApiKey>> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        nullable(page_of_keys(ctx, page).await.map(Some))
    }

    /// What was done by whom, the newest first. For admins.
    #[graphql(complexity = "page_price(first, last, child_complexity)")]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries; all where it is absent.")] filter: Option<AuditFilter>,
        #[graphql(
            desc = "How many from the front: 0 to 200; 50 where last is absent, too. The server's settings may say otherwise."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the back, instead of first: 0 to 200. The server's settings may say otherwise."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Counted<AuditEntry>> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        nullable(page_of_entries(ctx, filter, page).await.map(Some))
    }

    /// What the server does by itself. For operators and admins.
    #[allow(clippy::unused_async, reason = "fields are async")]
    async fn jobs(&self, ctx: &Context<'_>) -> Nullable<Vec<Job>> {
        nullable(check_operations(ctx).map(|()| Some(JOBS.to_vec())))
    }

    /// The runs of jobs, newest first. For operators and admins.
    #[graphql(complexity = "page_price(first, last, child_complexity)")]
    async fn job_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all where it is absent.")] filter: Option<JobRunFilter>,
        #[graphql(
            desc = "How many from the front: 0 to 200; 50 where last is absent, too. The server's settings may say otherwise."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "How many from the back, instead of first: 0 to 200. The server's settings may say otherwise."
        )]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Counted<JobRun>> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        nullable(page_of_job_runs(ctx, filter, page).await.map(Some))
    }
}

async fn workloads_of(
    ctx: &Context<'_>,
    product_id: Option<String>,
) -> Result<Vec<Workload>, Failure> {
    let reader = reader(ctx);
    let found = match product_id {
        None => list_workloads(&reader.db).await?,
        Some(id) => {
            if reader.find(ProductId(id.clone())).await?.is_none() {
                return Err(Failure::NotFound(format!(
                    "productId: there is no product {id:?}"
                )));
            }
            reader.get(WorkloadsOf(ProductId(id))).await?
        }
    };
    Ok(found.into_iter().map(Workload).collect())
}

async fn locations_of(
    ctx: &Context<'_>,
    parent_id: Option<String>,
) -> Result<Vec<Location>, Failure> {
    let parent = match parent_id {
        None => LocationKey::WORLD,
        Some(id) => {
            let found = reader(ctx).find(LocationId(id.clone())).await?;
            let unknown = || Failure::NotFound(format!("parentId: there is no location {id:?}"));
            LocationKey(found.ok_or_else(unknown)?.id)
        }
    };
    locations_under(ctx, parent).await
}
