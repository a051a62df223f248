//! A partner's value of one metric in one slice, and where it stands.

use std::sync::Arc;

use async_graphql::{Context, Object};
use kernel::{Day, Standing};

use super::absence::AbsenceReason;
use super::change::Change;
use super::explanation::{Explanation, PRICE};
use super::metric::{Metric, MetricGroup};
use super::next_band::NextBand;
use super::peer_group::{PeerBand, WithheldReason};
use super::trend::{TrendPoint, TrendStep, trend};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::pagination::list_price;
use crate::graphql::reader::reader;
use crate::graphql::scalars::Date;
use crate::graphql::scope::Scope;
use crate::service::absence::{self, Absence};
use crate::service::explain::ExplainOf;
use crate::service::next_band::next_band;
use crate::service::scope::VisibleBand;
use crate::store::location::LocationKey;
use crate::store::offering::OfferingKey;
use crate::store::peer_band::PeerBandsOf;
use crate::store::peer_group::{PeerGroup, PeerGroupsOf};
use crate::store::scorecard::{Measure as Row, Scorecard};
use crate::store::slice::SliceOf;

/// One metric of a scorecard.
#[derive(Clone, Debug)]
pub struct Measure {
    pub(super) metric: kernel::Metric,
    pub(super) scorecard: Arc<Scorecard>,
    pub(super) scope: Scope,
}

impl Measure {
    pub(super) fn row(&self) -> &Row {
        &self.scorecard.measures[self.metric.index()]
    }

    async fn group(&self, ctx: &Context<'_>) -> Result<PeerGroup, Failure> {
        let of = PeerGroupsOf {
            snapshot: self.scorecard.key.snapshot,
            slice: self.scorecard.key.slice,
        };
        Ok(reader(ctx).get(of).await?[self.metric.index()])
    }

    async fn is_visible(&self, ctx: &Context<'_>) -> Result<bool, Failure> {
        Ok(self.scope.sees_everything() || self.scope.sees(self.group(ctx).await?))
    }

    /// Where the value stands, if the viewer may know its band.
    pub(super) async fn standing(&self, ctx: &Context<'_>) -> Result<Option<Standing>, Failure> {
        match self.row().standing {
            Some(standing) if self.is_visible(ctx).await? => Ok(Some(standing)),
            _ => Ok(None),
        }
    }

    async fn sees_ranks(&self, ctx: &Context<'_>) -> Result<bool, Failure> {
        Ok(self.scope.sees_everything() || self.scope.sees_ranks(self.group(ctx).await?))
    }

    /// Where the value stands, if the viewer may know its rank.
    pub(super) async fn ranked(&self, ctx: &Context<'_>) -> Result<Option<Standing>, Failure> {
        match self.row().standing {
            Some(standing) if self.sees_ranks(ctx).await? => Ok(Some(standing)),
            _ => Ok(None),
        }
    }

    async fn find_percentile(&self, ctx: &Context<'_>) -> Result<Option<f64>, Failure> {
        let Some(standing) = self.ranked(ctx).await? else {
            return Ok(None);
        };
        let peers = self.group(ctx).await?.peers;
        Ok(Some(kernel::percentile(standing.less, peers)))
    }

    async fn find_peers(&self, ctx: &Context<'_>) -> Result<Option<u32>, Failure> {
        let group = self.group(ctx).await?;
        Ok(self.scope.sees(group).then_some(group.peers))
    }

    /// The bands as the viewer sees them, if it may.
    async fn visible_bands(&self, ctx: &Context<'_>) -> Result<Option<Vec<VisibleBand>>, Failure> {
        if !self.is_visible(ctx).await? {
            return Ok(None);
        }
        let of = PeerBandsOf {
            snapshot: self.scorecard.key.snapshot,
            slice: self.scorecard.key.slice,
        };
        let bands = reader(ctx).get(of).await?;
        Ok(Some(self.scope.bands_of(self.metric, &bands)))
    }

