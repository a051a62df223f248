//! Snapshots.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use kernel::Window;

use super::metric::{Metric, metrics_price};
use super::peer_group::{PeerGroup, peer_groups};
use super::release_report::{ReleaseReport, release_report};
use super::scorecard::{Scorecard, ScorecardArgs, find_scorecard, page_of_scorecards};
use super::scorecard_filter::{ScorecardFilter, ScorecardOrder};
use super::settings::Settings;
use super::slice::SliceFilter;
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::pagination::{Counted, PageArgs, Total, connection, page_price};
use crate::graphql::reader::reader;
use crate::graphql::scalars::{Count, Date};
use crate::graphql::scope::{Audience, Scope, check_figures, scope_of};
use crate::store::partner::{PartnerId, PartnerKey};
use crate::store::rights::Visible;
use crate::store::snapshot::{SnapshotFilter, count_snapshots, list_snapshots};

/// A published snapshot.
#[derive(Clone, Debug)]
pub struct Snapshot(Scope);

impl Snapshot {
    pub(in crate::graphql) fn new(scope: Scope) -> Snapshot {
        Snapshot(scope)
    }
}

/// Everything published for one as-of date. Once published it never changes; a recompute makes a new revision.
#[Object]
impl Snapshot {
    /// The global id. In a partner's preview another one than in one's own view, as other figures are below it.
    pub async fn id(&self) -> ID {
        let id = GlobalId::Snapshot {
            key: self.0.snapshot.key,
            previewed: self.0.previewed(),
        };
        id.encode()
    }

    /// The as-of date: the last day that counts.
    async fn as_of(&self) -> Date {
        self.0.snapshot.as_of.into()
    }

    /// 1 for the first snapshot of its date; each recompute adds one.
    async fn revision(&self) -> i32 {
        self.0.snapshot.revision
    }

    /// The first day of its twelve months.
    async fn window_first(&self) -> Date {
        Window::ending(self.0.snapshot.as_of).first.into()
    }

    /// The last day of its twelve months: the as-of date.
    async fn window_last(&self) -> Date {
        Window::ending(self.0.snapshot.as_of).last.into()
    }

    /// The program settings it was computed with.
    async fn settings(&self) -> Settings {
        Settings::from(&self.0.snapshot.settings)
    }

    /// When it was published.
    async fn published_at(&self) -> DateTime<Utc> {
        self.0.snapshot.published_at
    }

    /// How many rows of facts it was computed from; null for partners and integrators.
    async fn fact_row_count(&self, ctx: &Context<'_>) -> Option<Count> {
        sees_counts(ctx).then(|| self.0.snapshot.fact_rows.into())
    }

    /// How many slices it has scorecards in; null for partners and integrators.
    async fn slice_count(&self, ctx: &Context<'_>) -> Option<Count> {
        sees_counts(ctx).then(|| self.0.snapshot.slices.into())
    }

    /// How many scorecards it has; null for partners and integrators.
    async fn scorecard_count(&self, ctx: &Context<'_>) -> Option<Count> {
        sees_counts(ctx).then(|| self.0.snapshot.scorecards.into())
    }

    /// How many peer bands it has; null for partners and integrators.
    async fn peer_band_count(&self, ctx: &Context<'_>) -> Option<Count> {
        sees_counts(ctx).then(|| self.0.snapshot.peer_bands.into())
    }

    /// What is withheld from partners and why, where ranges are protected; null where they are not, and for everybody but
    /// admins and analysts.
    async fn release_report(&self, ctx: &Context<'_>) -> Nullable<ReleaseReport> {
        nullable(release_report(ctx, &self.0).await)
    }

    /// The scorecard of a partner in a slice of this snapshot; null where it has none there.
    async fn scorecard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sender's id of the partner.")] partner_id: String,
        #[graphql(desc = "The slice; everything in the whole world where it is absent.")]
        slice: Option<SliceFilter>,
        #[graphql(desc = "Whose eyes the figures are for.", default)] audience: Audience,
    ) -> Nullable<Scorecard> {
        nullable(scorecard_of(ctx, audience.narrow(&self.0), partner_id, slice).await)
    }

    /// The scorecards of a slice of this snapshot, by the partner's id unless ordered otherwise.
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
        nullable(
            page_of_scorecards(ctx, self.0.clone(), args)
                .await
                .map(Some),
        )
    }

    /// The peers of each metric in a slice of this snapshot, with their bands, in the scorecard's order.
    #[graphql(complexity = "metrics_price(metrics.as_deref(), child_complexity)")]
    async fn peer_bands(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slice; everything in the whole world where it is absent.")]
        slice: Option<SliceFilter>,
        #[graphql(desc = "The metrics; all where it is absent.")] metrics: Option<Vec<Metric>>,
        #[graphql(desc = "Whose eyes the figures are for.", default)] audience: Audience,
    ) -> Nullable<Vec<PeerGroup>> {
        let groups = peer_groups(ctx, &audience.narrow(&self.0), slice, metrics).await;
        nullable(groups.map(Some))
    }
}

/// How large a snapshot is tells of all partners together, which the release rules do not.
fn sees_counts(ctx: &Context<'_>) -> bool {
    *reader(ctx).rights().partners() == Visible::All
}

/// The scorecard of the partner with this id. A partner that does not exist is an error; one without a scorecard is
/// not.
pub(in crate::graphql) async fn scorecard_of(
    ctx: &Context<'_>,
    scope: Scope,
    partner_id: String,
    slice: Option<SliceFilter>,
) -> Result<Option<Scorecard>, Failure> {
    check_figures(&scope)?;
    let partner = reader(ctx).find(PartnerId(partner_id.clone())).await?;
    // One that is hidden looks as if it did not exist.
    let partner = partner.filter(|row| scope.for_figures_of(PartnerKey(row.id)).is_some());
    let unknown = || Failure::NotFound(format!("partnerId: there is no partner {partner_id:?}"));
    find_scorecard(ctx, &scope, partner.ok_or_else(unknown)?, slice).await
}

/// One page of the snapshots that match, newest first.
pub(in crate::graphql) async fn page_of_snapshots(
    ctx: &Context<'_>,
    filter: SnapshotFilter,
    page: PageArgs,
) -> Result<Counted<Snapshot>, Failure> {
    const ORDER: &str = "snapshots";
    let reader = reader(ctx);
    let page = page.page(reader.limits(), ORDER)?;
    // To whoever may not see them there are none.
    let filter = SnapshotFilter {
        superseded: filter.superseded && reader.rights().superseded(),
        ..filter
    };
    let rows = list_snapshots(&reader.db, &filter, &page).await?;
    let db = reader.db.clone();
    let total = Total::new(move || {
        let db = db.clone();
        async move { count_snapshots(&db, &filter).await }
    });
    Ok(connection(rows, ORDER, total, |row| {
        Snapshot::new(scope_of(ctx, row.into()))
    }))
}
