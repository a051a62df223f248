//! Whatever the values are: nothing is left that can be told, and what is known is true.

use peerband_kernel::{Knowledge, Metric, Partner, Shown, Slice, SliceScores, Totals};
use proptest::prelude::*;

use super::scene::{A, B, Held, P, R, Scene, W, WORLD};
use crate::properties::cases;

const PARTNERS: u32 = 12;

/// Small and large, equal and near each other, and for signed ones below zero.
fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![0..4i64, 0..120i64, 90..112i64, 0..20_000i64]
}

fn held() -> impl Strategy<Value = Held> {
    let place = (0..PARTNERS, 0..3usize, 0..3usize);
    let amounts = (amount(), amount(), amount(), amount(), -40..40i64);
    (place, amounts).prop_map(|((partner, offering, location), amounts)| {
        let (instances, users, seats, revenue, credit) = amounts;
        Held {
            partner,
            offering: [P, W, R][offering],
            location: [WORLD, A, B][location],
            totals: Totals {
                revenue_ten_thousandths: i128::from(revenue * 7_919 + credit * 40_000),
                new_customers: instances % 9,
                net_paid_seats: seats - 50,
                production_instances: instances,
                yearly_users: users,
                assigned_seats: seats,
                promoters: instances % 7,
                detractors: seats % 5,
                responses: 12,
            },
        }
    })
}

/// A program, and what of it has changed in each of the next snapshots.
fn history() -> impl Strategy<Value = Vec<Vec<Held>>> {
    let first = proptest::collection::vec(held(), 20..70);
    let changes = proptest::collection::vec(proptest::collection::vec(held(), 0..6), 3);
    (first, changes).prop_map(|(first, changes)| {
        let mut snapshots = vec![first];
        for change in changes {
            let mut next = snapshots.last().cloned().unwrap_or_default();
            next.extend(change);
            snapshots.push(next);
        }
        snapshots
    })
}

fn value(scores: &[SliceScores], metric: Metric, slice: Slice, partner: Partner) -> Option<f64> {
    let scores = scores.iter().find(|scores| scores.slice == slice)?;
    let card = scores
        .scorecards
        .iter()
        .find(|card| card.partner == partner)?;
    let value = card.values()[metric.index()]?;
    Some(match metric {
        Metric::Revenue | Metric::MonthlyActiveUsers => value.numerator() as f64,
        _ => value.to_f64(),
    })
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn nothing_can_be_told_and_what_is_known_is_true(
        snapshots in history(),
        min_band_members in 1..3u32,
        groups in proptest::collection::vec(0..PARTNERS, 3),
    ) {
        let mut scene = Scene::new(PARTNERS);
        scene.release.min_band_members = min_band_members;
        for (company, owner) in groups.iter().enumerate() {
            scene.owners[company] = scene.owners[*owner as usize];
        }
        for metric in Metric::ALL {
            let mut earlier: Vec<Knowledge> = Vec::new();
            for held in &snapshots {
                let scores = scene.score(held);
                let protected = scene.protect(metric, &scores, &earlier);
                prop_assert_eq!(protected.bounded_after, 0, "{}", metric);
                for (scores, decision) in scores.iter().zip(&protected.decisions) {
                    let is_released = scores.released[metric.index()];
                    prop_assert!(is_released || decision.shown == Shown::Nothing);
                    prop_assert_eq!(decision.rule.is_none(), decision.shown == Shown::Everything);
                }
                for known in protected.knowledge.all() {
                    let value = value(&scores, metric, known.slice, known.partner);
                    prop_assert_eq!(value, Some(known.value));
                    let is_true = known.interval.lo <= known.value && known.value <= known.interval.hi;
                    prop_assert!(is_true, "{} {:?}", metric, known);
                    prop_assert!(!known.interval.is_bounded());
                }
                let again = scene.protect(metric, &scores, &earlier);
                prop_assert_eq!(again.decisions, protected.decisions);
                earlier = vec![protected.knowledge];
            }
        }
    }
}
