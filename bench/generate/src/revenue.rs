//! Revenue: what holdings are billed, with credits now and then, in the money of the customer's region.

use std::ops::RangeInclusive;

use kernel::Day;

use crate::chance::{Chance, Topic};
use crate::error::Error;
use crate::ids::Id;
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("event_id"),
    Column::text("customer_id"),
    Column::text("product_id"),
    Column::optional_text("workload_id"),
    Column::text("license_type"),
    Column::day("occurred_on"),
    Column::money("amount"),
    Column::text("currency"),
    Column::optional_flag("counts_as_new"),
];

const BILLED_SHARE: f64 = 0.72;

pub(crate) fn write(
    program: &Program,
    days: RangeInclusive<Day>,
    sheet: &mut Sheet,
) -> Result<(), Error> {
    let (mut event, mut customer) = (Id::default(), Id::default());
    let month = days.start().month();
    for (number, holding) in program.holdings.iter().enumerate() {
        let mut chance = Chance::of(
            Topic::Revenue,
            number as u64,
            u64::from(month.0.unsigned_abs()),
        );
        let billed = chance.hits(BILLED_SHARE);
        let day = Day(month.first_day().0 + chance.below(month.days()).cast_signed());
        if !billed || !days.contains(&day) || !holding.is_held(day) {
            continue;
        }
        let place = program.customers[holding.customer as usize].place;
        let currency = place.currency();
        // Of the smallest unit that is kept: ten-thousandths.
        let price = chance.log_normal(9.0, 0.7) * if currency == "JPY" { 150.0 } else { 1.0 };
        let mut amount = (price * f64::from(holding.seats) * 10_000.0) as i64;
        if chance.hits(0.9) {
            amount -= amount % 100;
        }
        if chance.hits(0.03) {
            amount = -amount / 3;
        }
        sheet.row(&[
            Cell::Text(event.numbered("R-", number as u64, month.0.unsigned_abs())),
            Cell::Text(customer.customer(holding.customer)),
            Cell::Text(holding.offering.product_id()),
            Cell::text(holding.offering.workload_id()),
            Cell::Text(holding.license_type),
            Cell::Day(day),
            Cell::Decimal(amount),
            Cell::Text(currency),
            Cell::Flag(!chance.hits(0.15)),
        ])?;
    }
    Ok(())
}
