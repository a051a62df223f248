//! Rows of `subscriptions`: one for each holding, seen at the end of every third month.

use kernel::Day;

use super::Program;
use super::dice::Dice;
use super::holding::Holding;
use super::names::code;
use super::sheet::{Cell, Folder, Layout};

struct Row<'a> {
    number: usize,
    holding: &'a Holding,
    status: &'static str,
    seats_assigned: u32,
    observed_on: Day,
}

const LAYOUT: Layout = Layout {
    dataset: "subscriptions",
    endings: &["csv.gz"],
    columns: &[
        "subscription_id",
        "customer_id",
        "product_id",
        "workload_id",
        "status",
        "seats_assigned",
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
    let mut dice = Dice::of(*seed, "subscriptions");
    let months = span.months();
    let mut rows = Vec::new();
    for (number, holding) in holdings.iter().enumerate() {
        let suspended = dice.chance(0.015);
        for month in months.iter().filter(|month| holding.observed_in(month)) {
            let observed_on = month.last;
            if holding.held_since().is_some_and(|day| day <= observed_on) {
                let status = status(holding, observed_on, suspended && dice.chance(0.4));
                let held_on = holding
                    .left_on(observed_on)
                    .map_or(observed_on, |day| Day(day.0 - 1));
                rows.push(Row {
                    number,
                    holding,
                    status,
                    seats_assigned: holding.assigned_on(held_on),
                    observed_on,
                });
            }
        }
    }
    rows.sort_by_key(|row| row.observed_on);
    folder.batches(
        LAYOUT,
        &span.quarters(),
        &rows,
        |row| row.observed_on,
        |sheet, row| {
            sheet.row(&[
                Cell::Text(&format!("SB-{}", code(row.number))),
                Cell::Text(&customers[row.holding.customer].id),
                Cell::Text(row.holding.offering.product_id()),
                Cell::text(row.holding.offering.workload_id()),
                Cell::Text(row.status),
                Cell::Whole(row.seats_assigned),
                Cell::Day(row.observed_on),
            ])
        },
    )
}

/// What was given up is in grace for a month, and then out; its seats stay on the row as they last were.
fn status(holding: &Holding, day: Day, suspended: bool) -> &'static str {
    match holding.left_on(day) {
        Some(left_on) if day.0 - left_on.0 < 30 => "grace",
        Some(_) if holding.license == "EA" => "expired",
        Some(_) => "cancelled",
        None if suspended => "suspended",
        None => "active",
    }
}
