//! What a partner may see of its peers (DATA.md, 'Release: who sees what').

use rustc_hash::FxHashSet;

use crate::metric::{Metric, Value};
use crate::protect::grid;

/// How the ends of a range are shown to partners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranges {
    Exact,
    Rounded,
    /// Wider than rounded, with the outer ends open, and withheld where others' figures could be told all the same.
    Protected,
}

/// The settings under `release`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRules {
    pub min_peers: u32,
    pub min_band_members: u32,
    pub ranges: Ranges,
}

impl ReleaseRules {
    /// Whether a metric of a slice is shown to partners: enough owners in all, and in each band that is not empty.
    pub(crate) fn allow(
        &self,
        owners: impl Iterator<Item = u32>,
        mut owners_by_band: impl Iterator<Item = impl Iterator<Item = u32>>,
    ) -> bool {
        are_at_least(self.min_peers, owners)
            && owners_by_band.all(|band| are_at_least(self.min_band_members, band))
    }

    /// The range as partners see it, but for ends that are open.
    #[must_use]
    pub fn range(&self, metric: Metric, min: Value, max: Value) -> (Bound, Bound) {
        match self.ranges {
            Ranges::Exact => (Bound::Exact(min), Bound::Exact(max)),
            Ranges::Rounded => (
                widen(metric, min, Toward::Below),
                widen(metric, max, Toward::Above),
            ),
            Ranges::Protected => (grid::below(metric, min), grid::above(metric, max)),
        }
    }
}

/// As many as are quicker found by looking through them than by hashing.
const FEW_OWNERS: usize = 32;

/// Whether there are so many distinct owners. Looks no further once there are.
fn are_at_least(wanted: u32, mut owners: impl Iterator<Item = u32>) -> bool {
    let wanted = wanted as usize;
    let mut few = [0; FEW_OWNERS];
    let mut found = 0;
    while found < wanted.min(FEW_OWNERS) {
        let Some(owner) = owners.next() else {
            return false;
        };
        if !few[..found].contains(&owner) {
            few[found] = owner;
            found += 1;
        }
    }
    if found == wanted {
        return true;
    }
    let mut many: FxHashSet<u32> = few.into_iter().collect();
    while many.len() < wanted {
        let Some(owner) = owners.next() else {
            return false;
        };
        many.insert(owner);
    }
    true
}

/// One end of a released range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Exact(Value),
    /// `digits` × 10 to the power of `exponent`.
    Rounded {
        digits: i128,
        exponent: i32,
    },
}

impl Bound {
    /// The end itself; none where its terms are too long.
    #[must_use]
    pub fn to_value(self) -> Option<Value> {
        let (digits, exponent) = match self {
            Bound::Exact(value) => return Some(value),
            Bound::Rounded { digits, exponent } => (digits, exponent),
        };
        let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
        if exponent < 0 {
            return Some(Value::fraction(digits, power));
        }
        Some(Value::fraction(digits.checked_mul(power)?, 1))
    }

