//! The grid that the ends of protected ranges lie on: 1, 2, 5, 10, 20, 50 and so on, the same for every slice and date.
//!
//! As all ends lie on one grid, whatever is cut from several ranges is a range of the grid again, and each of its cells is
//! wider than half of its greater end.

use crate::metric::{Metric, Value};
use crate::release::Bound;

/// The point nearest to zero that is not zero, as digit and exponent.
fn first_point(metric: Metric) -> Point {
    let (digit, exponent) = match metric {
        Metric::Revenue | Metric::MonthlyActiveUsers => (1, 0),
        Metric::MauPerAssignedSeat => (1, -2),
        Metric::NetPromoterScore => (1, -1),
        Metric::NewCustomers
        | Metric::NetPaidSeats
        | Metric::CertifiedPeople
        | Metric::ProductionInstances => (5, 0),
    };
    Point { digit, exponent }
}

/// The greatest point that is not above the value.
pub(crate) fn below(metric: Metric, value: Value) -> Bound {
    let is_negative = value.numerator() < 0;
    let point = if is_negative {
        // The mirror of the smallest point that is not below.
        points(metric).find(|point| point.is_at_least(value))
    } else {
        points(metric)
            .take_while(|point| !point.is_above(value))
            .last()
    };
    signed(
        point.map(|point| capped(metric, point, is_negative)),
        is_negative,
    )
}

/// The smallest point that is above the value. The scale of a score ends with its last point.
pub(crate) fn above(metric: Metric, value: Value) -> Bound {
    let is_negative = value.numerator() < 0;
    let point = if is_negative {
        points(metric)
            .take_while(|point| !point.is_at_least(value))
            .last()
    } else {
        points(metric).find(|point| point.is_above(value))
    };
    signed(point.map(|point| capped(metric, point, true)), is_negative)
}

/// Scores end at 1, which nothing is above, so that only an outer end stands there.
fn capped(metric: Metric, point: Point, may_be_last: bool) -> Point {
    if metric != Metric::NetPromoterScore || point.exponent < 0 {
        return point;
    }
    if may_be_last {
        Point {
            digit: 1,
            exponent: 0,
        }
    } else {
        Point {
            digit: 5,
            exponent: -1,
        }
    }
}

fn signed(point: Option<Point>, is_negative: bool) -> Bound {
    let Some(Point { digit, exponent }) = point else {
        return Bound::Rounded {
            digits: 0,
            exponent: 0,
        };
    };
    Bound::Rounded {
        digits: if is_negative { -digit } else { digit },
        exponent,
    }
}

/// A point above zero.
#[derive(Clone, Copy, Debug)]
struct Point {
    digit: i128,
    exponent: i32,
}

impl Point {
    fn next(self) -> Point {
        let (digit, exponent) = match self.digit {
            1 => (2, self.exponent),
            2 => (5, self.exponent),
            _ => (1, self.exponent + 1),
        };
        Point { digit, exponent }
    }

    /// Whether it is above the magnitude of the value.
    fn is_above(self, value: Value) -> bool {
        self.compare(value).is_gt()
    }

    fn is_at_least(self, value: Value) -> bool {
        self.compare(value).is_ge()
    }

    fn compare(self, value: Value) -> std::cmp::Ordering {
        // Points are looked at in their order, and none is far beyond the value: revenue is bounded by what `tally`
        // admits, and all else fits 64 bits.
        let power = 10_i128.pow(self.exponent.unsigned_abs());
        let (numerator, denominator) = (value.numerator().abs(), value.denominator());
        if self.exponent < 0 {
            (self.digit * denominator).cmp(&(numerator * power))
        } else {
            (self.digit * power * denominator).cmp(&numerator)
        }
    }
}

/// All points above zero, the smallest first, up to one that is beyond every value.
fn points(metric: Metric) -> impl Iterator<Item = Point> {
    let is_within = |point: &Point| point.exponent <= EXPONENT_MAX;
    std::iter::successors(Some(first_point(metric)), |point| Some(point.next()))
        .take_while(is_within)
}

/// Beyond every value, and short enough that comparing with it does not overflow.
const EXPONENT_MAX: i32 = 31;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(metric: Metric, value: Value, lower: f64, upper: f64) {
        let found = (below(metric, value).to_f64(), above(metric, value).to_f64());
        assert_eq!(found, (lower, upper), "{metric} {value:?}");
    }

    #[test]
    fn whole_numbers_lie_between_fives_then_ones_twos_and_fives() {
        for (value, lower, upper) in [
            (0, 0.0, 5.0),
            (4, 0.0, 5.0),
            (5, 5.0, 10.0),
            (9, 5.0, 10.0),
            (10, 10.0, 20.0),
            (49, 20.0, 50.0),
            (50, 50.0, 100.0),
            (123_456, 100_000.0, 200_000.0),
            (-1, -5.0, 0.0),
            (-5, -5.0, 0.0),
            (-6, -10.0, -5.0),
            (-10, -10.0, -5.0),
            (-11, -20.0, -10.0),
        ] {
            check(Metric::NetPaidSeats, Value::whole(value), lower, upper);
        }
    }

    #[test]
    fn money_and_users_begin_at_one() {
        check(Metric::Revenue, Value::money(0), 0.0, 1.0);
        check(Metric::Revenue, Value::money(9_999), 0.0, 1.0);
        check(Metric::Revenue, Value::money(10_000), 1.0, 2.0);
        check(Metric::Revenue, Value::money(-1), -1.0, 0.0);
        check(Metric::Revenue, Value::money(-499_999), -50.0, -20.0);
        check(Metric::Revenue, Value::money(10_i128.pow(22)), 1e18, 2e18);
        let users = |users| Value::ratio(users, 12).unwrap();
        check(Metric::MonthlyActiveUsers, users(11), 0.0, 1.0);
        check(Metric::MonthlyActiveUsers, users(24), 2.0, 5.0);
    }

    #[test]
    fn ratios_have_steps_of_their_own_and_scores_end_at_one() {
        let ratio = |part, all| Value::ratio(part, all).unwrap();
        check(Metric::MauPerAssignedSeat, ratio(1, 200), 0.0, 0.01);
        check(Metric::MauPerAssignedSeat, ratio(1, 3), 0.2, 0.5);
        check(Metric::MauPerAssignedSeat, ratio(3, 2), 1.0, 2.0);
        check(Metric::NetPromoterScore, ratio(0, 9), 0.0, 0.1);
        check(Metric::NetPromoterScore, ratio(1, 2), 0.5, 1.0);
        check(Metric::NetPromoterScore, ratio(9, 9), 0.5, 1.0);
        check(Metric::NetPromoterScore, ratio(-1, 2), -0.5, -0.2);
        check(Metric::NetPromoterScore, ratio(-9, 9), -1.0, -0.5);
        check(Metric::NetPromoterScore, ratio(-2, 3), -1.0, -0.5);
    }
}
