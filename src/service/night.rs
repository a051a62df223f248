//! When the nightly run wakes: once on each local date, whatever clocks do that night.

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone, Utc,
};
use chrono_tz::Tz;
use kernel::Day;

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

/// The newest night that has begun, by its local date, and the moment it began.
#[must_use]
pub fn last_night(now: DateTime<Utc>, at: NaiveTime, timezone: Tz) -> Option<(Day, DateTime<Utc>)> {
    let today = now.with_timezone(&timezone).date_naive();
    (0..=2)
        .filter_map(|days| today.checked_sub_days(Days::new(days)))
        .filter_map(|date| Some((date, first_moment(date.and_time(at), timezone)?)))
        .find(|(_, wake)| *wake <= now)
        .and_then(|(date, wake)| Some((day(date)?, wake)))
}

/// The local date of a moment.
#[must_use]
pub fn local_day(now: DateTime<Utc>, timezone: Tz) -> Option<Day> {
    day(now.with_timezone(&timezone).date_naive())
}

fn day(date: NaiveDate) -> Option<Day> {
    Day::from_civil(date.year(), date.month(), date.day())
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
    #[test]
    fn every_local_date_has_one_night() {
        for (timezone, at) in [
            ("Europe/Paris", "02:30"),
            ("America/Sao_Paulo", "00:00"),
            ("Pacific/Apia", "02:00"),
            ("Australia/Lord_Howe", "02:15"),
            ("UTC", "23:59"),
        ] {
            let at = NaiveTime::parse_from_str(at, "%H:%M").unwrap();
            let zone: Tz = timezone.parse().unwrap();
            let mut now: DateTime<Utc> = "2026-01-01T12:00:00Z".parse().unwrap();
            let (mut night, _) = last_night(now, at, zone).unwrap();
            for _ in 0..400 {
                now = next_wake(now, at, zone).unwrap();
                let (next, began) = last_night(now, at, zone).unwrap();
                assert_eq!(began, now, "{timezone}");
                assert_eq!(next, night.next(), "{timezone} at {now}");
                let (before, _) = last_night(now - TimeDelta::seconds(1), at, zone).unwrap();
                assert_eq!(before, night, "{timezone} just before {now}");
                night = next;
            }
        }
    }
}
