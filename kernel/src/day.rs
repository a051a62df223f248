//! Calendar days as one integer, and the twelve-month window of DATA.md.
//!
//! Days are the only notion of time in the kernel: facts, associations and passes all carry one, already in the
//! program's time zone.

use std::{fmt, str::FromStr};

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// 1970-01-01, the first day a fact can carry.
    pub const FIRST: Day = Day(0);
    /// 2199-12-31, the last day a fact can carry.
    pub const LAST: Day = Day(84_005);
    /// 9999-12-31, which senders write for "no end" in ends_on, expires_on and counts_until.
    pub const FOREVER: Day = Day(2_932_896);

    /// The day of a civil date; `None` where the calendar has no such date.
    #[must_use]
    pub fn from_civil(year: i32, month: u32, day: u32) -> Option<Day> {
        if !(1..=9999).contains(&year)
            || !(1..=12).contains(&month)
            || day < 1
            || day > days_in_month(year, month)
        {
            return None;
        }
        // Years begin in March here, so that the leap day is the last of its year.
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = (month + 9) % 12;
        // At most 366 and 146,096: the casts cannot lose anything.
        let day_of_year = ((153 * month_from_march + 2) / 5 + day - 1) as i32;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Day(era * 146_097 + day_of_era - 719_468))
    }

    /// Year, month (1 to 12) and day of the month (1 to 31).
    #[must_use]
    pub fn civil(self) -> (i32, u32, u32) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
        let month = ((month_from_march + 2) % 12 + 1) as u32;
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month, day)
    }

    /// The month this day lies in.
    #[must_use]
    pub fn month(self) -> Month {
        let (year, month, _) = self.civil();
        Month(year * 12 + month as i32 - 1)
    }

    /// This day moved back by whole months, the day clamped to the month's length.
    #[must_use]
    pub fn months_before(self, months: i32) -> Day {
        let (_, _, day) = self.civil();
        let month = Month(self.month().0 - months);
        let first = month.first_day();
        Day(first.0 + day.min(month.days()) as i32 - 1)
    }

    #[must_use]
    pub fn next(self) -> Day {
        Day(self.0 + 1)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A text that is no date of the form `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date of the form YYYY-MM-DD")]
pub struct NotADay;

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Day, NotADay> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(NotADay);
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0u32, |sum, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| sum * 10 + u32::from(digit - b'0'))
            })
        };
        let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10))
        else {
            return Err(NotADay);
        };
        Day::from_civil(year as i32, month, day).ok_or(NotADay)
    }
}

/// A calendar month, counted from January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    /// The first day of the month.
    #[must_use]
    pub fn first_day(self) -> Day {
        let (year, month) = self.year_and_month();
        // A month's first day exists in every year the crate handles (1 to 9999).
        Day::from_civil(year, month, 1).unwrap_or(Day::FIRST)
    }

    /// How many days the month has, 28 to 31.
    #[must_use]
    pub fn days(self) -> u32 {
        let (year, month) = self.year_and_month();
        days_in_month(year, month)
    }

    #[must_use]
    pub fn last_day(self) -> Day {
        Day(self.first_day().0 + self.days() as i32 - 1)
    }

    fn year_and_month(self) -> (i32, u32) {
        (self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1)
    }
}

/// The twelve months that end with the as-of date, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub first: Day,
    pub last: Day,
}

impl Window {
    /// From the day after (as-of minus 12 calendar months, the day clamped) to the as-of date.
    #[must_use]
    pub fn ending(as_of: Day) -> Window {
        Window {
            first: as_of.months_before(12).next(),
            last: as_of,
        }
    }

    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }
}

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn check_window(as_of: &str, first: &str) {
        assert_eq!(
            Window::ending(day(as_of)),
            Window {
                first: day(first),
                last: day(as_of)
            }
        );
    }

    #[test]
    fn windows_of_the_contract() {
        check_window("2026-11-22", "2025-11-23");
        check_window("2024-02-29", "2023-03-01");
        check_window("2025-02-28", "2024-02-29");
    }

    #[test]
    fn bounds_are_the_dates_they_name() {
        assert_eq!(day("1970-01-01"), Day::FIRST);
        assert_eq!(day("2199-12-31"), Day::LAST);
        assert_eq!(day("9999-12-31"), Day::FOREVER);
    }

    #[test]
    fn every_day_reads_back() {
        for number in Day::FIRST.0..=Day::LAST.0 {
            assert_eq!(day(&Day(number).to_string()), Day(number));
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "2025-02-29",
            "2025-13-01",
            "2025-00-10",
            "2025-1-01",
            "25-01-01",
            "2025/01/01",
            "2025-01-0a",
            "",
        ] {
            assert_eq!(text.parse::<Day>(), Err(NotADay), "{text}");
        }
    }
}
