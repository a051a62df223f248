//! DATA.md, 'Window and attribution': the twelve months that end with the as-of date.

use peerband_kernel::{Day, Window};

use crate::harness::case;
use crate::harness::scene::day;

#[track_caller]
fn check(as_of: &str, first: &str) {
    let window = Window::ending(day(as_of));
    assert_eq!((window.first, window.last), (day(first), day(as_of)));
    assert!(window.contains(day(first)) && window.contains(day(as_of)));
    assert!(!window.contains(Day(day(first).0 - 1)) && !window.contains(Day(day(as_of).0 + 1)));
}

#[test]
fn the_examples_of_the_contract() {
    check("2026-11-22", "2025-11-23");
    check("2024-02-29", "2023-03-01");
    check("2025-02-28", "2024-02-29");
}

#[test]
fn year_and_month_ends() {
    check("2024-12-31", "2024-01-01");
    check("2024-01-01", "2023-01-02");
    check("2025-01-31", "2024-02-01");
    check("2024-04-30", "2023-05-01");
    check("2025-03-01", "2024-03-02");
}

#[test]
fn around_leap_days() {
    check("2024-02-28", "2023-03-01");
    check("2023-02-28", "2022-03-01");
    check("2025-02-27", "2024-02-28");
    check("2000-02-29", "1999-03-01");
    check("2001-02-28", "2000-02-29");
}

#[test]
fn centuries_without_a_leap_day() {
    check("2100-02-28", "2099-03-01");
    check("2101-02-28", "2100-03-01");
}

#[test]
fn the_first_and_last_dates_there_are() {
    check("1970-12-31", "1970-01-01");
    check("2199-12-31", "2199-01-01");
}

/// As of a leap day and as of the day a year later: which days of facts count.
#[track_caller]
fn check_days(as_of: &str, out: &[&str], inside: &[&str]) {
    for (dates, count) in [(out, 0), (inside, 1)] {
        for date in dates {
            let case = case()
                .seen_on(as_of)
                .revenue(&format!("c1 P {date} 1 USD new"))
                .seats(&format!("c1 P {date} 1 0 paid"))
                .usage(&format!("c1 ann P {date}"))
                .surveys(&format!("c1 P {date} 9"))
                .instances(&format!("c1 P {date} 1"))
                .subscriptions(&format!("s c1 P {date} 1 assigned"));
            if count == 0 {
                case.check_slices(&[]);
                continue;
            }
            case.check("REVENUE p1", "1.0000")
                .check("NEW_CUSTOMERS p1", "1")
                .check("NET_PAID_SEATS p1", "1")
                .check("PRODUCTION_INSTANCES p1", "1")
                .check("MONTHLY_ACTIVE_USERS p1", "1/12")
                .check("MAU_PER_ASSIGNED_SEAT p1", "1/12")
                .check("NET_PROMOTER_SCORE p1", "1/1");
        }
    }
}

#[test]
fn facts_of_every_dataset_count_from_the_first_day_to_the_last() {
    check_days(
        "2024-12-31",
        &["2023-12-31", "2025-01-01"],
        &["2024-01-01", "2024-06-15", "2024-12-31"],
    );
}

#[test]
fn a_window_that_ends_on_a_leap_day_begins_in_march() {
    check_days(
        "2024-02-29",
        &["2023-02-28", "2024-03-01"],
        &["2023-03-01", "2024-02-29"],
    );
}

#[test]
fn a_window_that_ends_on_the_28th_may_begin_with_a_leap_day() {
    check_days(
        "2025-02-28",
        &["2024-02-28", "2025-03-01"],
        &["2024-02-29", "2025-02-28"],
    );
}