    /// The nearest 64-bit float.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        match self {
            Bound::Exact(value) => value.to_f64(),
            // An integer with an exponent always reads as a float, the nearest one.
            Bound::Rounded { digits, exponent } => {
                format!("{digits}e{exponent}").parse().unwrap_or(f64::NAN)
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Toward {
    Below,
    Above,
}

impl Toward {
    fn divide(self, numerator: i128, divisor: i128) -> i128 {
        let floor = numerator.div_euclid(divisor);
        let inexact = numerator.rem_euclid(divisor) != 0;
        floor + i128::from(self == Toward::Above && inexact)
    }
}

/// To two significant digits; whole numbers below 100 to a multiple of 5; zero stays.
fn widen(metric: Metric, value: Value, toward: Toward) -> Bound {
    let (numerator, denominator) = (value.numerator(), value.denominator());
    if numerator == 0 {
        return Bound::Rounded {
            digits: 0,
            exponent: 0,
        };
    }
    if metric.is_whole() && numerator.abs() < 100 * denominator {
        let digits = 5 * toward.divide(numerator, 5 * denominator);
        return Bound::Rounded {
            digits,
            exponent: 0,
        };
    }
    let (mut numerator, mut divisor, mut exponent) = (numerator, denominator, 0);
    while numerator.abs() < 10 * divisor {
        numerator *= 10;
        exponent -= 1;
    }
    while numerator.abs() / 100 >= divisor {
        divisor *= 10;
        exponent += 1;
    }
    Bound::Rounded {
        digits: toward.divide(numerator, divisor),
        exponent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(metric: Metric, value: Value, below: f64, above: f64) {
        let rules = ReleaseRules {
            min_peers: 10,
            min_band_members: 3,
            ranges: Ranges::Rounded,
        };
        let (min, max) = rules.range(metric, value, value);
        assert_eq!((min.to_f64(), max.to_f64()), (below, above), "{value:?}");
        let exact = |end: Bound| end.to_value().unwrap().to_f64();
        assert_eq!((exact(min), exact(max)), (below, above), "{value:?}");
    }

    #[test]
    fn whole_numbers_below_a_hundred_widen_to_fives() {
        for (value, below, above) in [
            (0, 0.0, 0.0),
            (1, 0.0, 5.0),
            (5, 5.0, 5.0),
            (99, 95.0, 100.0),
            (100, 100.0, 100.0),
            (101, 100.0, 110.0),
            (-1, -5.0, 0.0),
            (-99, -100.0, -95.0),
            (-101, -110.0, -100.0),
            (12_345, 12_000.0, 13_000.0),
            (99_500, 99_000.0, 100_000.0),
        ] {
            check(Metric::NetPaidSeats, Value::whole(value), below, above);
        }
    }

    #[test]
    fn money_and_ratios_widen_to_two_digits() {
        check(Metric::Revenue, Value::money(123_456), 12.0, 13.0);
        check(Metric::Revenue, Value::money(-123_456), -13.0, -12.0);
        check(Metric::Revenue, Value::money(1), 0.0001, 0.0001);
        check(Metric::Revenue, Value::money(123), 0.012, 0.013);
        check(
            Metric::MonthlyActiveUsers,
            Value::ratio(1, 12).unwrap(),
            0.083,
            0.084,
        );
        check(
            Metric::NetPromoterScore,
            Value::ratio(-1, 3).unwrap(),
            -0.34,
            -0.33,
        );
        check(
            Metric::NetPromoterScore,
            Value::ratio(1, 1).unwrap(),
            1.0,
            1.0,
        );
        check(
            Metric::MonthlyActiveUsers,
            Value::ratio(1199, 12).unwrap(),
            99.0,
            100.0,
        );
    }

    fn allow(rules: &ReleaseRules, owners: &[u32], owners_by_band: &[&[u32]]) -> bool {
        let bands = owners_by_band.iter().map(|band| band.iter().copied());
        rules.allow(owners.iter().copied(), bands)
    }

    #[test]
    fn companies_of_one_owner_count_once() {
        let rules = ReleaseRules {
            min_peers: 3,
            min_band_members: 1,
            ranges: Ranges::Exact,
        };
        assert!(allow(&rules, &[1, 2, 3], &[]));
        assert!(!allow(&rules, &[1, 2, 2], &[]));
    }

    #[test]
    fn many_owners_are_told_apart_too() {
        for (min_peers, owners, is_allowed) in [
            (32, 32, true),
            (33, 33, true),
            (33, 32, false),
            (1_000, 1_000, true),
            (1_001, 1_000, false),
        ] {
            let rules = ReleaseRules {
                min_peers,
                min_band_members: 1,
                ranges: Ranges::Exact,
            };
            let companies: Vec<u32> = (0..3 * owners).map(|at| at % owners).collect();
            assert_eq!(allow(&rules, &companies, &[]), is_allowed, "{owners}");
        }
    }

    #[test]
    fn each_band_that_is_not_empty_needs_its_members() {
        let rules = ReleaseRules {
            min_peers: 4,
            min_band_members: 2,
            ranges: Ranges::Exact,
        };
        assert!(allow(&rules, &[1, 2, 3, 4], &[&[1, 2], &[3, 4]]));
        assert!(!allow(&rules, &[1, 2, 3, 4], &[&[1, 2, 3], &[4]]));
    }
}
