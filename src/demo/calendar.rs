//! The days that facts fall on: the span, its months and quarters, and how busy a day is.

use kernel::{Day, Month};

use super::dice::Dice;

/// How many months of facts there are: a window of twelve months that ends on any day of the last year is complete.
pub(super) const MONTHS: i32 = 26;

/// The days that facts fall on, both ends included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first: Day,
    pub(super) last: Day,
}

/// The part of the span that one batch holds.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// `2026-03` for a month, `2026-q1` for a quarter.
    pub(super) label: String,
    pub(super) first: Day,
    pub(super) last: Day,
}

impl Span {
    pub(super) fn ending(last: Day) -> Span {
        Span {
            first: last.months_before(MONTHS).next(),
            last,
        }
    }

    /// The day whose rows say what was held before the records begin.
    pub(super) fn opening(self) -> Day {
        plus(self.first, -1)
    }

    pub(super) fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }

    /// How far into the span a day is, from 0 to 1.
    pub(super) fn part(self, day: Day) -> f64 {
        f64::from(day.0 - self.first.0) / f64::from((self.last.0 - self.first.0).max(1))
    }

    /// The day that lies this far into the span.
    pub(super) fn at(self, part: f64) -> Day {
        let days = f64::from(self.last.0 - self.first.0 + 1);
        plus(self.first, (part * days) as i32).min(self.last)
    }

    pub(super) fn any_day(self, dice: &mut Dice) -> Day {
        self.at(dice.unit())
    }

    /// The calendar months, the first and the last one as far as the span reaches into them.
    pub(super) fn months(self) -> Vec<Stretch> {
        self.stretches(1, |year, month| format!("{year:04}-{:02}", month + 1))
    }

    /// The calendar quarters, likewise.
    pub(super) fn quarters(self) -> Vec<Stretch> {
        self.stretches(3, |year, month| format!("{year:04}-q{}", month / 3 + 1))
    }

    fn stretches(self, months: i32, label: impl Fn(i32, i32) -> String) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        let mut month = self.first.month().0.div_euclid(months) * months;
        while Month(month).first_day() <= self.last {
            stretches.push(Stretch {
                label: label(month.div_euclid(12), month.rem_euclid(12)),
                first: Month(month).first_day().max(self.first),
                last: Month(month + months - 1).last_day().min(self.last),
            });
            month += months;
        }
        stretches
    }
}

impl Stretch {
    pub(super) fn any_day(&self, dice: &mut Dice) -> Day {
        Day(dice.between(self.first.0, self.last.0))
    }

    /// Whether the stretch, a month, ends a quarter: that is when most deals are closed.
    pub(super) fn ends_quarter(&self) -> bool {
        self.first.month().0.rem_euclid(3) == 2
    }
}

pub(super) fn plus(day: Day, days: i32) -> Day {
    Day(day.0 + days)
}

/// 0 is Monday, 6 is Sunday.
pub(super) fn weekday(day: Day) -> i32 {
    // 1970-01-01 was a Thursday.
    (day.0 + 3).rem_euclid(7)
}

/// The day itself or, of a weekend, the Friday before.
pub(super) fn working_day(day: Day) -> Day {
    plus(day, -(weekday(day) - 4).max(0))
}

/// How much people work on a day; 1 is an ordinary Tuesday.
pub(super) fn busy(day: Day) -> f64 {
    let by_weekday = [0.95, 1.0, 1.0, 0.97, 0.82, 0.14, 0.1][weekday(day) as usize];
    let (_, month, date) = day.civil();
    let by_season = match (month, date) {
        (12, 21..) | (1, 1..=3) => 0.25,
        (12, _) => 0.8,
        (7 | 8, _) => 0.85,
        _ => 1.0,
    };
    by_weekday * by_season
}
