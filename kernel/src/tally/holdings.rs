//! The days on which a customer was added: running totals of paid seats, by offering (DATA.md, `NEW_CUSTOMERS`).

use super::Rules;
use crate::day::Day;
use crate::ids::{Offering, Partner};
use crate::rows::SeatChange;

/// What one customer holds; reused for the next one.
#[derive(Default)]
pub(super) struct Holdings {
    /// By offering.
    holdings: Vec<Holding>,
    /// The offerings that differ from a holding of nothing.
    held: Vec<Offering>,
    /// The offerings that the day in hand changes.
    changed: Vec<Offering>,
    adds: Vec<(Offering, Partner)>,
}

#[derive(Clone, Copy, Default)]
struct Holding {
    seats: i64,
    /// The last day whose end saw a seat; before the first fact there was none.
    last_held: Option<Day>,
    /// The last day that changed it.
    changed_on: Option<Day>,
}

impl Holdings {
    pub(super) fn new(offerings: usize) -> Holdings {
        Holdings {
            holdings: vec![Holding::default(); offerings],
            ..Holdings::default()
        }
    }

    /// Walks all seat changes of a customer, in order of their day. `owner` tells whom an add counts for by a row of its
    /// day.
    pub(super) fn find_adds(
        &mut self,
        rules: &Rules<'_>,
        rows: &[SeatChange],
        mut owner: impl FnMut(Offering, &SeatChange) -> Option<(Offering, Partner)>,
    ) {
        self.forget();
        let counts = |row: &&SeatChange| row.paid && row.occurred_on <= rules.window.last;
        for day_rows in rows.chunk_by(|a, b| a.occurred_on == b.occurred_on) {
            let day = day_rows[0].occurred_on;
            self.changed.clear();
            for row in day_rows.iter().filter(counts) {
                for offering in rules.catalog.offerings_above(row.offering) {
                    self.change(offering, day, net_seats(row));
                }
            }
            if !rules.window.contains(day) {
                continue;
            }
            for offering in &self.changed {
                if !self.holdings[offering.0 as usize].is_add(day, rules.new_customer_gap_days) {
                    continue;
                }
                let within = |row: &&SeatChange| {
                    let mut above = rules.catalog.offerings_above(row.offering);
                    row.seats_added > 0 && above.any(|at| at == *offering)
                };
                for row in day_rows.iter().filter(counts).filter(within) {
                    let add = owner(*offering, row);
                    self.adds.extend(add.filter(|add| !self.adds.contains(add)));
                }
            }
        }
    }

    /// Whom the customer was added for in which offerings, each once.
    pub(super) fn adds(&self) -> impl Iterator<Item = (Offering, Partner)> + '_ {
        self.adds.iter().copied()
    }

    fn change(&mut self, offering: Offering, day: Day, net: i64) {
        let holding = &mut self.holdings[offering.0 as usize];
        if holding.changed_on != Some(day) {
            if holding.changed_on.is_none() {
                self.held.push(offering);
            }
            if holding.seats >= 1 {
                holding.last_held = Some(Day(day.0 - 1));
            }
            holding.changed_on = Some(day);
            self.changed.push(offering);
        }
        holding.seats += net;
    }

    fn forget(&mut self) {
        for offering in self.held.drain(..) {
            self.holdings[offering.0 as usize] = Holding::default();
        }
        self.adds.clear();
    }
}

impl Holding {
    /// Whether the end of the day sees a seat, and none of the days of the gap before it did.
    fn is_add(self, day: Day, gap_days: u32) -> bool {
        let was_without = self
            .last_held
            .is_none_or(|held| i64::from(day.0) - i64::from(held.0) > i64::from(gap_days));
        self.seats >= 1 && was_without
    }
}

pub(super) fn net_seats(row: &SeatChange) -> i64 {
    i64::from(row.seats_added) - i64::from(row.seats_lost)
}
