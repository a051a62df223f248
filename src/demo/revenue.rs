//! Rows of `revenue`: purchases, invoices, renewals and credits, in the currency of the customer.

use kernel::Day;

use super::Program;
use super::calendar::{Span, Stretch, busy, plus, working_day};
use super::dice::Dice;
use super::fx_rates::rough_worth;
use super::holding::{Billing, Holding, Step, Why};
use super::sheet::{Cell, Folder, Layout};

struct Row<'a> {
    holding: &'a Holding,
    occurred_on: Day,
    /// In the customer's currency; negative for a credit.
    hundredths: i64,
    counts_as_new: bool,
}

const LAYOUT: Layout = Layout {
    dataset: "revenue",
    endings: &["csv.gz"],
    columns: &[
        "event_id",
        "customer_id",
        "product_id",
        "workload_id",
        "license_type",
        "occurred_on",
        "amount",
        "currency",
        "counts_as_new",
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
    let mut dice = Dice::of(*seed, "revenue");
    let months = span.months();
    let mut rows = Vec::new();
    for holding in holdings {
        let currency = customers[holding.customer].currency;
        let mut account = Account {
            span: *span,
            holding,
            currency,
            discount: dice.range(0.72, 1.0),
            rows: &mut rows,
        };
        for step in &holding.steps {
            account.sell(step, &mut dice);
        }
        for month in &months {
            account.invoice(month, &mut dice);
        }
    }
    rows.sort_by_key(|row| row.occurred_on);
    let mut number = 0;
    let quarters = span.quarters();
    folder.batches(
        LAYOUT,
        &quarters,
        &rows,
        |row| row.occurred_on,
        |sheet, row| {
            number += 1;
            let customer = &customers[row.holding.customer];
            sheet.row(&[
                Cell::Text(&format!("RV-{number:07}")),
                Cell::Text(&customer.id),
                Cell::Text(row.holding.offering.product_id()),
                Cell::text(row.holding.offering.workload_id()),
                Cell::Text(row.holding.license),
                Cell::Day(row.occurred_on),
                Cell::Number(&two_places(row.hundredths)),
                Cell::Text(customer.currency),
                Cell::Flag(row.counts_as_new),
            ])
        },
    )
}

fn two_places(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!(
        "{sign}{}.{:02}",
        hundredths.abs() / 100,
        hundredths.abs() % 100
    )
}

/// What one holding is charged.
struct Account<'a, 'b> {
    span: Span,
    holding: &'a Holding,
    currency: &'static str,
    discount: f64,
    rows: &'b mut Vec<Row<'a>>,
}

impl Account<'_, '_> {
    /// Charges what is bought on a day of the span: new business.
    fn sell(&mut self, step: &Step, dice: &mut Dice) {
        let sold = match step.why {
            Why::Purchase => true,
            // Seats on shorter terms simply appear on the next invoice.
            Why::Change => self.holding.billing == Billing::Yearly && step.seats_added > 0,
            Why::Opening | Why::Trial | Why::Leaving => false,
        };
        if sold {
            let months = if self.holding.billing == Billing::Yearly {
                dice.between(6, 12)
            } else {
                1
            };
            self.charge(
                step.day,
                f64::from(step.seats_added),
                f64::from(months),
                true,
                dice,
            );
        }
    }

    /// Charges what is due in a month. Once a year it is a renewal, which is no new business.
    fn invoice(&mut self, month: &Stretch, dice: &mut Dice) {
        let age = (month.first.month().0 - self.holding.renewal_month).rem_euclid(12);
        let months = match self.holding.billing {
            Billing::Monthly => 1,
            Billing::Quarterly if age % 3 == 0 => 3,
            Billing::Yearly if age == 0 => 12,
            Billing::Quarterly | Billing::Yearly => return,
        };
        let day = invoice_day(month, dice);
        let seats = self.holding.seats_on(day);
        if seats == 0
            || self
                .holding
                .held_since()
                .is_none_or(|since| since.month() == day.month())
        {
            return;
        }
        // What runs is billed by what it used, which is new each time.
        let renewed = age == 0 && !self.holding.offering.runs_instances();
        self.charge(day, f64::from(seats), f64::from(months), !renewed, dice);
        if month.ends_quarter() && dice.chance(0.1) {
            self.charge(
                invoice_day(month, dice),
                f64::from(seats),
                dice.range(0.5, 3.0),
                true,
                dice,
            );
        }
    }

    fn charge(&mut self, day: Day, seats: f64, months: f64, counts_as_new: bool, dice: &mut Dice) {
        let offering = self.holding.offering;
        let quantity = if offering.runs_instances() {
            seats * self.holding.instances_per_seat * (0.8 + 0.2 * busy(working_day(day)))
        } else {
            seats
        };
        let dollars =
            quantity * months * offering.price() * self.discount * dice.log_normal(1.0, 0.06);
        let hundredths = self.in_currency(dollars);
        self.push(day, hundredths, counts_as_new);
        if dice.chance(0.035) {
            let credited_on = plus(day, dice.between(5, 40));
            let part = if dice.chance(0.25) {
                1.0
            } else {
                dice.range(0.05, 0.6)
            };
            self.push(
                credited_on,
                -((hundredths as f64 * part) as i64),
                counts_as_new,
            );
        }
    }

    /// In hundredths; yen and rupees are billed whole.
    fn in_currency(&self, dollars: f64) -> i64 {
        let worth = rough_worth(self.currency);
        let places = if worth < 0.05 { 100.0 } else { 1.0 };
        ((dollars / worth * 100.0 / places).round().max(1.0) * places) as i64
    }

    fn push(&mut self, occurred_on: Day, hundredths: i64, counts_as_new: bool) {
        if self.span.contains(occurred_on) && hundredths != 0 {
            self.rows.push(Row {
                holding: self.holding,
                occurred_on,
                hundredths,
                counts_as_new,
            });
        }
    }
}

/// Quarters end with a rush; other invoices come on any working day.
fn invoice_day(month: &Stretch, dice: &mut Dice) -> Day {
    let day = if month.ends_quarter() && dice.chance(0.6) {
        Day(dice.between((month.last.0 - 8).max(month.first.0), month.last.0))
    } else {
        month.any_day(dice)
    };
    working_day(day).max(month.first)
}
