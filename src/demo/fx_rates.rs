//! Rows of `fx_rates`: what currencies are worth in US dollars on weekdays, drifting slowly.

use kernel::Day;

use super::Program;
use super::calendar::weekday;
use super::dice::Dice;
use super::sheet::{Cell, Folder, Layout};

/// The currencies of the demo besides the reporting one, and what they are worth on the first day.
const CURRENCIES: [(&str, f64); 7] = [
    ("AUD", 0.652),
    ("BRL", 0.184),
    ("CAD", 0.729),
    ("EUR", 1.092),
    ("GBP", 1.271),
    ("INR", 0.011_86),
    ("JPY", 0.006_71),
];

/// What one unit is roughly worth, for amounts that look alike in every currency.
pub(super) fn rough_worth(currency: &str) -> f64 {
    CURRENCIES
        .iter()
        .find(|(code, _)| *code == currency)
        .map_or(1.0, |(_, worth)| *worth)
}

const LAYOUT: Layout = Layout {
    dataset: "fx_rates",
    endings: &["csv"],
    columns: &["currency", "rate_date", "rate"],
};

pub(super) fn write(folder: &mut Folder, program: &Program) -> anyhow::Result<()> {
    let span = program.span;
    let mut dice = Dice::of(program.seed, "fx_rates");
    let mut rows: Vec<(Day, &str, String)> = Vec::new();
    for (currency, worth) in CURRENCIES {
        let mut rate = worth;
        // A week ahead, so that a first day on a weekend has a rate too.
        for day in (span.first.0 - 7..=span.last.0)
            .map(Day)
            .filter(|day| weekday(*day) < 5)
        {
            // Pulled back a little towards where it began, so that no seed sends a currency astray.
            rate *= (0.0038 * dice.normal() + 0.004 * (worth / rate).ln()).exp();
            rows.push((day, currency, format!("{rate:.6}")));
        }
    }
    rows.sort_by_key(|(day, currency, _)| (*day, *currency));
    folder.one(LAYOUT, &rows, |sheet, (day, currency, rate)| {
        sheet.row(&[Cell::Text(currency), Cell::Day(*day), Cell::Number(rate)])
    })
}
