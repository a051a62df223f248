//! What is published for one as-of date, exactly.

use crate::date::Date;
use crate::metrics::Metric;
use crate::program::{Ranges, Settings};
use crate::ratio::Ratio;
use crate::slice::Slice;

/// Scorecards by slice then partner; peer bands by slice, then metric, then band.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub as_of: Date,
    pub settings: Settings,
    pub scorecards: Vec<Scorecard>,
    pub peer_bands: Vec<PeerBand>,
}

/// A partner's measures in one slice, one for each metric in the scorecard's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scorecard {
    pub slice: Slice,
    pub partner_id: String,
    pub measures: Vec<Measure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    pub metric: Metric,
    pub value: Option<Ratio>,
    /// 1 (lowest) to 4.
    pub band: Option<u8>,
    pub rank: Option<u64>,
    /// (less, n): the percentile is 100 × less ÷ n.
    pub percentile: Option<(u64, u64)>,
    /// n, also where the partner has no value; 0 where nobody has one.
    pub peers: u64,
    /// Whether partners are told neither the bands nor n, rank and percentile.
    pub withheld: bool,
}

/// One non-empty band of a metric in a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerBand {
    pub slice: Slice,
    pub metric: Metric,
    pub band: u8,
    pub min: Ratio,
    pub max: Ratio,
    pub partners: u64,
    /// The range widened as `release.ranges` = `rounded` asks, whatever the setting is.
    pub widened: (Ratio, Ratio),
    /// Whether partners are not told of this band.
    pub withheld: bool,
}

impl Snapshot {
    /// The measures of one partner in one slice.
    pub fn scorecard(&self, slice: &Slice, partner_id: &str) -> Option<&Scorecard> {
        self.scorecards
            .iter()
            .find(|scorecard| scorecard.slice == *slice && scorecard.partner_id == partner_id)
    }

    /// The range of a band as a partner sees it under the snapshot's settings; none where it is withheld.
    pub fn range_for_partners(&self, band: &PeerBand) -> Option<(Ratio, Ratio)> {
        match self.settings.ranges {
            _ if band.withheld => None,
            Ranges::Exact => Some((band.min, band.max)),
            Ranges::Rounded => Some(band.widened),
        }
    }
}

impl Scorecard {
    pub fn measure(&self, metric: Metric) -> &Measure {
        &self.measures[metric as usize]
    }
}
