//! What rows may name. Customers are looked up for nearly every row, and there are more of them than fit into a
//! processor's caches: they have a table of their own, in which a look-up reads one place of memory.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

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
        self.short.follow(marks, &mut numbers);
        let mut groups = marks[numbers.len()..].chunks(ABREAST);
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
/// Customers among which the next one is sought, where they come in order.
const NEAR: usize = 16;
/// Of so many look-ups one may fail to be near: else they do not come in order.
const FOLLOWED_PER_MISS: usize = 8;
/// So many look-ups for each place of the table make it worth putting customers in order.
const LOOK_UPS_WORTH_ORDER: usize = 8;

/// Numbers by the marks of short ids. A mark is twelve bytes of text behind its length, and as no id holds a zero byte
/// these twelve tell it: a slot is the text, and the number in place of the length.
struct ShortIds {
    /// A power of two of them. Zero is free.
    slots: Vec<u128>,
    /// The taken ones in the order of their texts, as [`in_order`] has them, once there have been many look-ups.
    ordered: OnceLock<Vec<u128>>,
    look_ups: AtomicUsize,
}

impl Default for ShortIds {
    fn default() -> ShortIds {
        ShortIds::of(&[])
    }
}

impl ShortIds {
    /// Of marks and their numbers, each mark once.
    fn of(customers: &[(u128, u32)]) -> ShortIds {
        // At most half of the slots are taken.
        let slots = (customers.len() * 2 + 1).next_power_of_two();
        let mut short = ShortIds {
            slots: vec![0; slots],
            ordered: OnceLock::new(),
            look_ups: AtomicUsize::new(0),
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

    /// Gives the numbers of the first of these as long as they come in the order of their texts, as those of a file
    /// usually do that its sender has written customer by customer: the next one stands near the last, and is not waited
    /// for.
    fn follow(&self, marks: &[u128], numbers: &mut Vec<u32>) {
        let look_ups = self.look_ups.fetch_add(marks.len(), Ordering::Relaxed);
        if look_ups < LOOK_UPS_WORTH_ORDER * self.slots.len() {
            return;
        }
        let ordered = self.ordered.get_or_init(|| {
            let taken = self.slots.iter().filter(|slot| **slot != 0);
            let mut ordered: Vec<u128> = taken.map(|slot| in_order(*slot)).collect();
            ordered.sort_unstable();
            ordered
        });
        // Where none is near the last one, it is sought from the beginning.
        let mut near = &ordered[..0];
        let mut misses = 0;
        for mark in marks.iter().copied().take_while(|mark| is_short(*mark)) {
            let text = in_order(mark) >> 32;
            let mut ahead = near.iter().take(NEAR).take_while(|one| **one >> 32 <= text);
            let step = match ahead.position(|one| one >> 32 == text) {
                Some(step) => step,
                None => {
                    misses += 1;
                    if misses > 1 + numbers.len() / FOLLOWED_PER_MISS {
                        return;
                    }
                    let at = ordered.partition_point(|one| one >> 32 < text);
                    near = &ordered[at..];
                    0
                }
            };
            match near.get(step) {
                Some(one) if one >> 32 == text => numbers.push(*one as u32),
                _ => return,
            }
            near = &near[step..];
        }
    }

    /// Nothing for the marks of long texts, which stand for something else, and of none.
    fn get(&self, mark: u128) -> Option<u32> {
        if !is_short(mark) {
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

/// Whether it is the mark of a short text that does not end with a zero byte, and would be taken for the one without it.
fn is_short(mark: u128) -> bool {
    let len = mark as u32;
    len <= 12 && (mark >> (24 + 8 * len)) as u8 != 0
}

/// The text of a mark or slot as a number that sorts as texts do, and behind it the number of a slot.
fn in_order(slot: u128) -> u128 {
    (slot >> 32 << 32).swap_bytes() << 32 | u128::from(slot as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looked up together, as many times as it takes until their order is known, and once in another order.
    #[test]
    fn ids_that_come_in_order_have_the_numbers_of_those_that_do_not() {
        let ids: Vec<String> = (1..3000).map(|number| format!("C{}", number * 7)).collect();
        let mut known = Known::default();
        let rows = ids
            .iter()
            .zip(1..)
            .map(|(id, number)| Ok((id.as_str(), number)));
        known.take_customers(rows).unwrap();
        let numbers: FxHashMap<String, u32> = ids.iter().cloned().zip(1..).collect();
        let mut in_order = ids.clone();
        in_order.sort();
        let every_third: Vec<String> = in_order.iter().step_by(3).cloned().collect();
        let far_apart: Vec<String> = in_order.iter().step_by(40).cloned().collect();
        let twice: Vec<String> = in_order.iter().chain(&in_order).cloned().collect();
        let mut with_unknown = in_order.clone();
        with_unknown[1000] = "C8".to_owned();
        let orders = [
            &ids,
            &in_order,
            &every_third,
            &far_apart,
            &twice,
            &with_unknown,
        ];
        for _ in 0..2 * LOOK_UPS_WORTH_ORDER {
            for order in orders {
                let marks: Vec<u128> = order.iter().map(|id| short_mark(id).unwrap()).collect();
                let expected: Option<Vec<u32>> =
                    order.iter().map(|id| numbers.get(id).copied()).collect();
                assert_eq!(known.customers(&marks, |at| &order[at]), expected);
            }
        }
        let mut followed = Vec::new();
        let marks: Vec<u128> = in_order.iter().map(|id| short_mark(id).unwrap()).collect();
        known.short.follow(&marks, &mut followed);
        assert_eq!(followed.len(), in_order.len());
        let ends_with_zero = short_mark("C7\0").unwrap();
        assert_eq!(
            known.customers(&[marks[0], ends_with_zero], |_| "C7\0"),
            None
        );
    }

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
