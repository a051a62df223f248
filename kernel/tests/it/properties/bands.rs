//! Standings, ranges and release among any values.

use std::collections::BTreeSet;

use peerband_kernel::{
    CertifiedPeople, Metric, Offering, Partner, Ranges, ReleaseRules, Scoring, Slice, SliceScores,
    Totals, Value,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases;
use crate::harness::scene::{catalog, slice};

const RELEASE: ReleaseRules = ReleaseRules {
    min_peers: 6,
    min_band_members: 2,
    ranges: Ranges::Exact,
};

/// A partner's seats, responses, promoters among them, and owner.
type Draw = (i64, i64, i64, u32);

fn draws() -> impl Strategy<Value = Vec<Draw>> {
    let draw = (-6..6i64, 0..4i64, 0..4i64, 0..12u32);
    vec(draw, 0..24)
}

/// Everything of the world, where the partners are the draws.
fn score(draws: &[Draw]) -> Option<SliceScores> {
    let world = slice("");
    let totals: Vec<(Slice, Partner, Totals)> = draws
        .iter()
        .zip(0..)
        .map(|((seats, responses, promoters, _), partner)| {
            let totals = Totals {
                net_paid_seats: *seats,
                responses: *responses,
                promoters: *promoters.min(responses),
                ..Totals::default()
            };
            (world, Partner(partner), totals)
        })
        .collect();
    let owners: Vec<u32> = draws.iter().map(|(.., owner)| *owner).collect();
    let scoring = Scoring {
        catalog: &catalog(),
        certified: &CertifiedPeople::default(),
        release: &RELEASE,
        owners: &owners,
    };
    let mut scores: Vec<_> = scoring.score(&totals).collect();
    assert_eq!(scores.len(), usize::from(!draws.is_empty()));
    let scores = scores.pop()?;
    assert_eq!(
        (scores.slice.offering, scores.slice),
        (Offering::EVERYTHING, world)
    );
    Some(scores)
}

/// The partners with a value of a metric, each with it and its band.
fn column(scores: &SliceScores, metric: Metric) -> Vec<(Partner, Value, Option<u8>)> {
    let cards = scores.scorecards.iter();
    let values = cards.filter_map(|card| {
        let band = card.standing(metric).map(|standing| standing.band);
        Some((card.partner, card.values()[metric.index()]?, band))
    });
    values.collect()
}

/// The smallest value whose cumulative share is at least k/4.
fn quartile(sorted: &[Value], k: usize) -> Value {
    let share = |value: &Value| sorted.iter().filter(|other| *other <= value).count();
    *sorted
        .iter()
        .find(|value| 4 * share(value) >= k * sorted.len())
        .unwrap()
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn the_band_is_one_and_how_many_quartiles_the_value_exceeds(draws in draws()) {
        let Some(scores) = score(&draws) else { return Ok(()) };
        for metric in Metric::ALL {
            let column = column(&scores, metric);
            let mut sorted: Vec<Value> = column.iter().map(|(_, value, _)| *value).collect();
            sorted.sort();
            let is_banded = sorted.len() >= 4 && sorted[0] != sorted[sorted.len() - 1];
            for (_, value, band) in column {
                let exceeded = || (1..=3).filter(|k| value > quartile(&sorted, *k)).count() as u8;
                prop_assert_eq!(band, is_banded.then(|| 1 + exceeded()), "{} of {:?}", metric, sorted);
            }
        }
    }

    #[test]
    fn rank_and_percentile_count_the_greater_and_the_smaller(draws in draws()) {
        let Some(scores) = score(&draws) else { return Ok(()) };
        for metric in Metric::ALL {
            let column = column(&scores, metric);
            prop_assert_eq!(scores.peers[metric.index()] as usize, column.len());
            for card in &scores.scorecards {
                let value = card.values()[metric.index()];
                let Some(standing) = card.standing(metric) else { continue };
                let value = value.expect("only a value has a standing");
                let more = column.iter().filter(|(_, other, _)| *other > value).count();
                let less = column.iter().filter(|(_, other, _)| *other < value).count();
                prop_assert_eq!((standing.rank as usize, standing.less as usize), (1 + more, less));
            }
        }
    }

    #[test]
    fn equal_values_share_a_band_and_greater_ones_never_stand_lower(draws in draws()) {
        let Some(scores) = score(&draws) else { return Ok(()) };
        for metric in Metric::ALL {
            let column = column(&scores, metric);
            for (_, one, its_band) in &column {
                for (_, other, other_band) in &column {
                    if one == other {
                        prop_assert_eq!(its_band, other_band);
                    } else if one < other {
                        prop_assert!(its_band <= other_band);
                    }
                }
            }
        }
    }

    #[test]
    fn each_band_runs_from_its_smallest_to_its_largest_value(draws in draws()) {
        let Some(scores) = score(&draws) else { return Ok(()) };
        let mut expected = Vec::new();
        for metric in Metric::ALL {
            for band in 1..=4 {
                let column = column(&scores, metric);
                let members = column.iter().filter(|(_, _, of)| *of == Some(band));
                let values: BTreeSet<Value> = members.clone().map(|(_, value, _)| *value).collect();
                if let (Some(min), Some(max)) = (values.first(), values.last()) {
                    expected.push((metric, band, *min, *max, members.count() as u32));
                }
            }
        }
        let found: Vec<_> = scores
            .bands
            .iter()
            .map(|band| (band.metric, band.band, band.min, band.max, band.partners))
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_metric_is_released_where_owners_are_enough_in_all_and_in_each_band(draws in draws()) {
        let Some(scores) = score(&draws) else { return Ok(()) };
        for metric in Metric::ALL {
            let column = column(&scores, metric);
            let owners = |of: Option<u8>| {
                let members = column.iter().filter(|(_, _, band)| of.is_none() || *band == of);
                let owners: BTreeSet<u32> =
                    members.map(|(partner, ..)| draws[partner.0 as usize].3).collect();
                owners.len() as u32
            };
            let bands = (1..=4).map(|band| owners(Some(band))).filter(|owners| *owners > 0);
            let expected = owners(None) >= RELEASE.min_peers
                && bands.min().is_none_or(|fewest| fewest >= RELEASE.min_band_members);
            prop_assert_eq!(scores.released[metric.index()], expected, "{}", metric);
        }
    }
}
