//! From what the kernel scored to rows of the SQL store.

use entity::{peer_band, peer_group};
use kernel::{Decision, Metric, Shown, SliceScores};

use crate::store::release_report::number_of;

/// What is decided of each metric of a slice, by its place in the scorecard.
pub type Decided = [Decision; Metric::COUNT];

/// Where rows belong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) snapshot: i64,
    pub(super) slice: i32,
}

impl Place {
    /// `decided` is what protected ranges come to; none where the rules of the slice alone decide.
    pub(super) fn peer_groups(
        self,
        scores: &SliceScores,
        decided: Option<&Decided>,
    ) -> Vec<peer_group::Model> {
        let with_value = Metric::ALL
            .into_iter()
            .filter(|metric| scores.peers[metric.index()] > 0);
        with_value
            .map(|metric| {
                let decision = decided.map(|decided| decided[metric.index()]);
                let shown = decision.map(|decision| decision.shown);
                let rule = decision.and_then(|decision| decision.rule);
                peer_group::Model {
                    snapshot: self.snapshot,
                    slice: self.slice,
                    metric: metric.index() as i16,
                    peers: scores.peers[metric.index()].cast_signed(),
                    released: shown.map_or(scores.released[metric.index()], |shown| {
                        shown != Shown::Nothing
                    }),
                    ranked: shown.is_none_or(|shown| shown == Shown::Everything),
                    rule: rule.map(number_of),
                    told: rule
                        .and(decision)
                        .map(|decision| decision.values.cast_signed()),
                }
            })
            .collect()
    }

    pub(super) fn peer_bands(self, scores: &SliceScores) -> Vec<peer_band::Model> {
        // Only ratios of 64-bit integers and fixed denominators occur, so that each fits.
        let denominator =
            |value: kernel::Value| i64::try_from(value.denominator()).unwrap_or(i64::MAX);
        let bands = scores.bands.iter();
        bands
            .map(|band| peer_band::Model {
                snapshot: self.snapshot,
                slice: self.slice,
                metric: band.metric.index() as i16,
                band: band.band.into(),
                min_numerator: band.min.numerator().to_string(),
                min_denominator: denominator(band.min),
                max_numerator: band.max.numerator().to_string(),
                max_denominator: denominator(band.max),
                partners: band.partners.cast_signed(),
            })
            .collect()
    }
}