    async fn find_bands(&self, ctx: &Context<'_>) -> Result<Option<Vec<PeerBand>>, Failure> {
        let bands = self.visible_bands(ctx).await?;
        Ok(bands.map(|bands| bands.into_iter().map(PeerBand::from).collect()))
    }

    /// Why there is no value; none where there is one.
    pub(super) fn absence(&self) -> Option<Absence> {
        absence::of_value(&self.scorecard, self.metric)
    }

    pub(super) async fn band_absence(&self, ctx: &Context<'_>) -> Result<Option<Absence>, Failure> {
        let (group, row) = (self.group(ctx).await?, self.row());
        let has_value = row.value.is_some();
        Ok(absence::of_standing(
            &self.scope,
            group,
            has_value,
            row.standing,
        ))
    }

    pub(super) async fn rank_absence(&self, ctx: &Context<'_>) -> Result<Option<Absence>, Failure> {
        let (group, row) = (self.group(ctx).await?, self.row());
        let has_value = row.value.is_some();
        Ok(absence::of_rank(
            &self.scope,
            group,
            has_value,
            row.standing,
        ))
    }

    async fn bands_absence(&self, ctx: &Context<'_>) -> Result<Option<Absence>, Failure> {
        let group = self.group(ctx).await?;
        let bands = self.visible_bands(ctx).await?;
        let are_split = bands.is_some_and(|bands| !bands.is_empty());
        Ok(absence::of_bands(&self.scope, group, are_split))
    }

    /// How many have the same value, this one included, and how many there are.
    async fn same(&self, ctx: &Context<'_>) -> Result<Option<(u32, u32)>, Failure> {
        if !self.sees_ranks(ctx).await? || self.row().value.is_none() {
            return Ok(None);
        }
        let peers = self.group(ctx).await?.peers;
        Ok(match self.row().standing {
            Some(standing) => {
                let others = standing.less + (standing.rank - 1);
                Some((peers.saturating_sub(others), peers))
            }
            None if self.bands_absence(ctx).await? == Some(Absence::AllEqual) => {
                Some((peers, peers))
            }
            None => None,
        })
    }

    async fn find_next_band(&self, ctx: &Context<'_>) -> Result<NextBand, Failure> {
        let row = self.row();
        let found = match (row.value, self.standing(ctx).await?) {
            (Some(value), Some(standing)) => {
                let bands = self.visible_bands(ctx).await?.unwrap_or_default();
                next_band(self.metric, value, standing.band, &bands).map_err(Absence::from)
            }
            // Whoever stands nowhere has a reason for it.
            _ => Err(self.band_absence(ctx).await?.unwrap_or(Absence::NoValue)),
        };
        Ok(NextBand {
            metric: self.metric,
            currency: self.scope.snapshot.settings.program.reporting_currency,
            found,
        })
    }

    async fn find_explanation(&self, ctx: &Context<'_>) -> Result<Explanation, Failure> {
        let reader = reader(ctx);
        let slice = reader.get(self.scorecard.key.slice).await?;
        let of = ExplainOf {
            snapshot: self.scope.snapshot.clone(),
            scorecard: self.scorecard.clone(),
            slice: SliceOf {
                offering: OfferingKey(slice.offering),
                location: LocationKey(slice.location),
            },
            metric: self.metric,
            sees_others: self.scope.sees_everything(),
        };
        Ok(Explanation {
            metric: self.metric,
            value: self.row().value,
            found: reader.explain(of).await?,
        })
    }

    async fn find_change(&self, ctx: &Context<'_>, since: Day) -> Result<Change, Failure> {
        let as_of = self.scope.snapshot.as_of;
        if since >= as_of {
            let message = format!("since is {since}; name a day before {as_of}, the measure's own");
            return Err(Failure::BadInput(message));
        }
        let snapshot = reader(ctx).snapshot_until(since).await?;
        let scope_then = snapshot.map(|snapshot| self.scope.at(snapshot));
        let then = match &scope_then {
            Some(scope) => self.in_snapshot(ctx, scope.clone()).await?,
            None => None,
        };
        Ok(Change {
            now: self.clone(),
            scope_then,
            then,
        })
    }
}

