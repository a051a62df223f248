//! The peers of a metric in a slice, and the bands they are split into.

use std::sync::Arc;

use async_graphql::{Context, Enum, SimpleObject};

use super::absence::AbsenceReason;
use super::metric::Metric;
use super::slice::SliceFilter;
use crate::graphql::error::Failure;
use crate::graphql::reader::reader;
use crate::graphql::scope::{Scope, check_figures};
use crate::service::absence;
use crate::service::scope::VisibleBand;
use crate::store::peer_band::PeerBandsOf;
use crate::store::peer_group::{PeerGroups, PeerGroupsOf};

/// Why a figure about peers is not shown.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithheldReason {
    /// The release rules do not allow it.
    Withheld,
}

/// A quartile of a metric in a slice that is not empty.
#[derive(SimpleObject, Clone, Copy, Debug)]
pub struct PeerBand {
    /// 1 (lowest) to 4.
    band: u8,
    /// The smallest value in it, in the metric's unit; for partners rounded down where the settings say so. Null where
    /// ranges are protected and no band is lower: there is no telling how low it goes.
    min: Option<f64>,
    /// The greatest value in it, in the metric's unit; for partners rounded up where the settings say so, and where ranges
    /// are protected to what all values of the band are below. Null there where no band is higher.
    max: Option<f64>,
    /// Why `min` is null; null where it is not.
    no_min_reason: Option<AbsenceReason>,
    /// Why `max` is null; null where it is not.
    no_max_reason: Option<AbsenceReason>,
    /// How many partners it holds.
    partners: u32,
}

/// The partners with a value of one metric in one slice.
#[derive(SimpleObject, Clone, Debug)]
pub struct PeerGroup {
    /// The metric.
    metric: Metric,
    /// How many partners have a value, 0 where nobody has; null where withheld.
    peers: Option<u32>,
    /// Why `peers` and `bands` are null; null where they are not.
    withheld: Option<WithheldReason>,
    /// The bands that are not empty, the lowest first; empty below 4 peers and where all values are equal. Null where
    /// withheld.
    bands: Option<Vec<PeerBand>>,
    /// Why `bands` is null or empty; null where it is neither.
    no_ranges_reason: Option<AbsenceReason>,
}

impl From<VisibleBand> for PeerBand {
    fn from(band: VisibleBand) -> PeerBand {
        let open = |end: Option<kernel::Bound>| end.is_none().then_some(AbsenceReason::OpenRange);
        PeerBand {
            band: band.band,
            min: band.min.map(kernel::Bound::to_f64),
            max: band.max.map(kernel::Bound::to_f64),
            no_min_reason: open(band.min),
            no_max_reason: open(band.max),
            partners: band.partners,
        }
    }
}

/// The bands of one metric as the viewer of a scope sees them.
fn visible_bands(
    scope: &Scope,
    metric: kernel::Metric,
    bands: &[kernel::PeerBand],
) -> Vec<PeerBand> {
    let visible = scope.bands_of(metric, bands);
    visible.into_iter().map(PeerBand::from).collect()
}

/// The peer groups of the metrics asked for, in the scorecard's order.
pub(in crate::graphql) async fn peer_groups(
    ctx: &Context<'_>,
    scope: &Scope,
    slice: Option<SliceFilter>,
    metrics: Option<Vec<Metric>>,
) -> Result<Vec<PeerGroup>, Failure> {
    check_figures(scope)?;
    let reader = reader(ctx);
    let slice = slice.unwrap_or_default().resolve(ctx).await?;
    let (groups, bands) = match reader.find(slice).await? {
        None => (PeerGroups::default(), Arc::default()),
        Some(row) => {
            let (snapshot, slice) = (scope.snapshot.key, crate::store::slice::SliceKey(row.id));
            (
                reader.get(PeerGroupsOf { snapshot, slice }).await?,
                reader.get(PeerBandsOf { snapshot, slice }).await?,
            )
        }
    };
    let asked: Option<Vec<kernel::Metric>> =
        metrics.map(|metrics| metrics.into_iter().map(Into::into).collect());
    let is_asked =
        |metric: &kernel::Metric| asked.as_ref().is_none_or(|asked| asked.contains(metric));
    let group = |metric: kernel::Metric| {
        let group = groups[metric.index()];
        let sees = scope.sees(group);
        let visible = visible_bands(scope, metric, &bands);
        let absence = absence::of_bands(scope, group, !visible.is_empty());
        PeerGroup {
            metric: metric.into(),
            peers: sees.then_some(group.peers),
            withheld: (!sees).then_some(WithheldReason::Withheld),
            bands: sees.then_some(visible),
            no_ranges_reason: absence.map(AbsenceReason::from),
        }
    };
    Ok(kernel::Metric::ALL
        .into_iter()
        .filter(is_asked)
        .map(group)
        .collect())
}
