//! What was withheld from partners and why: for staff.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};

use super::metric::Metric;
use super::slice::Slice;
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::pagination::{Counted, PageArgs, Total, connection, list_price, page_price};
use crate::graphql::reader::reader;
use crate::graphql::scalars::Count;
use crate::graphql::scope::Scope;
use crate::store::loader::SharedError;
use crate::store::paging::Rows;
use crate::store::release_report as store;
use crate::store::snapshot::SnapshotKey;

/// What protecting a snapshot came to.
#[derive(Clone, Debug)]
pub struct ReleaseReport {
    snapshot: SnapshotKey,
    metrics: Arc<[store::ReleaseReport]>,
}

/// By which rule partners are shown less than everything of a metric in a slice.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseRule {
    /// Too few peers.
    MinPeers,
    /// Too few in a band.
    MinBandMembers,
    /// The largest owner holds more than 50 % of the sum of absolute values, or the two largest more than 67 %.
    Dominance,
    /// One partner could have told another's value within 10 %.
    Attack,
}

/// How one partner could have told another's value.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseAttack {
    /// From the ranges of its slice, and where the partner itself stands.
    OrderStatistics,
    /// From a slice above or below in which it is the same.
    NestedEquality,
    /// From what it is the sum of, or a part of.
    Linear,
    /// From what an earlier snapshot told of it.
    Snapshots,
}

/// How far one metric was attacked and protected.
#[derive(SimpleObject, Clone, Copy, Debug)]
pub struct ReleaseReportMetric {
    /// The metric.
    metric: Metric,
    /// How many values the snapshot has of it.
    values: Count,
    /// How many of them could have been told within 10 % under the other rules alone.
    bounded_before: Count,
    /// How many still can: what earlier snapshots have told is not taken back.
    bounded_after: Count,
}

/// In how many slices a metric is withheld by one rule.
#[derive(SimpleObject, Clone, Copy, Debug)]
pub struct ReleaseReportCount {
    /// The metric.
    metric: Metric,
    /// The rule.
    rule: ReleaseRule,
    /// The attack, where that is the rule.
    attack: Option<ReleaseAttack>,
    /// Bands and counts are shown, and ranks alone withheld.
    shows_bands: bool,
    /// In how many slices.
    slices: Count,
}

/// A metric of a slice of which partners are shown less than everything.
#[derive(Clone, Copy, Debug)]
pub struct WithheldMetric(store::Withheld);

/// A metric of a slice of which partners are shown less than everything, and why.
#[Object]
impl WithheldMetric {
    /// The slice.
    async fn slice(&self) -> Slice {
        Slice::new(self.0.slice)
    }

    /// The metric.
    async fn metric(&self) -> Metric {
        self.0.metric.into()
    }

    /// Bands and counts are shown, and ranks alone withheld.
    async fn shows_bands(&self) -> bool {
        self.0.shows_bands
    }

    /// The rule.
    async fn rule(&self) -> ReleaseRule {
        rule(self.0.rule).0
    }

    /// The attack, where that is the rule.
    async fn attack(&self) -> Option<ReleaseAttack> {
        rule(self.0.rule).1
    }

    /// How many values could have been told, in this slice or in those that it tells of; 0 by the other rules.
    async fn values(&self) -> i32 {
        self.0.told
    }
}

/// What protecting a snapshot came to: what is withheld from partners and why.
#[Object]
impl ReleaseReport {
    /// Each metric, in the scorecard's order.
    #[graphql(complexity = "list_price(8, child_complexity)")]
    async fn metrics(&self) -> Vec<ReleaseReportMetric> {
        let metrics = self.metrics.iter();
        let metrics = metrics.map(|report| ReleaseReportMetric {
            metric: report.metric.into(),
            values: report.values.into(),
            bounded_before: report.bounded_before.into(),
            bounded_after: report.bounded_after.into(),
        });
        metrics.collect()
    }

    /// How much is withheld by which rule, in order of metric.
    #[graphql(complexity = "list_price(56, child_complexity)")]
    async fn counts(&self, ctx: &Context<'_>) -> Nullable<Vec<ReleaseReportCount>> {
        let counts = reader(ctx)
            .get(store::WithheldCountsOf(self.snapshot))
            .await;
        let count = |count: &store::WithheldCount| {
            let (rule, attack) = rule(count.rule);
            ReleaseReportCount {
                metric: count.metric.into(),
                rule,
                attack,
                shows_bands: count.shows_bands,
                slices: count.slices.into(),
            }
        };
        nullable(counts.map(|counts| Some(counts.iter().map(count).collect())))
    }

    /// Each metric of each slice of which partners are shown less than everything.
    #[graphql(complexity = "page_price(first, last, child_complexity)")]
    async fn withheld(
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
    ) -> Nullable<Counted<WithheldMetric>> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        nullable(page_of_withheld(ctx, self.snapshot, page).await.map(Some))
    }
}

/// The report of a snapshot; none for whoever does not see everything, and where its ranges are not protected.
pub(super) async fn release_report(
    ctx: &Context<'_>,
    scope: &Scope,
) -> Result<Option<ReleaseReport>, Failure> {
    if !scope.sees_everything() {
        return Ok(None);
    }
    let snapshot = scope.snapshot.key;
    let metrics = reader(ctx).get(store::ReleaseReportOf(snapshot)).await?;
    Ok((!metrics.is_empty()).then_some(ReleaseReport { snapshot, metrics }))
}

async fn page_of_withheld(
    ctx: &Context<'_>,
    snapshot: SnapshotKey,
    page: PageArgs,
) -> Result<Counted<WithheldMetric>, Failure> {
    const ORDER: &str = "withheld";
    let reader = reader(ctx);
    let page = page.page(reader.limits(), ORDER)?;
    let rows = reader.get(store::WithheldOf { snapshot, page }).await?;
    let loader = reader.rows().clone();
    let total = Total::new(move || {
        let loader = loader.clone();
        async move {
            let counts = loader.load_one(store::WithheldCountsOf(snapshot)).await?;
            let slices = counts.iter().flat_map(|counts| counts.iter());
            let total: i64 = slices.map(|count| count.slices).sum();
            Ok::<_, SharedError>(total.unsigned_abs())
        }
    });
    Ok(connection(Rows::clone(&rows), ORDER, total, WithheldMetric))
}

fn rule(rule: kernel::Rule) -> (ReleaseRule, Option<ReleaseAttack>) {
    let attack = match rule {
        kernel::Rule::MinPeers => return (ReleaseRule::MinPeers, None),
        kernel::Rule::MinBandMembers => return (ReleaseRule::MinBandMembers, None),
        kernel::Rule::Dominance => return (ReleaseRule::Dominance, None),
        kernel::Rule::Attack(attack) => attack,
    };
    let attack = match attack {
        kernel::Attack::OrderStatistics => ReleaseAttack::OrderStatistics,
        kernel::Attack::NestedEquality => ReleaseAttack::NestedEquality,
        kernel::Attack::Linear => ReleaseAttack::Linear,
        kernel::Attack::Snapshots => ReleaseAttack::Snapshots,
    };
    (ReleaseRule::Attack, Some(attack))
}
