//! On which days a customer was added to an offering. Partners play no part here: the running total is the customer's.

use std::collections::{BTreeMap, BTreeSet};

use crate::date::Date;
use crate::program::SeatChangeRow;
use crate::settle::Settled;
use crate::slice::Offering;
use crate::window::Window;

/// The days in the window with an add, for each customer and offering.
#[derive(Debug, Default)]
pub struct Adds {
    days: BTreeMap<(String, Offering), BTreeSet<Date>>,
}

impl Adds {
    pub fn of(settled: &Settled<'_>, window: Window) -> Self {
        let mut adds = Adds::default();
        let gap_days = i32::from(settled.settings.new_customer_gap_days);
        for row in &settled.seat_changes {
            for offering in Offering::above(&row.product_id, row.workload_id.as_deref()) {
                let key = (row.customer_id.clone(), offering);
                adds.days.entry(key).or_default();
            }
        }
        for ((customer_id, offering), days) in &mut adds.days {
            let rows: Vec<&SeatChangeRow> = (settled.seat_changes.iter().copied())
                .filter(|row| {
                    is_paid(row) && row.customer_id == *customer_id && offering.holds_fact(*row)
                })
                .collect();
            for day in rows
                .iter()
                .map(|row| row.occurred_on)
                .filter(|day| window.holds(*day))
            {
                let before_all =
                    (1..=gap_days).all(|back| total_at_end_of(&rows, day.plus(-back)) <= 0);
                if total_at_end_of(&rows, day) >= 1 && before_all {
                    days.insert(day);
                }
            }
        }
        adds
    }

    /// Whether the customer was added to the offering on that day.
    pub fn holds(&self, customer_id: &str, offering: &Offering, day: Date) -> bool {
        self.days
            .get(&(customer_id.to_owned(), offering.clone()))
            .is_some_and(|days| days.contains(&day))
    }
}

/// Whether the seats were paid: absent means true.
pub fn is_paid(row: &SeatChangeRow) -> bool {
    row.paid.unwrap_or(true)
}

fn total_at_end_of(paid_rows: &[&SeatChangeRow], day: Date) -> i64 {
    let until = paid_rows.iter().filter(|row| row.occurred_on <= day);
    until
        .map(|row| i64::from(row.seats_added) - i64::from(row.seats_lost))
        .sum()
}
