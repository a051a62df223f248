//! The periods of a trend: whole days, weeks or months, the last one that of an as-of date.

use kernel::{Day, Month};

/// How long each period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Every {
    Day,
    /// Monday to Sunday.
    Week,
    Month,
}

/// A span of days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub first: Day,
    pub last: Day,
}

/// The last so many periods up to that of a day, in their order; fewer where the calendar of the contract begins.
#[must_use]
pub fn periods(every: Every, last: u32, as_of: Day) -> Vec<Period> {
    let back = (0..last.cast_signed()).rev();
    let periods = back.map(|back| match every {
        Every::Day => {
            let day = Day(as_of.0 - back);
            Period {
                first: day,
                last: day,
            }
        }
        Every::Week => {
            // 1970-01-01 was a Thursday.
            let monday = as_of.0 - (as_of.0 + 3).rem_euclid(7) - 7 * back;
            Period {
                first: Day(monday),
                last: Day(monday + 6),
            }
        }
        Every::Month => {
            let month = Month(as_of.month().0 - back);
            let first = month.first_day();
            Period {
                first,
                last: Day(first.0 + month.days().cast_signed() - 1),
            }
        }
    });
    periods.filter(|period| period.last >= Day::FIRST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(every: Every, last: u32, as_of: &str, expected: &[(&str, &str)]) {
        let found = periods(every, last, as_of.parse().unwrap());
        let found: Vec<(String, String)> = found
            .iter()
            .map(|period| (period.first.to_string(), period.last.to_string()))
            .collect();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(first, last)| (first.as_str(), last.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn periods_end_with_that_of_the_day() {
        let last_of_february = ("2024-02-01", "2024-02-29");
        check(
            Every::Month,
            3,
            "2024-03-31",
            &[
                ("2024-01-01", "2024-01-31"),
                last_of_february,
                ("2024-03-01", "2024-03-31"),
            ],
        );
        check(
            Every::Week,
            2,
            "2026-11-23",
            &[("2026-11-16", "2026-11-22"), ("2026-11-23", "2026-11-29")],
        );
        check(
            Every::Week,
            1,
            "2026-11-22",
            &[("2026-11-16", "2026-11-22")],
        );
        check(
            Every::Day,
            2,
            "2026-03-01",
            &[("2026-02-28", "2026-02-28"), ("2026-03-01", "2026-03-01")],
        );
        check(Every::Day, 0, "2026-03-01", &[]);
        check(
            Every::Month,
            5,
            "1970-02-03",
            &[("1970-01-01", "1970-01-31"), ("1970-02-01", "1970-02-28")],
        );
    }
}
