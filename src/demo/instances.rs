//! Rows of `instances`: what runs in production, counted at the end of every third month.

use kernel::Day;

use super::Program;
use super::dice::Dice;
use super::holding::Holding;
use super::sheet::{Cell, Folder, Layout};

const LAYOUT: Layout = Layout {
    dataset: "instances",
    endings: &["ndjson.gz"],
    columns: &[
        "customer_id",
        "product_id",
        "workload_id",
        "production_instances",
        "observed_on",
    ],
};

pub(super) fn write(folder: &mut Folder, program: &Program) -> anyhow::Result<()> {
    let Program {
        span,
        seed,
        customers,
        holdings,
        ..
    } = program;
    let mut dice = Dice::of(*seed, "instances");
    let months = span.months();
    let mut rows: Vec<(&Holding, u32, Day)> = Vec::new();
    for holding in holdings
        .iter()
        .filter(|holding| holding.offering.runs_instances())
    {
        for month in months.iter().filter(|month| holding.observed_in(month)) {
            if holding.held_since().is_some_and(|day| day <= month.last) {
                let seats = f64::from(holding.seats_on(month.last));
                let running = seats * holding.instances_per_seat * dice.log_normal(1.0, 0.12);
                rows.push((
                    holding,
                    if seats > 0.0 {
                        running.ceil() as u32
                    } else {
                        0
                    },
                    month.last,
                ));
            }
        }
    }
    rows.sort_by_key(|(_, _, observed_on)| *observed_on);
    folder.one(LAYOUT, &rows, |sheet, (holding, running, observed_on)| {
        sheet.row(&[
            Cell::Text(&customers[holding.customer].id),
            Cell::Text(holding.offering.product_id()),
            Cell::text(holding.offering.workload_id()),
            Cell::Whole(*running),
            Cell::Day(*observed_on),
        ])
    })
}
