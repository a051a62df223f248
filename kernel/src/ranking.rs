//! The order of one metric's values among the peers of a slice, exactly.
//!
//! Integers sort several times faster than ratios do. Six metrics are integers, and ratios of numbers below 2^26 have
//! 64-bit floats of their own, so that nearly every value has an integer key; a slice where one has not is sorted by
//! its values.

use crate::metric::{Metric, Value};
use crate::score::Scorecard;

/// The first integer of which ratios may share a float: unlike ratios a/b and c/d differ by at least 1/(a·d) of
/// themselves, and floats are closer together than that while a·d is below 2^52.
const EXACT_PARTS: i64 = 1 << 26;

/// One value of those that were sorted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    /// Orders as the values of its metric do, and is equal for equal values.
    pub(crate) key: u64,
    at: u32,
}

impl Placed {
    /// The place of its scorecard.
    pub(crate) fn at(self) -> usize {
        self.at as usize
    }
}

/// Sorts values; its memory serves the next metric.
#[derive(Debug, Default)]
pub(crate) struct Ranking {
    placed: Vec<Placed>,
}

impl Ranking {
    /// The values that exist, the smallest first.
    pub(crate) fn sort(&mut self, metric: Metric, scorecards: &[Scorecard]) -> &[Placed] {
        self.placed.clear();
        for (scorecard, at) in scorecards.iter().zip(0..) {
            match key_of(metric, scorecard) {
                Key::None => {}
                Key::Exact(key) => self.placed.push(Placed { key, at }),
                Key::Value => return self.sort_values(metric, scorecards),
            }
        }
        self.placed.sort_unstable_by_key(|one| one.key);
        &self.placed
    }

    /// The same for values that have no integer keys.
    fn sort_values(&mut self, metric: Metric, scorecards: &[Scorecard]) -> &[Placed] {
        let values = scorecards.iter().map(|one| one.values()[metric.index()]);
        let mut values: Vec<(Value, u32)> = values
            .zip(0..)
            .filter_map(|(value, at)| Some((value?, at)))
            .collect();
        values.sort_unstable();
        let equal = values.chunk_by(|a, b| a.0 == b.0).zip(0..);
        let placed =
            equal.flat_map(|(equal, key)| equal.iter().map(move |(_, at)| Placed { key, at: *at }));
        self.placed.clear();
        self.placed.extend(placed);
        &self.placed
    }
}

enum Key {
    /// There is no value.
    None,
    Exact(u64),
    /// Only comparing the values themselves is exact.
    Value,
}

fn key_of(metric: Metric, scorecard: &Scorecard) -> Key {
    if metric == Metric::CertifiedPeople {
        return whole(scorecard.certified_people);
    }
    let Some(totals) = &scorecard.totals else {
        return Key::None;
    };
    match metric {
        Metric::Revenue => i64::try_from(totals.revenue_ten_thousandths).map_or(Key::Value, whole),
        Metric::NewCustomers => whole(totals.new_customers),
        Metric::NetPaidSeats => whole(totals.net_paid_seats),
        Metric::CertifiedPeople => whole(scorecard.certified_people),
        Metric::ProductionInstances => whole(totals.production_instances),
        // A twelfth of it, and in the same order.
        Metric::MonthlyActiveUsers => whole(totals.yearly_users),
        Metric::MauPerAssignedSeat => ratio(totals.yearly_users, totals.assigned_seats),
        Metric::NetPromoterScore => ratio(totals.promoters - totals.detractors, totals.responses),
    }
}

fn whole(value: i64) -> Key {
    Key::Exact(ordered(value))
}

fn ratio(numerator: i64, denominator: i64) -> Key {
    if denominator <= 0 {
        return Key::None;
    }
    if numerator.unsigned_abs() >= EXACT_PARTS.unsigned_abs() || denominator >= EXACT_PARTS {
        return Key::Value;
    }
    let float = numerator as f64 / denominator as f64;
    // The bits of floats order as integers do once those of negative ones are turned round.
    let bits = float.to_bits().cast_signed();
    Key::Exact(ordered(if bits < 0 { bits ^ i64::MAX } else { bits }))
}

/// Unsigned integers in the order of signed ones.
fn ordered(value: i64) -> u64 {
    value.cast_unsigned() ^ 1 << 63
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Partner;
    use crate::totals::Totals;

    fn scorecard(totals: Totals) -> Scorecard {
        Scorecard {
            partner: Partner(0),
            totals: Some(totals),
            certified_people: 0,
            places: [None; Metric::COUNT],
        }
    }

    fn check(metric: Metric, totals: &[Totals], expected: &[&[usize]]) {
        let scorecards: Vec<Scorecard> = totals.iter().copied().map(scorecard).collect();
        let mut ranking = Ranking::default();
        let ranked = ranking.sort(metric, &scorecards);
        let equal: Vec<Vec<usize>> = ranked
            .chunk_by(|a, b| a.key == b.key)
            .map(|equal| {
                let mut places: Vec<usize> = equal.iter().map(|one| one.at()).collect();
                places.sort_unstable();
                places
            })
            .collect();
        assert_eq!(equal, expected, "{metric}");
    }

    fn seats(yearly_users: i64, assigned_seats: i64) -> Totals {
        Totals {
            yearly_users,
            assigned_seats,
            ..Totals::default()
        }
    }

    #[test]
    fn ratios_are_told_apart_up_to_the_largest_that_have_keys() {
        let most = EXACT_PARTS - 1;
        // The closest two ratios of such parts, and one that is equal in other terms.
        check(
            Metric::MauPerAssignedSeat,
            &[
                seats(most - 1, most),
                seats(most - 2, most - 1),
                seats(1, 2),
                seats(2, 4),
                seats(0, 7),
            ],
            &[&[4], &[2, 3], &[1], &[0]],
        );
    }

    #[test]
    fn larger_ratios_are_compared_as_they_are() {
        let large = 1 << 40;
        // As floats the first two are equal.
        check(
            Metric::MauPerAssignedSeat,
            &[
                seats(large - 1, large),
                seats(large - 2, large - 1),
                seats(5, 0),
                seats(1, 1),
            ],
            &[&[1], &[0], &[3]],
        );
    }

    #[test]
    fn negative_values_come_first_and_zero_is_zero() {
        let score = |promoters, detractors, responses| Totals {
            promoters,
            detractors,
            responses,
            ..Totals::default()
        };
        check(
            Metric::NetPromoterScore,
            &[
                score(0, 0, 3),
                score(0, 3, 3),
                score(1, 2, 3),
                score(2, 2, 4),
                score(3, 0, 3),
            ],
            &[&[1], &[2], &[0, 3], &[4]],
        );
        let money = |revenue_ten_thousandths| Totals {
            revenue_ten_thousandths,
            ..Totals::default()
        };
        let beyond = i128::from(i64::MAX) + 1;
        check(
            Metric::Revenue,
            &[
                money(0),
                money(-1),
                money(i128::from(i64::MIN)),
                money(i128::from(i64::MAX)),
            ],
            &[&[2], &[1], &[0], &[3]],
        );
        check(
            Metric::Revenue,
            &[money(beyond), money(-beyond - 1), money(0), money(beyond)],
            &[&[1], &[2], &[0, 3]],
        );
    }
}
