//! The days of each customer, user, offering and month, gathered while rows come in any order.
//!
//! A user is active on many days of a month, and a sender's log has them day by day: what is kept is bounded by how many
//! there are of these, not by how many rows tell of them. Each row is one look-up somewhere in tables that are larger
//! than a processor's caches; so rows are dealt out by customer first, and added to a table when there are enough of them
//! to make its way into the caches worth it.

use crate::row::UsageMonthRow;

/// Entries that a table begins with.
const SLOTS_AT_FIRST: usize = 64;

/// Tables, a power of two: as many as make each of them fit a processor's second cache in a large program's month.
const TABLES: usize = 128;

/// Rows that are added to a table together: about as many as a table has lines of memory to be fetched for it.
const DEALT: usize = 16 * 1024;

/// Rows that are looked up side by side, so that the processor waits for their entries together.
const ABREAST: usize = 16;

#[derive(Debug, Default)]
pub(super) struct DaySets {
    /// None before the first row.
    tables: Vec<Table>,
    len: usize,
}

/// The sets of some customers.
#[derive(Debug, Default)]
struct Table {
    /// Rows to be added.
    dealt: Vec<UsageMonthRow>,
    /// Open addressing: a power of two of them. One without days is free.
    slots: Vec<UsageMonthRow>,
    taken: usize,
}

impl DaySets {
    /// How many there are at most: those of rows that are not added yet may be there already.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds the days of a row, which must not be without.
    pub(super) fn add(&mut self, row: UsageMonthRow) {
        if self.tables.is_empty() {
            self.tables.resize_with(TABLES, Table::default);
        }
        // An odd number of no meaning, so that neighbours lie in different tables.
        let at = row.customer.wrapping_mul(0x9e37_79b1) >> (u32::BITS - TABLES.trailing_zeros());
        let table = &mut self.tables[at as usize];
        table.dealt.push(row);
        self.len += 1;
        if table.dealt.len() >= DEALT {
            self.len -= table.len();
            table.add_dealt();
            self.len += table.len();
        }
    }

    /// Adds the rows that are not added yet, so that all sets are told apart.
    pub(super) fn unite(&mut self) {
        self.tables.iter_mut().for_each(Table::add_dealt);
        self.len = self.tables.iter().map(Table::len).sum();
    }

    /// All of them, in no order.
    pub(super) fn into_rows(mut self) -> Vec<UsageMonthRow> {
        self.unite();
        let mut rows = Vec::with_capacity(self.len);
        for table in self.tables {
            rows.extend(table.slots.into_iter().filter(|slot| slot.days != 0));
        }
        rows
    }
}

impl Table {
    fn len(&self) -> usize {
        self.taken + self.dealt.len()
    }

    fn add_dealt(&mut self) {
        let dealt = std::mem::take(&mut self.dealt);
        // At most two thirds are taken, so that look-ups end soon.
        while self.slots.len() * 2 < (self.taken + dealt.len()) * 3 {
            self.grow();
        }
        let mut groups = dealt.chunks(ABREAST);
        let mut next = groups.next().map(|rows| (rows, self.places_of(rows)));
        while let Some((rows, places)) = next {
            // The entries of the rows after these are on their way while these are added.
            next = groups.next().map(|rows| (rows, self.places_of(rows)));
            for (at, row) in places.into_iter().zip(rows) {
                self.add_at(at, row);
            }
        }
        // Its room is used again.
        self.dealt = dealt;
        self.dealt.clear();
    }

    /// Where rows are looked for first. All these entries are asked for, and none of them is waited for.
    fn places_of(&self, rows: &[UsageMonthRow]) -> [usize; ABREAST] {
        let mut places = [0; ABREAST];
        let mut touched = 0;
        for (place, row) in places.iter_mut().zip(rows) {
            *place = self.slot_of(row);
            // Some entries begin in one line of memory and end in the next.
            let slot = &self.slots[*place];
            touched |= slot.user | u64::from(slot.days);
        }
        std::hint::black_box(touched);
        places
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
        for row in rows {
            sets.add(row);
        }
        assert!((expected.len()..=30_000).contains(&sets.len()));
        sets.unite();
        assert_eq!(sets.len(), expected.len());
        let found = sets.into_rows();
        assert_eq!(found.len(), expected.len());
        let found: BTreeMap<_, _> = found
            .iter()
            .map(|row| ((row.customer, row.user, row.offering, row.month), row.days))
            .collect();
        assert_eq!(found, expected);
    }
}
