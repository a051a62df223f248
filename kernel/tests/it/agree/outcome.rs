//! What the kernel publishes, in the words of the naive reading, so that the two can be held against each other.

use naive::ratio::Ratio;
use naive::slice::{Offering, Slice};
use naive::snapshot as expected;
use peerband_kernel::{
    Bound, Metric, PeerBand, Ranges, ReleaseRules, Scorecard, SliceScores, Value, percentile,
};

use crate::harness::program::Ids;

/// Everything published, by slice.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) scorecards: Vec<expected::Scorecard>,
    pub(super) peer_bands: Vec<expected::PeerBand>,
    /// The range of each peer band as partners see it; none where it is withheld.
    pub(super) ranges: Vec<Option<(Ratio, Ratio)>>,
    /// Each value and each percentile as a float, in the order of the scorecards.
    pub(super) floats: Vec<(f64, Option<f64>)>,
    /// Each revenue as a decimal.
    pub(super) decimals: Vec<String>,
}

impl Outcome {
    pub(super) fn add(&mut self, scores: &SliceScores, ids: &Ids, release: &ReleaseRules) {
        let slice = slice(ids, scores.slice);
        for scorecard in &scores.scorecards {
            self.add_scorecard(scores, scorecard, &slice, ids);
        }
        for band in &scores.bands {
            self.add_band(scores, band, &slice, release);
        }
    }

    fn add_scorecard(
        &mut self,
        scores: &SliceScores,
        scorecard: &Scorecard,
        slice: &Slice,
        ids: &Ids,
    ) {
        let values = scorecard.values();
        let mut measures = Vec::with_capacity(Metric::COUNT);
        for metric in Metric::ALL {
            let at = metric.index();
            let peers = scores.peers[at];
            let standing = scorecard.standing(metric);
            if let Some(value) = values[at] {
                let percentile = standing.map(|standing| percentile(standing.less, peers));
                self.floats.push((value.to_f64(), percentile));
                if metric == Metric::Revenue {
                    self.decimals.push(value.to_four_places());
                }
            }
            measures.push(expected::Measure {
                metric: named(metric),
                value: values[at].map(ratio),
                band: standing.map(|standing| standing.band),
                rank: standing.map(|standing| standing.rank.into()),
                percentile: standing.map(|standing| (standing.less.into(), peers.into())),
                peers: peers.into(),
                withheld: !scores.released[at],
            });
        }
        self.scorecards.push(expected::Scorecard {
            slice: slice.clone(),
            partner_id: ids.partners[scorecard.partner.0 as usize].clone(),
            measures,
        });
    }

    fn add_band(
        &mut self,
        scores: &SliceScores,
        band: &PeerBand,
        slice: &Slice,
        release: &ReleaseRules,
    ) {
        let range = |rules: &ReleaseRules| {
            let (min, max) = rules.range(band.metric, band.min, band.max);
            (end(min), end(max))
        };
        let rounded = ReleaseRules {
            ranges: Ranges::Rounded,
            ..release.clone()
        };
        let released = scores.released[band.metric.index()];
        self.peer_bands.push(expected::PeerBand {
            slice: slice.clone(),
            metric: named(band.metric),
            band: band.band,
            min: ratio(band.min),
            max: ratio(band.max),
            partners: band.partners.into(),
            widened: range(&rounded),
            withheld: !released,
        });
        self.ranges.push(released.then(|| range(release)));
    }
}

fn slice(ids: &Ids, slice: peerband_kernel::Slice) -> Slice {
    let (product_id, workload_id) = ids.offerings[slice.offering.0 as usize].clone();
    Slice {
        offering: Offering {
            product_id,
            workload_id,
        },
        location_id: ids.locations[slice.location.0 as usize].clone(),
    }
}

fn named(metric: Metric) -> naive::metrics::Metric {
    *naive::metrics::Metric::ALL
        .iter()
        .find(|known| known.name() == metric.name())
        .unwrap()
}

fn ratio(value: Value) -> Ratio {
    Ratio {
        num: value.numerator(),
        den: value.denominator(),
    }
}

fn end(bound: Bound) -> Ratio {
    match bound {
        Bound::Exact(value) => ratio(value),
        Bound::Rounded { digits, exponent } => {
            let power = 10_i128.pow(exponent.unsigned_abs());
            if exponent < 0 {
                Ratio {
                    num: digits,
                    den: power,
                }
            } else {
                Ratio::whole(digits * power)
            }
        }
    }
}
