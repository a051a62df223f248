//! The rate of a day and the rounding, by their definitions.

use std::collections::BTreeMap;

use peerband_kernel::{Currency, Day, Revenue, Unpublishable};
use proptest::collection::btree_map;
use proptest::prelude::*;

use super::cases;
use crate::harness::case;
use crate::harness::run::Run;
use crate::harness::scene::{customer, offering};

const EUR: Currency = Currency(*b"EUR");

/// A run with one amount, on the window's so-manieth day.
fn run(rates: &BTreeMap<i32, i128>, amount: i128, on: i32) -> Run {
    let mut run = case().into_run();
    let first = run.window().first.0;
    let rates = rates.iter().map(|(on, rate)| (EUR, Day(first + on), *rate));
    run.rates = rates.rev().collect();
    run.facts.revenue.push(Revenue {
        customer: customer("c1"),
        offering: offering("P"),
        occurred_on: Day(first + on),
        currency: EUR,
        counts_as_new: true,
        amount_ten_thousandths: amount,
    });
    run
}

/// The whole number nearest to `numerator` billionths; of two equally near ones the even.
fn nearest(numerator: i128) -> i128 {
    let below = numerator.div_euclid(1_000_000_000);
    let (to_below, to_above) = (
        numerator - below * 1_000_000_000,
        (below + 1) * 1_000_000_000 - numerator,
    );
    if to_below < to_above || (to_below == to_above && below % 2 == 0) {
        below
    } else {
        below + 1
    }
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn the_newest_rate_on_or_before_the_day_is_used(
        rates in btree_map(-5..40i32, prop_oneof![
            1..4_000_000_000_i128,
            (1..9_i128).prop_map(|halves| halves * 500_000_000),
        ], 0..8),
        amount in prop_oneof![-20..20_i128, -1_000_000_000_000_i128..1_000_000_000_000],
        on in 0..40i32,
    ) {
        let run = run(&rates, amount, on);
        let by_definition = rates.iter().filter(|(rate_day, _)| **rate_day <= on).max();
        match (run.totals(), by_definition) {
            (Ok(totals), Some((_, rate))) => {
                prop_assert!(!totals.is_empty());
                for (_, _, totals) in totals {
                    prop_assert_eq!(totals.revenue_ten_thousandths, nearest(amount * rate));
                }
            }
            (Err(Unpublishable::MissingRates(missing)), None) => {
                let on = Day(run.window().first.0 + on);
                prop_assert_eq!(missing, BTreeMap::from([(EUR, on)]));
            }
            (found, expected) => prop_assert!(false, "{found:?} with the rate {expected:?}"),
        }
    }
}
