//! Subscriptions: one for each holding, observed every month, and once more after it has ended.

use std::ops::RangeInclusive;

use kernel::Day;

use crate::chance::{Chance, Topic};
use crate::error::Error;
use crate::ids::Id;
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("subscription_id"),
    Column::text("customer_id"),
    Column::text("product_id"),
    Column::optional_text("workload_id"),
    Column::text("status"),
    Column::whole("seats_assigned"),
    Column::day("observed_on"),
];

pub(crate) fn write(
    program: &Program,
    days: RangeInclusive<Day>,
    sheet: &mut Sheet,
) -> Result<(), Error> {
    let (mut subscription, mut customer) = (Id::default(), Id::default());
    let month = days.start().month();
    for (number, holding) in program.holdings.iter().enumerate() {
        let mut chance = Chance::of(
            Topic::Subscription,
            number as u64,
            u64::from(month.0.unsigned_abs()),
        );
        let day = Day(month.first_day().0 + chance.below(month.days()).cast_signed());
        let was_held = holding.is_held(Day(day.0 - 40)) || holding.is_held(Day(day.0 - 20));
        let is_held = holding.is_held(day);
        if !days.contains(&day) || !(is_held || was_held) {
            continue;
        }
        let status = if is_held {
            ["active", "grace", "suspended", "expired"][chance.by_sums(&[0.9, 0.94, 0.98, 1.0])]
        } else {
            "cancelled"
        };
        let seats_assigned = (f64::from(holding.seats) * (0.4 + 0.6 * chance.unit())) as u32;
        sheet.row(&[
            Cell::Text(subscription.numbered("S-", number as u64, 1)),
            Cell::Text(customer.customer(holding.customer)),
            Cell::Text(holding.offering.product_id()),
            Cell::text(holding.offering.workload_id()),
            Cell::Text(status),
            Cell::Whole(seats_assigned),
            Cell::Day(day),
        ])?;
    }
    Ok(())
}
