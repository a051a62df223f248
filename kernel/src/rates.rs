//! Exchange rates to the reporting currency.

use rustc_hash::FxHashMap;

use crate::day::Day;
use crate::ids::Currency;

/// The rates of all currencies, each newest on or before a day.
#[derive(Debug, Clone)]
pub struct Rates {
    reporting_currency: Currency,
    by_currency: FxHashMap<Currency, Vec<(Day, i128)>>,
}

/// Why an amount could not be brought to the reporting currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unconverted {
    NoRate,
    TooLarge,
}

impl Rates {
    /// Rates are billionths of the reporting currency for one unit, one for each currency and day.
    #[must_use]
    pub fn new(
        reporting_currency: Currency,
        rates: impl IntoIterator<Item = (Currency, Day, i128)>,
    ) -> Rates {
        let mut by_currency: FxHashMap<Currency, Vec<(Day, i128)>> = FxHashMap::default();
        for (currency, day, billionths) in rates {
            by_currency
                .entry(currency)
                .or_default()
                .push((day, billionths));
        }
        for of_currency in by_currency.values_mut() {
            of_currency.sort_unstable();
        }
        Rates {
            reporting_currency,
            by_currency,
        }
    }

    /// The amount in ten-thousandths of the reporting currency, rounded half to even.
    pub(crate) fn convert(
        &self,
        ten_thousandths: i128,
        currency: Currency,
        day: Day,
    ) -> Result<i128, Unconverted> {
        if currency == self.reporting_currency {
            return Ok(ten_thousandths);
        }
        let rates = self.by_currency.get(&currency).ok_or(Unconverted::NoRate)?;
        let billionths = newest(rates, day).ok_or(Unconverted::NoRate)?;
        let exact = match (i64::try_from(ten_thousandths), i64::try_from(billionths)) {
            // Nearly always, and several times faster.
            (Ok(amount), Ok(rate)) => i128::from(amount) * i128::from(rate),
            _ => ten_thousandths
                .checked_mul(billionths)
                .ok_or(Unconverted::TooLarge)?,
        };
        Ok(from_billionths(exact))
    }
}

/// The newest rate on or before the day, of rates in order of their days.
fn newest(rates: &[(Day, i128)], day: Day) -> Option<i128> {
    let (first, last) = (rates.first()?, rates.last()?);
    if last.0 <= day {
        return Some(last.1);
    }
    if day < first.0 {
        return None;
    }
    // Rates come daily or monthly, so that a day tells about where its rate stands.
    let days = |from: Day, to: Day| (i64::from(to.0) - i64::from(from.0)) as usize;
    let about = days(first.0, day) * (rates.len() - 1) / days(first.0, last.0);
    let is_newest = |at: usize| rates[at].0 <= day && day < rates[at + 1].0;
    let at = if is_newest(about) {
        about
    } else {
        rates.partition_point(|(rate_day, _)| *rate_day <= day) - 1
    };
    Some(rates[at].1)
}

/// Rounded half to even.
fn from_billionths(amount: i128) -> i128 {
    const ONE: i64 = 1_000_000_000;
    // Nearly all amounts fit 64 bits, which divide several times faster.
    let (quotient, rest) = match i64::try_from(amount) {
        Ok(amount) => (amount.div_euclid(ONE).into(), amount.rem_euclid(ONE)),
        // A remainder is below the divisor.
        Err(_) => (
            amount.div_euclid(ONE.into()),
            amount.rem_euclid(ONE.into()) as i64,
        ),
    };
    let up = 2 * rest > ONE || (2 * rest == ONE && quotient % 2 != 0);
    quotient + i128::from(up)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USD: Currency = Currency(*b"USD");
    const EUR: Currency = Currency(*b"EUR");

    fn rates() -> Rates {
        Rates::new(
            USD,
            [
                (EUR, Day(10), 1_500_000_000),
                (EUR, Day(5), 500_000_000),
                (USD, Day(5), 9_000_000_000),
            ],
        )
    }

    fn check(amount: i128, currency: Currency, day: i32, expected: Result<i128, Unconverted>) {
        assert_eq!(rates().convert(amount, currency, Day(day)), expected);
    }

    #[test]
    fn the_newest_rate_on_or_before_the_day_counts() {
        check(100, EUR, 4, Err(Unconverted::NoRate));
        check(100, EUR, 5, Ok(50));
        check(100, EUR, 9, Ok(50));
        check(100, EUR, 10, Ok(150));
    }

    #[test]
    fn rates_of_days_far_apart_and_close_together_are_found() {
        let days = [-700_000, 5, 6, 7, 30, 31, 60, 2_900_000];
        let rates: Vec<(Day, i128)> = days.iter().map(|day| (Day(*day), (*day).into())).collect();
        for day in (0..100).chain(days).chain([-700_001, i32::MIN, i32::MAX]) {
            let expected = days.iter().rev().find(|rate_day| **rate_day <= day);
            assert_eq!(
                newest(&rates, Day(day)),
                expected.map(|day| i128::from(*day))
            );
        }
    }

    #[test]
    fn the_reporting_currency_needs_no_rate_and_uses_none() {
        check(7, USD, 0, Ok(7));
        check(7, USD, 6, Ok(7));
    }

    #[test]
    fn halves_go_to_the_even_neighbour_on_both_sides_of_zero() {
        for (amount, expected) in [
            (1, 0),
            (3, 2),
            (5, 2),
            (7, 4),
            (-1, 0),
            (-3, -2),
            (-5, -2),
            (-7, -4),
        ] {
            check(amount, EUR, 5, Ok(expected));
        }
    }

    #[test]
    fn what_does_not_fit_is_said_and_not_wrapped() {
        check(i128::MAX / 2, EUR, 5, Err(Unconverted::TooLarge));
    }
}