/// A partner's value of one metric in one slice, and where it stands among its peers.
// What takes more room than the fields that most ask for is boxed: every field of a measure takes as much room as the one that
// takes most.
#[Object]
impl Measure {
    /// The metric.
    async fn metric(&self) -> Metric {
        self.metric.into()
    }

    /// The value in the metric's unit, as the nearest 64-bit float; null where there is none: a ratio over nothing, or
    /// a partner without facts in the slice.
    async fn value(&self) -> Option<f64> {
        self.row().value.map(kernel::Value::to_f64)
    }

    /// The value exactly: revenue with 4 places (`"1234.5000"`), whole numbers as they are (`"42"`), ratios as
    /// numerator and denominator, not reduced (`"5/12"`). Null where there is no value.
    async fn exact(&self) -> Option<String> {
        self.row().value.map(|value| exact(self.metric, value))
    }

    /// 1 (lowest) to 4; null without a value, below 4 peers, where all values are equal, or where withheld.
    async fn band(&self, ctx: &Context<'_>) -> Nullable<u8> {
        let standing = self.standing(ctx).await;
        nullable(standing.map(|standing| standing.map(|standing| standing.band)))
    }

    /// 1 plus how many peers have a greater value; null where `band` is, and where ranks are withheld.
    async fn rank(&self, ctx: &Context<'_>) -> Nullable<u32> {
        let standing = self.ranked(ctx).await;
        nullable(standing.map(|standing| standing.map(|standing| standing.rank)))
    }

    /// The share of peers with a smaller value, 0 to 100: ahead of so many percent of partners. Null where `rank` is.
    async fn percentile(&self, ctx: &Context<'_>) -> Nullable<f64> {
        nullable(self.find_percentile(ctx).await)
    }

    /// How many partners have a value, this one included; 0 where nobody has. Null where withheld.
    async fn peers(&self, ctx: &Context<'_>) -> Nullable<u32> {
        nullable(self.find_peers(ctx).await)
    }

    /// Why band, rank, percentile, peers and bands are null although there may be some; null where they are shown, if only
    /// without ranks.
    async fn withheld(&self, ctx: &Context<'_>) -> Nullable<WithheldReason> {
        let visible = self.is_visible(ctx).await;
        nullable(visible.map(|visible| (!visible).then_some(WithheldReason::Withheld)))
    }

    /// The bands of the peers that are not empty, the lowest first; empty below 4 peers and where all values are
    /// equal. Null where withheld.
    #[graphql(complexity = "list_price(4, child_complexity)")]
    async fn bands(&self, ctx: &Context<'_>) -> Nullable<Vec<PeerBand>> {
        nullable(self.find_bands(ctx).await)
    }

    /// Why `value` is null; null where it is not.
    async fn no_value_reason(&self) -> Option<AbsenceReason> {
        self.absence().map(AbsenceReason::from)
    }

    /// Why `band` is null; null where it is not.
    async fn no_band_reason(&self, ctx: &Context<'_>) -> Nullable<AbsenceReason> {
        let absence = Box::pin(self.band_absence(ctx)).await;
        nullable(absence.map(|absence| absence.map(AbsenceReason::from)))
    }

    /// Why `rank` and `percentile` are null; null where they are not. Where ranges are protected, ranks can be withheld
    /// alone.
    async fn no_rank_reason(&self, ctx: &Context<'_>) -> Nullable<AbsenceReason> {
        let absence = Box::pin(self.rank_absence(ctx)).await;
        nullable(absence.map(|absence| absence.map(AbsenceReason::from)))
    }

    /// Why `bands` is null or empty; null where it is neither.
    async fn no_ranges_reason(&self, ctx: &Context<'_>) -> Nullable<AbsenceReason> {
        let absence = Box::pin(self.bands_absence(ctx)).await;
        nullable(absence.map(|absence| absence.map(AbsenceReason::from)))
    }

