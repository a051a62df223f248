//! The twelve months that end with the as-of date.

use crate::date::Date;

/// The window of DATA.md, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub first: Date,
    pub last: Date,
}

impl Window {
    /// From the day after (`as_of` minus 12 calendar months) to `as_of`.
    pub fn of(as_of: Date) -> Self {
        Window {
            first: as_of.minus_twelve_months().plus(1),
            last: as_of,
        }
    }

    /// Whether a day lies in the window.
    pub fn holds(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(as_of: &str, first: &str) {
        let as_of = Date::parse(as_of).unwrap();
        let window = Window::of(as_of);
        assert_eq!(
            (window.first.to_string(), window.last),
            (first.to_owned(), as_of)
        );
        assert!(window.holds(window.first) && window.holds(window.last));
        assert!(!window.holds(window.first.plus(-1)) && !window.holds(window.last.plus(1)));
    }

    #[test]
    fn the_examples_of_the_contract() {
        check("2026-11-22", "2025-11-23");
        check("2024-02-29", "2023-03-01");
        check("2025-02-28", "2024-02-29");
    }

    #[test]
    fn month_and_year_ends() {
        check("2024-12-31", "2024-01-01");
        check("2024-01-01", "2023-01-02");
        check("2024-03-31", "2023-04-01");
        check("2023-02-28", "2022-03-01");
        check("2024-02-28", "2023-03-01");
        check("1970-12-31", "1970-01-01");
    }
}
