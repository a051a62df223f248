//! Which scorecards of a slice.

use entity::peer_group::{Column as GroupColumn, Entity as GroupEntity};
use entity::scorecard::Column;
use kernel::Metric;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition};

use super::row::{band_column, rank_column, value_column};
use crate::store::paging::Float;
use crate::store::partner::{self, PartnerFilter};

/// The scorecards that are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ScorecardFilter {
    Partner(PartnerFilter),
    /// In one of these bands, 1 (lowest) to 4.
    Band(Metric, Vec<i16>),
    /// At least.
    Min(Metric, Float),
    /// At most.
    Max(Metric, Float),
    HasValue(Metric, bool),
    /// The rank is at most this.
    MaxRank(Metric, i32),
    /// So many peers at least have a value in the slice.
    MinPeers(Metric, i32),
    /// At most.
    MaxPeers(Metric, i32),
    All(Vec<ScorecardFilter>),
    Any(Vec<ScorecardFilter>),
    Not(Box<ScorecardFilter>),
}

/// The filter as one condition. Each test is true or false, never unknown, so that `not` means what it says.
pub(super) fn condition(filter: &ScorecardFilter) -> Condition {
    let present = |column: Column| Condition::all().add(column.is_not_null());
    match filter {
        ScorecardFilter::Partner(filter) => partner::condition(filter),
        ScorecardFilter::Band(metric, bands) => {
            let column = band_column(*metric);
            present(column).add(column.is_in(bands.iter().copied()))
        }
        ScorecardFilter::Min(metric, Float(min)) => {
            let column = value_column(*metric);
            present(column).add(Expr::col(column.as_column_ref()).gte(*min))
        }
        ScorecardFilter::Max(metric, Float(max)) => {
            let column = value_column(*metric);
            present(column).add(Expr::col(column.as_column_ref()).lte(*max))
        }
        ScorecardFilter::HasValue(metric, true) => present(value_column(*metric)),
        ScorecardFilter::HasValue(metric, false) => {
            Condition::all().add(value_column(*metric).is_null())
        }
        ScorecardFilter::MaxRank(metric, max) => {
            let column = rank_column(*metric);
            present(column).add(column.lte(*max))
        }
        ScorecardFilter::MinPeers(metric, min) => match min {
            // Where nobody has a value there is no row to find.
            ..=0 => Condition::all(),
            min => Condition::all().add(has_peers(*metric, GroupColumn::Peers.gte(*min))),
        },
        ScorecardFilter::MaxPeers(metric, max) => {
            Condition::all().add(has_peers(*metric, GroupColumn::Peers.gt(*max)).not())
        }
        ScorecardFilter::All(filters) => filters
            .iter()
            .fold(Condition::all(), |all, filter| all.add(condition(filter))),
        // A disjunction of nothing holds for nobody.
        ScorecardFilter::Any(filters) => filters
            .iter()
            .fold(Condition::any().add(Expr::value(1).eq(0)), |any, filter| {
                any.add(condition(filter))
            }),
        ScorecardFilter::Not(filter) => Condition::all().add(condition(filter)).not(),
    }
}

/// Whether the metric's peers in the scorecard's slice are as many as a test wants.
fn has_peers(metric: Metric, test: Expr) -> Expr {
    let same =
        |of: GroupColumn, ours: Column| Expr::col(of.as_column_ref()).equals(ours.as_column_ref());
    let mut groups = Query::select();
    groups
        .expr(Expr::value(1))
        .from(GroupEntity)
        .and_where(same(GroupColumn::Snapshot, Column::Snapshot))
        .and_where(same(GroupColumn::Slice, Column::Slice))
        // A metric's place is below eight.
        .and_where(GroupColumn::Metric.eq(metric.index() as i16))
        .and_where(test);
    Expr::exists(groups)
}
