//! A civil date as the number of days since 1970-01-01, with its own calendar so that nothing is shared with the product.

use std::fmt;

/// A day of the proleptic Gregorian calendar, from year 1 on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// The first day a row may carry.
    pub const FIRST: Date = Date(0);
    /// 2199-12-31, the last day a row may carry.
    pub const LAST: Date = Date(84_005);
    /// 9999-12-31, which means 'none' in ends_on, expires_on and counts_until.
    pub const NONE: Date = Date(2_932_896);

    /// The date of a year, a month from 1 and a day from 1; days beyond the month run on into the next.
    pub fn new(year: i32, month: u32, day: u32) -> Self {
        let months: i32 = (1..month).map(|month| month_length(year, month)).sum();
        Date(days_before_year(year) - days_before_year(1970) + months + day as i32 - 1)
    }

    /// Reads `YYYY-MM-DD`; None where the text is no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        (date.to_string() == text).then_some(date)
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    /// The day so many days later, or earlier where negative.
    pub fn plus(self, days: i32) -> Self {
        Date(self.0 + days)
    }

    /// Year, month from 1 and day from 1.
    pub fn civil(self) -> (i32, u32, u32) {
        let days = self.0 + days_before_year(1970);
        let mut year = days / 366 + 1;
        while days_before_year(year + 1) <= days {
            year += 1;
        }
        let mut rest = days - days_before_year(year);
        let mut month = 1;
        while rest >= month_length(year, month) {
            rest -= month_length(year, month);
            month += 1;
        }
        (year, month, rest as u32 + 1)
    }

    /// The same day of the month twelve calendar months earlier, clamped to that month's length.
    pub fn minus_twelve_months(self) -> Self {
        let (year, month, day) = self.civil();
        Date::new(
            year - 1,
            month,
            day.min(month_length(year - 1, month) as u32),
        )
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

/// Failing cases are read by people, so a date shows as a date.
impl fmt::Debug for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Days from 0001-01-01 to the first day of a year.
fn days_before_year(year: i32) -> i32 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

fn month_length(year: i32, month: u32) -> i32 {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_days_are_what_they_say() {
        assert_eq!(Date::FIRST.to_string(), "1970-01-01");
        assert_eq!(Date::LAST.to_string(), "2199-12-31");
        assert_eq!(Date::NONE.to_string(), "9999-12-31");
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = Date::FIRST.plus(-800).civil();
        for days in -799..84_100 {
            let date = Date::FIRST.plus(days);
            let (year, month, day) = date.civil();
            assert_eq!(Date::new(year, month, day), date);
            let next = match before {
                (y, 12, 31) => (y + 1, 1, 1),
                (y, m, d) if d as i32 == month_length(y, m) => (y, m + 1, 1),
                (y, m, d) => (y, m, d + 1),
            };
            assert_eq!((year, month, day), next);
            before = next;
        }
    }

    #[test]
    fn only_whole_dates_are_read() {
        assert_eq!(Date::parse("2024-02-29"), Some(Date::new(2024, 2, 29)));
        for text in ["2023-02-29", "2024-2-9", "2024-02", "2024-00-10", ""] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
