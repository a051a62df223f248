//! Rows of `seat_changes`: what was held when the records begin, in a batch of its own, and every change since.

use super::Program;
use super::calendar::Stretch;
use super::holding::{Holding, Step};
use super::sheet::{Cell, Folder, Layout};

const LAYOUT: Layout = Layout {
    dataset: "seat_changes",
    endings: &["csv.gz", "csv.gz", "ndjson.gz"],
    columns: &[
        "event_id",
        "customer_id",
        "product_id",
        "workload_id",
        "license_type",
        "occurred_on",
        "seats_added",
        "seats_lost",
        "paid",
    ],
};

pub(super) fn write(folder: &mut Folder, program: &Program) -> anyhow::Result<()> {
    let Program {
        span,
        customers,
        holdings,
        ..
    } = program;
    let mut rows: Vec<(&Holding, &Step)> = holdings
        .iter()
        .flat_map(|holding| holding.steps.iter().map(move |step| (holding, step)))
        .collect();
    rows.sort_by_key(|(_, step)| step.day);
    let mut stretches = vec![Stretch {
        label: "opening".to_owned(),
        first: span.opening(),
        last: span.opening(),
    }];
    stretches.extend(span.quarters());
    let mut number = 0;
    folder.batches(
        LAYOUT,
        &stretches,
        &rows,
        |(_, step)| step.day,
        |sheet, (holding, step)| {
            number += 1;
            sheet.row(&[
                Cell::Text(&format!("SC-{number:07}")),
                Cell::Text(&customers[holding.customer].id),
                Cell::Text(holding.offering.product_id()),
                Cell::text(holding.offering.workload_id()),
                Cell::Text(holding.license),
                Cell::Day(step.day),
                Cell::Whole(step.seats_added),
                Cell::Whole(step.seats_lost),
                Cell::Flag(step.paid),
            ])
        },
    )
}
