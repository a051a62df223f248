//! Usage: who used what on which day.
//!
//! Rows come day by day, as a sender's log has them. Whether someone uses something on a day is one throw against the
//! share of days on which they do, so nothing is remembered from day to day.

use std::ops::RangeInclusive;

use kernel::Day;

use crate::chance::{Chance, Topic, mix};
use crate::error::Error;
use crate::ids::Id;
use crate::offering::{Offering, WORKLOAD_SUMS};
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};
use crate::{FIRST_DAY, LAST_DAY};

/// A person's habit of using one offering.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    customer: u32,
    offering: Offering,
    user: u64,
    /// Of all throws, those below this are days of use.
    below: u32,
    /// The first day on which the person is there.
    from: Day,
}

/// What of a working day's use is left on a Saturday or Sunday.
const WEEKEND_SHARE: f64 = 0.2;

/// The uses of everyone, as many as give the scale's rows.
pub(crate) fn invent(program: &Program) -> Vec<Use> {
    let mut uses = Vec::new();
    let mut shares = Vec::new();
    let mut expected = 0.0;
    for (number, customer) in program.customers.iter().enumerate() {
        let holdings = program.holdings_of(number as u32);
        for user in customer.first_user..customer.first_user + u64::from(customer.users) {
            let mut chance = Chance::of(Topic::Use, user, 0);
            let from = if chance.hits(0.2) {
                Day(chance.between(FIRST_DAY.0, LAST_DAY.0))
            } else {
                FIRST_DAY
            };
            let start = uses.len();
            for _ in 0..=chance.below(3).min(chance.below(3)) {
                let held = holdings[chance.below(holdings.len() as u32) as usize].offering;
                let product = held.product;
                // Who holds one workload uses that; who holds the product uses its main one most.
                let any = || chance.by_sums(&WORKLOAD_SUMS) as u8;
                let workload = held.workload.unwrap_or_else(any);
                let workload = (!chance.hits(0.05)).then_some(workload);
                let offering = Offering { product, workload };
                if uses[start..]
                    .iter()
                    .any(|one: &Use| one.offering == offering)
                {
                    continue;
                }
                // Few people make most of the rows.
                let share = chance.log_normal(0.08, 1.0).min(0.5);
                expected += share * working_days(from);
                shares.push(share);
                uses.push(Use {
                    customer: number as u32,
                    offering,
                    user,
                    below: 0,
                    from,
                });
            }
        }
    }
    let scale = program.scale.usage_rows() as f64 / expected.max(1.0);
    for (one, share) in uses.iter_mut().zip(shares) {
        one.below = ((share * scale).min(1.0) * f64::from(u32::MAX)) as u32;
    }
    uses
}

/// How many days of use the days to the last one are worth.
fn working_days(from: Day) -> f64 {
    f64::from(LAST_DAY.0 - from.0 + 1) * (5.0 + 2.0 * WEEKEND_SHARE) / 7.0
}

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("customer_id"),
    Column::text("user_id"),
    Column::text("product_id"),
    Column::optional_text("workload_id"),
    Column::day("active_on"),
];

pub(crate) fn write(
    program: &Program,
    days: RangeInclusive<Day>,
    sheet: &mut Sheet,
) -> Result<(), Error> {
    let (mut customer, mut user) = (Id::default(), Id::default());
    for day in (days.start().0..=days.end().0).map(Day) {
        let share = if is_weekend(day) { WEEKEND_SHARE } else { 1.0 };
        let topic = mix(((Topic::Usage as u64) << 32) | u64::from(day.0.unsigned_abs()));
        for one in &program.uses {
            let offering = one.offering;
            let place = one.user * 256
                + u64::from(offering.product) * 8
                + offering.workload.map_or(7, u64::from);
            let throw = (mix(topic ^ place) >> 32) as u32;
            if day < one.from || f64::from(throw) >= f64::from(one.below) * share {
                continue;
            }
            sheet.row(&[
                Cell::Text(customer.customer(one.customer)),
                Cell::Text(user.user(one.user)),
                Cell::Text(offering.product_id()),
                Cell::text(offering.workload_id()),
                Cell::Day(day),
            ])?;
        }
    }
    Ok(())
}

/// 1970-01-01 was a Thursday.
fn is_weekend(day: Day) -> bool {
    matches!((day.0 + 3).rem_euclid(7), 5 | 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_saturdays_and_sundays() {
        let saturday = Day::from_civil(2026, 10, 31).unwrap();
        assert!(is_weekend(saturday) && is_weekend(saturday.next()));
        assert!(!is_weekend(Day(saturday.0 - 1)) && !is_weekend(Day(saturday.0 + 2)));
    }
}
