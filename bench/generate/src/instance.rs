//! Instances: how many run in production, observed every month where the product runs as instances at all.

use std::ops::RangeInclusive;

use kernel::Day;

use crate::chance::{Chance, Topic};
use crate::error::Error;
use crate::ids::Id;
use crate::offering::runs_instances;
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("customer_id"),
    Column::text("product_id"),
    Column::optional_text("workload_id"),
    Column::whole("production_instances"),
    Column::day("observed_on"),
];

pub(crate) fn write(
    program: &Program,
    days: RangeInclusive<Day>,
    sheet: &mut Sheet,
) -> Result<(), Error> {
    let mut customer = Id::default();
    let month = days.start().month();
    for (number, holding) in program.holdings.iter().enumerate() {
        if !runs_instances(holding.offering.product) {
            continue;
        }
        let mut chance = Chance::of(
            Topic::Instance,
            number as u64,
            u64::from(month.0.unsigned_abs()),
        );
        let day = Day(month.first_day().0 + chance.below(month.days()).cast_signed());
        let is_held = holding.is_held(day);
        let was_held = holding.is_held(Day(day.0 - 40)) || holding.is_held(Day(day.0 - 20));
        if !days.contains(&day) || !(is_held || was_held) {
            continue;
        }
        // Some sends are missed, so that the newest one is not always of the last month.
        if chance.hits(0.08) {
            continue;
        }
        let instances = if is_held {
            chance.log_normal(f64::from(holding.seats).sqrt() + 1.0, 0.3) as u32
        } else {
            0
        };
        sheet.row(&[
            Cell::Text(customer.customer(holding.customer)),
            Cell::Text(holding.offering.product_id()),
            Cell::text(holding.offering.workload_id()),
            Cell::Whole(instances),
            Cell::Day(day),
        ])?;
    }
    Ok(())
}
