//! When the nightly run wakes next.

use chrono::{DateTime, Days, LocalResult, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The first moment after `now` at which clocks of the time zone show `at`. On a day on which they skip that time it
/// is the moment they go on; on a day on which they show it twice, the first of the two.
#[must_use]
pub fn next_wake(now: DateTime<Utc>, at: NaiveTime, timezone: Tz) -> Option<DateTime<Utc>> {
    let today = now.with_timezone(&timezone).date_naive();
    (0..=2)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .filter_map(|date| first_moment(date.and_time(at), timezone))
        .find(|wake| *wake > now)
}

fn first_moment(local: NaiveDateTime, timezone: Tz) -> Option<DateTime<Utc>> {
    // No zone skips more than a day.
    (0..=24 * 60).find_map(|minutes| {
        let local = local.checked_add_signed(TimeDelta::minutes(minutes))?;
        match timezone.from_local_datetime(&local) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => {
                Some(moment.to_utc())
            }
            LocalResult::None => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(now: &str, at: &str, timezone: &str, expected: &str) {
        let wake = next_wake(
            now.parse().unwrap(),
            NaiveTime::parse_from_str(at, "%H:%M").unwrap(),
            timezone.parse().unwrap(),
        );
        assert_eq!(
            wake,
            Some(expected.parse().unwrap()),
            "{at} in {timezone} after {now}"
        );
    }

    #[test]
    fn today_if_it_is_still_to_come_else_tomorrow() {
        check(
            "2026-11-23T01:59:59Z",
            "02:00",
            "UTC",
            "2026-11-23T02:00:00Z",
        );
        check(
            "2026-11-23T02:00:00Z",
            "02:00",
            "UTC",
            "2026-11-24T02:00:00Z",
        );
    }

    #[test]
    fn daylight_saving_neither_skips_nor_repeats_a_day() {
        // Clocks go from 02:00 to 03:00.
        check(
            "2026-03-28T12:00:00Z",
            "02:30",
            "Europe/Paris",
            "2026-03-29T01:00:00Z",
        );
        check(
            "2026-03-29T01:00:00Z",
            "02:30",
            "Europe/Paris",
            "2026-03-30T00:30:00Z",
        );
        // Clocks go from 03:00 back to 02:00.
        check(
            "2026-10-24T12:00:00Z",
            "02:30",
            "Europe/Paris",
            "2026-10-25T00:30:00Z",
        );
        check(
            "2026-10-25T00:30:00Z",
            "02:30",
            "Europe/Paris",
            "2026-10-26T01:30:00Z",
        );
    }
}
