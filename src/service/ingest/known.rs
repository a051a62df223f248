//! What rows may name. Customers are looked up for nearly every row, and there are more of them than fit into a
//! processor's caches: they have a table of their own, in which a look-up reads one place of memory.

use intake::short_mark;
use rustc_hash::FxHashMap;

use crate::store::reference::{Ids, Kind};
use crate::store::{Db, StoreError};

/// The ids of reference data.
#[derive(Default)]
pub(super) struct Known {
    pub(super) ids: Ids,
    short: ShortIds,
    /// Customers whose ids are longer.
    long: FxHashMap<String, u32>,
}

impl Known {
    /// Reads the ids of these kinds, but for those that were read already.
    pub(super) async fn load_missing(&mut self, db: &Db, kinds: &[Kind]) -> Result<(), StoreError> {
        let had_customers = self.ids.is_loaded(Kind::Customers);
        self.ids.load_missing(db.read(), kinds).await?;
        if !had_customers && self.ids.is_loaded(Kind::Customers) {
            let ids = std::mem::take(&mut self.ids.customers);
            self.take_customers(ids.iter())?;
        }
        Ok(())
    }

    fn take_customers<'a>(
        &mut self,
        ids: impl Iterator<Item = Result<(&'a str, i32), StoreError>>,
    ) -> Result<(), StoreError> {
        let mut short = Vec::new();
        self.long.clear();
        for id in ids {
            let (id, number) = id?;
            let number = number.unsigned_abs();
            match short_mark(id) {
                Some(mark) => short.push((mark, number)),
                None => _ = self.long.insert(id.to_owned(), number),
            }
        }
        self.short = ShortIds::of(&short);
        Ok(())
    }

    pub(super) fn customer(&self, id: &str) -> Option<u32> {
        match short_mark(id) {
            Some(mark) => self.short.get(mark),
            None => self.long.get(id).copied(),
        }
    }

    /// The customers of these marks, where all of them have a number.
    pub(super) fn customers<'a>(
        &self,
        marks: &[u128],
        text: impl Fn(usize) -> &'a str,
    ) -> Option<Vec<u32>> {
        let mut numbers = Vec::with_capacity(marks.len());
        let mut groups = marks.chunks(ABREAST);
        let mut next = groups.next();
        self.short.touch(next);
        while let Some(marks) = next {
            // The places of those after these are on their way while these are read.
            next = groups.next();
            self.short.touch(next);
            for mark in marks {
                let number = match self.short.get(*mark) {
                    None => self.customer(text(numbers.len()))?,
                    Some(number) => number,
                };
                numbers.push(number);
            }
        }
        Some(numbers)
    }
}

/// Customers that are looked up side by side.
const ABREAST: usize = 16;

/// Numbers by the marks of short ids. A mark is twelve bytes of text behind its length, and as no id holds a zero byte
/// these twelve tell it: a slot is the text, and the number in place of the length.
struct ShortIds {
    /// A power of two of them. Zero is free.
    slots: Vec<u128>,
}

impl Default for ShortIds {
    fn default() -> ShortIds {
        ShortIds { slots: vec![0] }
    }
}

impl ShortIds {
    /// Of marks and their numbers, each mark once.
    fn of(customers: &[(u128, u32)]) -> ShortIds {
        // At most half of the slots are taken.
        let slots = (customers.len() * 2 + 1).next_power_of_two();
        let mut short = ShortIds {
            slots: vec![0; slots],
        };
        for (mark, number) in customers.iter().copied() {
            let mut at = short.slot_of(mark);
            while short.slots[at] != 0 {
                at = (at + 1) & (short.slots.len() - 1);
            }
            short.slots[at] = (mark >> 32) << 32 | u128::from(number);
        }
        short
    }

    /// Nothing for the marks of long texts, which stand for something else, and of none.
    fn get(&self, mark: u128) -> Option<u32> {
        let len = mark as u32;
        // A text that ends with a zero byte would be taken for the one without it.
        if len > 12 || (mark >> (24 + 8 * len)) as u8 == 0 {
            return None;
        }
        let mut at = self.slot_of(mark);
        loop {
            let slot = self.slots[at];
            if slot >> 32 == mark >> 32 {
                // The lower half is the number. What has no text is no id.
                return (slot != 0).then_some(slot as u32);
            }
            if slot == 0 {
                return None;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Asks for the places of all these, and waits for none of them.
    fn touch(&self, marks: Option<&[u128]>) {
        let slots = marks
            .unwrap_or_default()
            .iter()
            .map(|mark| self.slots[self.slot_of(*mark)]);
        std::hint::black_box(slots.fold(0, |touched, slot| touched | slot));
    }

    fn slot_of(&self, mark: u128) -> usize {
        let text = mark >> 32;
        // Odd numbers of no meaning.
        let mixed = (text as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ ((text >> 64) as u64).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let spread = (mixed ^ mixed >> 29).wrapping_mul(0xff51_afd7_ed55_8ccd);
        (spread >> 32) as usize & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_ids_have_their_numbers_and_others_none() {
        let id = |number: i32| match number % 3 {
            0 => format!("{number}"),
            1 => format!("C-{number:08}"),
            _ => format!("a much longer id {number}"),
        };
        let ids: Vec<(String, i32)> = (1..5000).map(|number| (id(number), number)).collect();
        let mut known = Known::default();
        let rows = ids.iter().map(|(id, number)| Ok((id.as_str(), *number)));
        known.take_customers(rows).unwrap();
        for number in 1..5000_u32 {
            let id = id(number.cast_signed());
            assert_eq!(known.customer(&id), Some(number), "{id}");
        }
        for unknown in ["", "0", "3\0", "C-", "C-000000001", "a much longer id 1"] {
            assert_eq!(known.customer(unknown), None, "{unknown}");
        }
    }
}
