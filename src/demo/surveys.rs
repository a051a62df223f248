//! Rows of `surveys`: how likely customers are to recommend what they have. It depends on whose they are on the day.

use kernel::Day;

use super::Program;
use super::calendar::working_day;
use super::dice::Dice;
use super::holding::Holding;
use super::partner::Traits;
use super::sheet::{Cell, Folder, Layout};

/// Answers of one holding in the whole span.
const ANSWERS: f64 = 1.4;

const LAYOUT: Layout = Layout {
    dataset: "surveys",
    endings: &["ndjson.gz", "csv.gz"],
    columns: &[
        "response_id",
        "customer_id",
        "product_id",
        "workload_id",
        "responded_on",
        "score",
    ],
};

pub(super) fn write(folder: &mut Folder, program: &Program) -> anyhow::Result<()> {
    let Program {
        span,
        seed,
        customers,
        holdings,
        partners,
    } = program;
    let mut dice = Dice::of(*seed, "surveys");
    let mut rows: Vec<(&Holding, Day, u32)> = Vec::new();
    for holding in holdings {
        let customer = &customers[holding.customer];
        for _ in 0..dice.count(ANSWERS * (1.0 + 0.02 * customer.seats).min(3.0)) {
            let responded_on = working_day(span.any_day(&mut dice)).max(span.first);
            if holding.seats_on(responded_on) > 0 {
                let partner = customer.partner_on(holding.offering.workload, responded_on);
                let traits = partner.map_or(&Traits::NOBODY, |partner| &partners[partner].traits);
                rows.push((
                    holding,
                    responded_on,
                    score(traits, span.part(responded_on), &mut dice),
                ));
            }
        }
    }
    rows.sort_by_key(|(_, responded_on, _)| *responded_on);
    let mut number = 0;
    folder.batches(
        LAYOUT,
        &span.quarters(),
        &rows,
        |row| row.1,
        |sheet, (holding, day, score)| {
            number += 1;
            sheet.row(&[
                Cell::Text(&format!("SV-{number:06}")),
                Cell::Text(&customers[holding.customer].id),
                Cell::Text(holding.offering.product_id()),
                Cell::text(holding.offering.workload_id()),
                Cell::Day(*day),
                Cell::Whole(*score),
            ])
        },
    )
}

/// 0 to 10, around 8 for an ordinary partner, and a little better where things go well.
fn score(traits: &Traits, part: f64, dice: &mut Dice) -> u32 {
    let mean = 5.4 + 4.3 * traits.quality + 0.8 * traits.growth_at(part);
    (mean + 2.0 * dice.normal()).round().clamp(0.0, 10.0) as u32
}
