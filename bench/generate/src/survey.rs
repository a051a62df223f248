//! Surveys: some holders answer now and then; who is well served answers well.

use std::ops::RangeInclusive;

use kernel::Day;

use crate::chance::{Chance, Topic};
use crate::error::Error;
use crate::ids::Id;
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("response_id"),
    Column::text("customer_id"),
    Column::text("product_id"),
    Column::optional_text("workload_id"),
    Column::day("responded_on"),
    Column::whole("score"),
];

const ANSWERED_SHARE: f64 = 0.12;

pub(crate) fn write(
    program: &Program,
    days: RangeInclusive<Day>,
    sheet: &mut Sheet,
) -> Result<(), Error> {
    let (mut response, mut customer) = (Id::default(), Id::default());
    let month = days.start().month();
    for (number, holding) in program.holdings.iter().enumerate() {
        let mut chance = Chance::of(
            Topic::Survey,
            number as u64,
            u64::from(month.0.unsigned_abs()),
        );
        let answered = chance.hits(ANSWERED_SHARE);
        let day = Day(month.first_day().0 + chance.below(month.days()).cast_signed());
        if !answered || !days.contains(&day) || !holding.is_held(day) {
            continue;
        }
        let partner = program.customers[holding.customer as usize].partner;
        let mood = Chance::of(Topic::Survey, u64::MAX, partner.into()).unit();
        let score = (3.0 + 4.0 * mood + 5.0 * chance.unit()) as u32;
        sheet.row(&[
            Cell::Text(response.numbered("Q-", number as u64, month.0.unsigned_abs())),
            Cell::Text(customer.customer(holding.customer)),
            Cell::Text(holding.offering.product_id()),
            Cell::text(holding.offering.workload_id()),
            Cell::Day(day),
            Cell::Whole(score.min(10)),
        ])?;
    }
    Ok(())
}