    /// How many peers have exactly the same value, this one included. Null without a value, below 4 peers, and where
    /// ranks are withheld.
    async fn same_value_peers(&self, ctx: &Context<'_>) -> Nullable<u32> {
        let same = Box::pin(self.same(ctx)).await;
        nullable(same.map(|same| same.map(|(same, _)| same)))
    }

    /// The share of peers with exactly the same value, this one included, 0 to 100. Null where `sameValuePeers` is.
    async fn same_value_share(&self, ctx: &Context<'_>) -> Nullable<f64> {
        let same = Box::pin(self.same(ctx)).await;
        nullable(same.map(|same| same.map(|(same, peers)| kernel::percentile(same, peers))))
    }

    /// What is missing to the next band, from the ranges that the viewer sees.
    async fn next_band(&self, ctx: &Context<'_>) -> Nullable<NextBand> {
        nullable(Box::pin(self.find_next_band(ctx)).await.map(Some))
    }

    /// What the value is made of: every fact that counts or is left out is in a line with its reason, and `facts` tells up to
    /// 200 of each reason. A partner is told of what counts, and of what was left out on days on which it was partner of record.
    /// Reads facts, and so is priced like 2,000 fields.
    #[graphql(complexity = "child_complexity + PRICE")]
    async fn explain(&self, ctx: &Context<'_>) -> Nullable<Explanation> {
        nullable(Box::pin(self.find_explanation(ctx)).await.map(Some))
    }

    /// How it differs from an earlier snapshot.
    #[graphql(complexity = "child_complexity + 2")]
    async fn change(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "A day before the measure's own as-of date. Where it has no snapshot, that of the last day before it \
                    that has one is meant."
        )]
        since: Date,
    ) -> Nullable<Change> {
        nullable(Box::pin(self.find_change(ctx, since.0)).await.map(Some))
    }

    /// How it went: one point for each of the last periods, the earliest first and the scorecard's own last.
    #[graphql(complexity = "list_price(usize::try_from(last).unwrap_or(0), child_complexity)")]
    async fn trend(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many periods, the scorecard's own included: 0 to 400.",
            default = 12
        )]
        last: i32,
        #[graphql(desc = "How long each is.", default)] every: TrendStep,
    ) -> Nullable<Vec<TrendPoint>> {
        nullable(Box::pin(trend(ctx, self, last, every)).await.map(Some))
    }
}

/// The measures of one part of the scorecard.
#[derive(Clone, Debug)]
pub struct MeasureGroup {
    pub(super) group: kernel::Group,
    pub(super) measures: Vec<Measure>,
}

/// One part of the scorecard.
#[Object]
impl MeasureGroup {
    /// Which part.
    async fn group(&self) -> MetricGroup {
        self.group.into()
    }

    /// Its measures, in the scorecard's order.
    #[graphql(complexity = "list_price(3, child_complexity)")]
    async fn measures(&self) -> &[Measure] {
        &self.measures
    }
}

/// A value as `exact` writes it.
pub(super) fn exact(metric: kernel::Metric, value: kernel::Value) -> String {
    match metric {
        kernel::Metric::Revenue => value.to_four_places(),
        _ if metric.is_whole() => value.numerator().to_string(),
        _ => format!("{}/{}", value.numerator(), value.denominator()),
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Metric, Value};

    use super::*;

    #[test]
    fn each_kind_of_value_has_its_exact_form() {
        for (metric, value, text) in [
            (Metric::Revenue, Value::money(12_345_000), "1234.5000"),
            (Metric::NetPaidSeats, Value::whole(-3), "-3"),
            (
                Metric::MonthlyActiveUsers,
                Value::ratio(6, 12).unwrap(),
                "6/12",
            ),
        ] {
            assert_eq!(exact(metric, value), text);
        }
    }
}
