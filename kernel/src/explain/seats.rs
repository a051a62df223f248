//! Paid seats, and the customers that came to hold them.

use super::facts::Explainable;
use super::{ExplainedFact, FactKind, FactReason, Teller};
use crate::day::Day;
use crate::rows::SeatChange;

impl Teller<'_, '_> {
    pub(super) fn net_paid_seats(&mut self, facts: &Explainable) {
        let rows = &facts.facts.seat_changes;
        for rows in rows.chunk_by(|a, b| a.customer == b.customer) {
            let mut record = self.record(rows[0].customer);
            for row in rows {
                if !self.is_in_slice(row.customer, row.offering) {
                    continue;
                }
                let left_out = self.left_out(&mut record, row.offering, row.occurred_on);
                let net = i64::from(row.seats_added) - i64::from(row.seats_lost);
                let fact = match left_out {
                    Some(reason) => told(row, reason),
                    None if !row.paid => told(row, FactReason::Unpaid),
                    None => told(row, FactReason::Counted).counting(net, 0),
                };
                self.tell(&mut record, fact);
            }
        }
        self.superseded_seats(facts);
    }

    /// DATA.md, `NEW_CUSTOMERS`: the running total of the slice's offering, day by day.
    pub(super) fn new_customers(&mut self, facts: &Explainable) {
        let rows = &facts.facts.seat_changes;
        let gap = i64::from(self.rules.new_customer_gap_days);
        for rows in rows.chunk_by(|a, b| a.customer == b.customer) {
            let mut record = self.record(rows[0].customer);
            let rows: Vec<&SeatChange> = rows
                .iter()
                .filter(|row| self.is_in_slice(row.customer, row.offering))
                .collect();
            let mut seats = 0_i64;
            let mut last_held: Option<Day> = None;
            let mut is_counted = false;
            for of_day in rows.chunk_by(|a, b| a.occurred_on == b.occurred_on) {
                let day = of_day[0].occurred_on;
                if seats >= 1 {
                    last_held = Some(Day(day.0 - 1));
                }
                let paid = of_day.iter().filter(|row| row.paid);
                seats += paid
                    .map(|row| i64::from(row.seats_added) - i64::from(row.seats_lost))
                    .sum::<i64>();
                let was_without =
                    last_held.is_none_or(|held| i64::from(day.0) - i64::from(held.0) > gap);
                for row in of_day {
                    let left_out = self.left_out(&mut record, row.offering, day);
                    let reason = match left_out {
                        Some(reason) => reason,
                        None if !row.paid => FactReason::Unpaid,
                        None if row.seats_added == 0 => FactReason::NoSeatsAdded,
                        None if seats < 1 => FactReason::NoSeatsHeld,
                        None if !was_without => FactReason::SeatsHeldBefore,
                        None if is_counted => FactReason::AlreadyCounted,
                        None => FactReason::Counted,
                    };
                    let mut fact = told(row, reason);
                    if reason == FactReason::Counted {
                        is_counted = true;
                        fact = fact.counting(1, 0);
                    }
                    self.tell(&mut record, fact);
                }
            }
        }
        self.superseded_seats(facts);
    }

    fn superseded_seats(&mut self, facts: &Explainable) {
        let rows = &facts.superseded.seat_changes;
        self.superseded(FactKind::SeatChange, rows, |row| {
            (row.offering, row.occurred_on)
        });
    }
}

fn told(row: &SeatChange, reason: FactReason) -> ExplainedFact {
    let kind = FactKind::SeatChange;
    ExplainedFact::without(kind, row.customer, row.offering, row.occurred_on, reason)
}
