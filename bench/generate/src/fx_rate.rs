//! Rates of exchange: one a week, which holds until the next.

use crate::chance::{Chance, Topic};
use crate::error::Error;
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};
use crate::{FIRST_DAY, LAST_DAY};

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("currency"),
    Column::day("rate_date"),
    Column::rate("rate"),
];

const CURRENCIES: [(&str, f64); 4] = [
    ("AUD", 0.66),
    ("EUR", 1.11),
    ("JPY", 0.0067),
    ("ZAR", 0.054),
];

pub(crate) fn write(_: &Program, sheet: &mut Sheet) -> Result<(), Error> {
    for (number, (currency, usual)) in CURRENCIES.into_iter().enumerate() {
        for day in (FIRST_DAY.0 - 10..=LAST_DAY.0 + 28).step_by(7) {
            let drift =
                Chance::of(Topic::FxRate, number as u64, u64::from(day.unsigned_abs())).unit();
            let rate = usual * (0.96 + 0.08 * drift);
            sheet.row(&[
                Cell::Text(currency),
                Cell::Day(kernel::Day(day)),
                // Nine places.
                Cell::Decimal((rate * 1e9) as i64),
            ])?;
        }
    }
    Ok(())
}
