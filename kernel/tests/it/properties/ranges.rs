//! Ranges as partners see them: wider than the exact ones, and by no more than one step.

use num_bigint::BigInt;
use peerband_kernel::{Bound, Metric, Ranges, ReleaseRules, Value};
use proptest::prelude::*;

use super::cases;

const ROUNDED: ReleaseRules = ReleaseRules {
    min_peers: 1,
    min_band_members: 1,
    ranges: Ranges::Rounded,
};

const PROTECTED: ReleaseRules = ReleaseRules {
    ranges: Ranges::Protected,
    ..ROUNDED
};

/// A metric with a value that it may have.
fn value() -> impl Strategy<Value = (Metric, Value)> {
    let whole = (
        0..4usize,
        prop_oneof![-120..120i64, -5_000_000_000..5_000_000_000_i64],
    )
        .prop_map(|(at, number)| {
            let metric = [
                Metric::NewCustomers,
                Metric::NetPaidSeats,
                Metric::CertifiedPeople,
                Metric::ProductionInstances,
            ];
            (metric[at], Value::whole(number))
        });
    let money = prop_oneof![
        -2_000_000..2_000_000_i128,
        -(10_i128.pow(22))..10_i128.pow(22)
    ]
    .prop_map(|ten_thousandths| (Metric::Revenue, Value::money(ten_thousandths)));
    let users = prop_oneof![0..200i64, 0..5_000_000_000_i64];
    let users = (users, prop_oneof![Just(1), 1..500i64, 1..5_000_000_000_i64]).prop_map(
        |(users, seats)| {
            let value = Value::ratio(users, 12 * seats).expect("there are seats");
            (Metric::MauPerAssignedSeat, value)
        },
    );
    let scores = (-50..=50i64, 50..80i64).prop_map(|(score, responses)| {
        let value = Value::ratio(score, responses).expect("there are responses");
        (Metric::NetPromoterScore, value)
    });
    prop_oneof![whole, money, users, scores]
}

/// Two values of one metric, the smaller first.
fn values() -> impl Strategy<Value = (Metric, Value, Value)> {
    (value(), value())
        .prop_filter("one metric", |((metric, _), (other, _))| metric == other)
        .prop_map(|((metric, one), (_, other))| (metric, one.min(other), one.max(other)))
}

/// An end as a ratio, and the place of its last digit.
fn end(bound: Bound) -> (BigInt, BigInt, i128) {
    let Bound::Rounded { digits, exponent } = bound else {
        panic!("rounded ranges have rounded ends");
    };
    let power = BigInt::from(10).pow(exponent.unsigned_abs());
    if exponent < 0 {
        (digits.into(), power, digits)
    } else {
        (BigInt::from(digits) * power, 1.into(), digits)
    }
}

fn is_at_most(bound: &(BigInt, BigInt, i128), value: Value) -> bool {
    &bound.0 * value.denominator() <= BigInt::from(value.numerator()) * &bound.1
}

fn is_at_least(bound: &(BigInt, BigInt, i128), value: Value) -> bool {
    &bound.0 * value.denominator() >= BigInt::from(value.numerator()) * &bound.1
}

/// A released end as a value again, where it is small enough to be one.
fn again(bound: &(BigInt, BigInt, i128)) -> Option<Value> {
    Value::ratio(i64::try_from(&bound.0).ok()?, i64::try_from(&bound.1).ok()?)
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn rounding_never_narrows((metric, min, max) in values()) {
        let (low, high) = ROUNDED.range(metric, min, max);
        let (low, high) = (end(low), end(high));
        prop_assert!(is_at_most(&low, min), "{low:?} is above {min:?}");
        prop_assert!(is_at_least(&high, max), "{high:?} is below {max:?}");
    }

    #[test]
    fn protected_ranges_hold_the_rounded_ones((metric, min, max) in values()) {
        let (low, high) = ROUNDED.range(metric, min, max);
        let (outer_low, outer_high) = PROTECTED.range(metric, min, max);
        let no_more = |one: Bound, other: Bound| {
            let (one, other) = (end(one), end(other));
            &one.0 * &other.1 <= &other.0 * &one.1
        };
        prop_assert!(no_more(outer_low, low) && no_more(high, outer_high));
    }

    #[test]
    fn protected_ranges_are_half_as_wide_as_their_greater_end((metric, value) in value()) {
        let (low, high) = PROTECTED.range(metric, value, value);
        let (low, high) = (low.to_f64(), high.to_f64());
        prop_assert!(high - low >= 0.4999 * low.abs().max(high.abs()), "{low} to {high}");
    }

    #[test]
    fn an_end_moves_by_less_than_one_step((metric, value) in value()) {
        let (low, high) = ROUNDED.range(metric, value, value);
        let (Bound::Rounded { digits: low, exponent }, Bound::Rounded { digits: high, exponent: same }) = (low, high)
        else {
            return Err(TestCaseError::fail("rounded ranges have rounded ends"));
        };
        prop_assert_eq!(exponent, same);
        let hundred = Value::whole(100);
        let is_small = metric.is_whole() && value < hundred && value > Value::whole(-100);
        if is_small {
            prop_assert_eq!((low % 5, high % 5, exponent), (0, 0, 0));
            prop_assert!(high - low <= 5);
        } else {
            // Two digits; the upper end of 99.5 is 10 tens.
            prop_assert!(low.abs() <= 100 && high.abs() <= 100);
            prop_assert!(value.numerator() == 0 || low.abs().max(high.abs()) >= 10);
            prop_assert!(high - low <= 1);
        }
    }

    #[test]
    fn rounding_twice_is_rounding_once((metric, min, max) in values()) {
        let (low, high) = ROUNDED.range(metric, min, max);
        let (low, high) = (end(low), end(high));
        if let (Some(low_again), Some(high_again)) = (again(&low), again(&high)) {
            let twice = ROUNDED.range(metric, low_again, high_again);
            for (once, twice) in [(low, end(twice.0)), (high, end(twice.1))] {
                prop_assert_eq!(&once.0 * &twice.1, &twice.0 * &once.1);
            }
        }
    }

    #[test]
    fn greater_values_have_ends_at_least_as_great((metric, smaller, greater) in values()) {
        let of_smaller = ROUNDED.range(metric, smaller, smaller);
        let of_greater = ROUNDED.range(metric, greater, greater);
        for (one, other) in [(of_smaller.0, of_greater.0), (of_smaller.1, of_greater.1)] {
            let (one, other) = (end(one), end(other));
            prop_assert!(&one.0 * &other.1 <= &other.0 * &one.1);
        }
    }

    #[test]
    fn the_negative_of_a_range_is_the_range_of_the_negative((metric, value) in value()) {
        let negative = match metric {
            Metric::Revenue => Some(Value::money(-value.numerator())),
            _ => Value::ratio(-value.numerator() as i64, value.denominator() as i64),
        };
        let negative = negative.expect("the denominator is above zero");
        let (low, high) = ROUNDED.range(metric, value, value);
        let (negative_low, negative_high) = ROUNDED.range(metric, negative, negative);
        prop_assert_eq!(end(low).2, -end(negative_high).2);
        prop_assert_eq!(end(high).2, -end(negative_low).2);
    }
}
