//! Rows of `usage`: which people worked with what on which day. Nobody without an assigned seat does.

use kernel::Day;

use super::Program;
use super::calendar::{Stretch, busy};
use super::dice::{Dice, sums};
use super::holding::Holding;
use super::sheet::{Cell, Folder, Layout};

/// One user, one holding, one day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    active_on: Day,
    /// The place of the holding.
    holding: u32,
    /// A number within the customer, so that one person works with several workloads.
    user: u32,
}

/// Days a month on which a person who takes part is seen. Few, for a demo has to be quick.
const DAYS_PER_MONTH: f64 = 0.25;

/// A full month of ordinary days is about this busy.
const BUSY_MONTH: f64 = 21.0;

const LAYOUT: Layout = Layout {
    dataset: "usage",
    endings: &["csv.gz"],
    columns: &[
        "customer_id",
        "user_id",
        "product_id",
        "workload_id",
        "active_on",
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
    let mut dice = Dice::of(*seed, "usage");
    let months: Vec<Busy> = span.months().into_iter().map(Busy::of).collect();
    let mut rows = Vec::new();
    for (place, holding) in holdings
        .iter()
        .enumerate()
        .filter(|(_, holding)| !holding.offering.runs_instances())
    {
        let customer = &customers[holding.customer];
        let liking = 0.2 + 0.65 * customer.traits.quality + 0.15 * dice.normal();
        for month in &months {
            let part = span.part(month.stretch.last);
            let adoption =
                (liking * (1.0 + customer.traits.growth_at(part) * (part - 0.3))).clamp(0.06, 0.98);
            month.people_at_work(place as u32, holding, adoption, &mut rows, &mut dice);
        }
    }
    rows.sort_unstable();
    // One row says that somebody was there; a second of the same day would say it again.
    rows.dedup();
    let stretches = span.months();
    folder.batches(
        LAYOUT,
        &stretches,
        &rows,
        |row| row.active_on,
        |sheet, row| {
            let holding = &holdings[row.holding as usize];
            let customer = &customers[holding.customer];
            sheet.row(&[
                Cell::Text(&customer.id),
                Cell::Text(&format!("{}-u{:03}", customer.code, row.user + 1)),
                Cell::Text(holding.offering.product_id()),
                Cell::text(holding.offering.workload_id()),
                Cell::Day(row.active_on),
            ])
        },
    )
}

/// A month and how busy its days are.
struct Busy {
    stretch: Stretch,
    sums: Vec<f64>,
}

impl Busy {
    fn of(stretch: Stretch) -> Busy {
        let sums = sums((stretch.first.0..=stretch.last.0).map(|day| busy(Day(day))));
        Busy { stretch, sums }
    }

    fn people_at_work(
        &self,
        place: u32,
        holding: &Holding,
        adoption: f64,
        rows: &mut Vec<Row>,
        dice: &mut Dice,
    ) {
        let most = holding
            .assigned_on(self.stretch.first)
            .max(holding.assigned_on(self.stretch.last));
        let busy = self.sums.last().copied().unwrap_or(0.0) / BUSY_MONTH;
        let seen = dice.count(f64::from(most) * adoption * DAYS_PER_MONTH * busy);
        for _ in 0..seen {
            let active_on = Day(self.stretch.first.0 + dice.by_sums(&self.sums) as i32);
            let user = (dice.unit() * f64::from(most) * adoption) as u32;
            if user < holding.assigned_on(active_on) {
                rows.push(Row {
                    active_on,
                    holding: place,
                    user,
                });
            }
        }
    }
}
