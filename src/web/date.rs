//! Days as people write them.

use kernel::Day;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateText {
    /// `22 November 2026`.
    pub(super) text: String,
    /// `2026-11-22`.
    pub(super) iso: String,
}

impl From<Day> for DateText {
    fn from(day: Day) -> DateText {
        let (year, month, day_of_month) = day.civil();
        // Months of the calendar run from 1 to 12.
        let month = MONTHS[month as usize - 1];
        DateText {
            text: format!("{day_of_month} {month} {year}"),
            iso: day.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_out() {
        for (iso, text) in [
            ("2026-11-22", "22 November 2026"),
            ("2024-02-29", "29 February 2024"),
            ("1970-01-01", "1 January 1970"),
            ("2199-12-31", "31 December 2199"),
        ] {
            let date = DateText::from(iso.parse::<Day>().unwrap());
            assert_eq!((date.text.as_str(), date.iso.as_str()), (text, iso));
        }
    }
}
