//! A partner's value of one metric in one slice, and where it stands.

use std::sync::Arc;

use async_graphql::{Context, Object};
use kernel::Standing;

use super::metric::{Metric, MetricGroup};
use super::peer_group::{PeerBand, WithheldReason, visible_bands};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::pagination::list_price;
use crate::graphql::reader::reader;
use crate::graphql::scope::Scope;
use crate::store::peer_band::PeerBandsOf;
use crate::store::peer_group::{PeerGroup, PeerGroupsOf};
use crate::store::scorecard::{Measure as Row, Scorecard};

/// One metric of a scorecard.
#[derive(Clone, Debug)]
pub struct Measure {
    pub(super) metric: kernel::Metric,
    pub(super) scorecard: Arc<Scorecard>,
    pub(super) scope: Scope,
}

impl Measure {
    fn row(&self) -> &Row {
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

    /// Where the value stands, if the viewer may know.
    async fn standing(&self, ctx: &Context<'_>) -> Result<Option<Standing>, Failure> {
        match self.row().standing {
            Some(standing) if self.is_visible(ctx).await? => Ok(Some(standing)),
            _ => Ok(None),
        }
    }

    async fn find_percentile(&self, ctx: &Context<'_>) -> Result<Option<f64>, Failure> {
        let Some(standing) = self.standing(ctx).await? else {
            return Ok(None);
        };
        let peers = self.group(ctx).await?.peers;
        Ok(Some(kernel::percentile(standing.less, peers)))
    }

    async fn find_peers(&self, ctx: &Context<'_>) -> Result<Option<u32>, Failure> {
        let group = self.group(ctx).await?;
        Ok(self.scope.sees(group).then_some(group.peers))
    }

    async fn find_bands(&self, ctx: &Context<'_>) -> Result<Option<Vec<PeerBand>>, Failure> {
        if !self.is_visible(ctx).await? {
            return Ok(None);
        }
        let of = PeerBandsOf {
            snapshot: self.scorecard.key.snapshot,
            slice: self.scorecard.key.slice,
        };
        let bands = reader(ctx).get(of).await?;
        Ok(Some(visible_bands(&self.scope, self.metric, &bands)))
    }
}

/// A partner's value of one metric in one slice, and where it stands among its peers.
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

    /// 1 plus how many peers have a greater value; null where `band` is.
    async fn rank(&self, ctx: &Context<'_>) -> Nullable<u32> {
        let standing = self.standing(ctx).await;
        nullable(standing.map(|standing| standing.map(|standing| standing.rank)))
    }

    /// The share of peers with a smaller value, 0 to 100: ahead of so many percent of partners. Null where `band` is.
    async fn percentile(&self, ctx: &Context<'_>) -> Nullable<f64> {
        nullable(self.find_percentile(ctx).await)
    }

    /// How many partners have a value, this one included; 0 where nobody has. Null where withheld.
    async fn peers(&self, ctx: &Context<'_>) -> Nullable<u32> {
        nullable(self.find_peers(ctx).await)
    }

    /// Why band, rank, percentile, peers and bands are null although there may be some; null where they are shown.
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

fn exact(metric: kernel::Metric, value: kernel::Value) -> String {
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
