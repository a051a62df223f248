//! The months of a window, and who is the partner of record in them.
//!
//! Usage comes as days of months, most of which one partner owns whole: that is worked out once for a customer and
//! month instead of for each user.

use super::customer::row_of;
use crate::attribution::Reign;
use crate::day::{Day, Month, Window};
use crate::ids::Partner;

/// The months that a window touches.
#[derive(Debug)]
pub(super) struct WindowMonths {
    window: Window,
    first: Month,
    /// The first day of each.
    first_days: [Day; WindowMonths::MOST],
    /// The days of each that lie in the window; bit 0 is the first of the month.
    days: [u32; WindowMonths::MOST],
}

impl WindowMonths {
    /// Twelve months that begin within a month touch thirteen.
    pub(super) const MOST: usize = 13;

    pub(super) fn new(window: Window) -> WindowMonths {
        let first = window.first.month();
        let first_days = std::array::from_fn(|at| Month(first.0 + at as i32).first_day());
        WindowMonths {
            window,
            first,
            first_days,
            days: first_days.map(|day| days_between(day, window.first, window.last)),
        }
    }

    /// The place of a month in the window; none where it lies outside.
    pub(super) fn place(&self, month: Month) -> Option<usize> {
        let place = usize::try_from(month.0 - self.first.0).ok()?;
        (place < WindowMonths::MOST).then_some(place)
    }

    pub(super) fn days(&self, place: usize) -> u32 {
        self.days[place]
    }

    /// For each month the row in `partners` of the one who is of record on every day of it that lies in the window, if
    /// there is one.
    pub(super) fn owners(
        &self,
        reigns: &[Reign],
        partners: &mut Vec<Partner>,
    ) -> [Option<usize>; WindowMonths::MOST] {
        std::array::from_fn(|place| {
            let whole = |(days, _): &(u32, _)| *days == self.days[place];
            let (_, partner) = self.reigns(place, reigns).find(whole)?;
            Some(row_of(partners, partner?))
        })
    }

    /// The days of the month that each reign covers, in the window.
    pub(super) fn reigns<'a>(
        &'a self,
        place: usize,
        reigns: &'a [Reign],
    ) -> impl Iterator<Item = (u32, Option<Partner>)> + 'a {
        reigns.iter().enumerate().map(move |(at, reign)| {
            let next = reigns.get(at + 1);
            let last = next.map_or(self.window.last, |next| Day(next.from.0 - 1));
            let days = days_between(self.first_days[place], reign.from, last);
            (days & self.days[place], reign.partner)
        })
    }
}

/// The days of the month that begins on `start` from one day to another, both included, as a mask: bit 0 is the first
/// of the month. Days past the end of a short month may be among them.
pub(crate) fn days_between(start: Day, first: Day, last: Day) -> u32 {
    let from = (first.0 - start.0).clamp(0, 32) as u32;
    let past = (last.0 - start.0 + 1).clamp(0, 32) as u32;
    let below = |bits: u32| ((1_u64 << bits) - 1) as u32;
    below(past) & !below(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first: &str, last: &str, expected: u32) {
        let month = "2026-02-01".parse::<Day>().unwrap();
        assert_eq!(
            days_between(month, first.parse().unwrap(), last.parse().unwrap()),
            expected
        );
    }

    #[test]
    fn masks_of_days() {
        check("2026-02-01", "2026-02-01", 0b1);
        check("2026-02-02", "2026-02-04", 0b1110);
        check("2026-01-15", "2026-02-02", 0b11);
        check("2026-02-28", "2026-12-31", !0 << 27);
        check("2026-03-10", "2026-03-12", 0);
        check("2025-03-10", "2025-03-12", 0);
        check("1970-01-01", "9999-12-31", !0);
    }
}
