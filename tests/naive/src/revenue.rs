//! Amounts in the reporting currency.

use std::collections::BTreeMap;

use crate::attribution::{Attributed, WindowFacts};
use crate::date::Date;
use crate::program::RevenueRow;
use crate::settle::Settled;

/// A currency that some counting amount needs a rate of, with the first day that lacks one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingRate {
    pub currency: String,
    pub first_date: Date,
}

/// Whether an amount is net new revenue: absent means true.
pub fn counts_as_new(row: &RevenueRow) -> bool {
    row.counts_as_new.unwrap_or(true)
}

/// Every currency without a rate for an amount that would count, by currency; empty where all is well.
pub fn missing_rates(settled: &Settled<'_>, facts: &WindowFacts<'_>) -> Vec<MissingRate> {
    let mut first: BTreeMap<&str, Date> = BTreeMap::new();
    for Attributed { row, .. } in &facts.revenue {
        if counts_as_new(row) && converted(settled, row).is_none() {
            let day = first.entry(&row.currency).or_insert(row.occurred_on);
            *day = row.occurred_on.min(*day);
        }
    }
    first
        .into_iter()
        .map(|(currency, first_date)| MissingRate {
            currency: currency.to_owned(),
            first_date,
        })
        .collect()
}

/// The amount in ten-thousandths of the reporting currency; none without a rate on or before the day.
pub fn converted(settled: &Settled<'_>, row: &RevenueRow) -> Option<i128> {
    if row.currency == settled.settings.reporting_currency {
        return Some(row.amount.units);
    }
    let newest = settled
        .fx_rates
        .iter()
        .filter(|rate| rate.currency == row.currency && rate.rate_date <= row.occurred_on)
        .max_by_key(|rate| rate.rate_date)?;
    Some(divide_half_even(
        row.amount.units * newest.rate.units,
        1_000_000_000,
    ))
}

/// The quotient rounded to the nearest integer, halves to the even one; the divisor is above 0.
fn divide_half_even(num: i128, den: i128) -> i128 {
    let (floor, rest) = (num.div_euclid(den), num.rem_euclid(den));
    match (2 * rest).cmp(&den) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Greater => floor + 1,
        std::cmp::Ordering::Equal => floor + floor.rem_euclid(2),
    }
}

#[cfg(test)]
mod tests {
    use super::divide_half_even;

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let rounded: Vec<i128> = (-7..=7).map(|num| divide_half_even(num, 2)).collect();
        assert_eq!(rounded, [-4, -3, -2, -2, -2, -1, 0, 0, 0, 1, 2, 2, 2, 3, 4]);
        assert_eq!(
            [
                divide_half_even(-26, 10),
                divide_half_even(24, 10),
                divide_half_even(-24, 10)
            ],
            [-3, 2, -2]
        );
    }
}
