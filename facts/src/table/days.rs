//! The days of each customer, user, offering and month, gathered in one table while rows come in any order.
//!
//! A user is active on many days of a month, and a sender's log has them day by day: what is kept is bounded by how many
//! there are of these, not by how many rows tell of them. Open addressing in one flat vector, since each row is one
//! look-up and a row of the log is seldom near the one before it in any order but its own.

use crate::row::UsageMonthRow;

/// Entries of the first table.
const SLOTS_AT_FIRST: usize = 1 << 12;

/// Rows that are looked up side by side, so that the processor waits for their entries together.
const ABREAST: usize = 16;

#[derive(Debug, Default)]
pub(super) struct DaySets {
    /// A power of two of them. One without days is free.
    slots: Vec<UsageMonthRow>,
    taken: usize,
}

impl DaySets {
    pub(super) fn len(&self) -> usize {
        self.taken
    }

    /// Adds the days of rows, none of which may be without.
    pub(super) fn add(&mut self, rows: &[UsageMonthRow]) {
        for rows in rows.chunks(ABREAST) {
            // At most two thirds are taken, so that look-ups end soon.
            while self.slots.len() * 2 < (self.taken + rows.len()) * 3 {
                self.grow();
            }
            let mut at = [0; ABREAST];
            let mut touched = 0;
            for (at, row) in at.iter_mut().zip(rows) {
                *at = self.slot_of(row);
                touched |= self.slots[*at].days;
            }
            // Entries are asked for here, all before the first is waited for.
            std::hint::black_box(touched);
            for (at, row) in at.into_iter().zip(rows) {
                self.add_at(at, row);
            }
        }
    }

    /// All of them, in no order.
    pub(super) fn into_rows(self) -> impl Iterator<Item = UsageMonthRow> {
        self.slots.into_iter().filter(|slot| slot.days != 0)
    }

    fn add_at(&mut self, mut at: usize, row: &UsageMonthRow) {
        loop {
            let slot = &mut self.slots[at];
            if slot.days == 0 {
                *slot = *row;
                self.taken += 1;
                return;
            }
            if slot.user == row.user
                && slot.customer == row.customer
                && slot.offering == row.offering
                && slot.month == row.month
            {
                slot.days |= row.days;
                return;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    fn slot_of(&self, row: &UsageMonthRow) -> usize {
        // The user is a hash already; the others are spread by odd numbers of no meaning.
        let place = u64::from(row.customer) << 32 | u64::from(row.offering);
        let mixed = (row.user ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .wrapping_add((row.month.0 as u64).wrapping_mul(0xd6e8_feb8_6659_fd93));
        let spread = mixed.wrapping_mul(0xff51_afd7_ed55_8ccd);
        (spread >> 32) as usize & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        let free = UsageMonthRow {
            customer: 0,
            user: 0,
            offering: 0,
            month: kernel::Day(0),
            days: 0,
        };
        let slots = (self.slots.len() * 2).max(SLOTS_AT_FIRST);
        let old = std::mem::replace(&mut self.slots, vec![free; slots]);
        self.taken = 0;
        for row in old.iter().filter(|slot| slot.days != 0) {
            self.add_at(self.slot_of(row), row);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kernel::Day;

    use super::*;

    #[test]
    fn days_are_united_for_each_key() {
        let row = |number: u32| UsageMonthRow {
            customer: number % 7,
            user: u64::from(number % 11) << 60 | 5,
            offering: number % 3,
            month: Day((number % 2 * 31).cast_signed()),
            days: 1 << (number / 13 % 31),
        };
        let rows: Vec<UsageMonthRow> = (0..30_000).map(row).collect();
        let mut expected = BTreeMap::new();
        for row in &rows {
            let key = (row.customer, row.user, row.offering, row.month);
            *expected.entry(key).or_insert(0) |= row.days;
        }
        let mut sets = DaySets::default();
        for rows in rows.chunks(1000) {
            sets.add(rows);
        }
        assert_eq!(sets.len(), expected.len());
        let found = sets.into_rows();
        let found: BTreeMap<_, _> = found
            .map(|row| ((row.customer, row.user, row.offering, row.month), row.days))
            .collect();
        assert_eq!(found, expected);
    }
}
