//! The window, and that what lies outside it changes nothing.

use peerband_kernel::{Day, Window};
use proptest::prelude::*;

use super::cases;
use crate::harness::program;
use crate::harness::run::Run;

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn it_begins_the_day_after_the_same_date_a_year_before(as_of in 365..=Day::LAST.0) {
        let window = Window::ending(Day(as_of));
        let (year, month, day) = Day(as_of).civil();
        let year_before = Day(window.first.0 - 1).civil();
        if (month, day) == (2, 29) {
            prop_assert_eq!(year_before, (year - 1, 2, 28));
        } else {
            prop_assert_eq!(year_before, (year - 1, month, day));
        }
        prop_assert_eq!(window.last, Day(as_of));
        prop_assert!([365, 366].contains(&(window.last.0 - window.first.0 + 1)));
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn rows_outside_it_change_nothing((program, as_of) in naive::strategy::scene(), days in 1..800i32) {
        let (run, _) = program::run(&program, as_of);
        let mut more = run.clone();
        add_rows_after(&mut more, Day(run.window().last.0 + days));
        add_rows_before(&mut more, Day(run.window().first.0 - days));
        prop_assert_eq!(run.scores(), more.scores());
    }
}

/// Each row once more, on a day after the window.
fn add_rows_after(run: &mut Run, day: Day) {
    let mut seat_changes = run.facts.seat_changes.clone();
    seat_changes
        .iter_mut()
        .for_each(|row| row.occurred_on = day);
    run.facts.seat_changes.extend(seat_changes);
    let mut certifications = run.certifications.clone();
    certifications
        .iter_mut()
        .for_each(|row| row.passed_on = day);
    run.certifications.extend(certifications);
    add_rows(run, day);
}

/// Each row once more, on a day before the window. Paid seats are left out, as running totals reach back for ever, and so
/// are passes, which have no window.
fn add_rows_before(run: &mut Run, day: Day) {
    let mut seat_changes = run.facts.seat_changes.clone();
    for row in &mut seat_changes {
        row.occurred_on = day;
        row.paid = false;
    }
    run.facts.seat_changes.extend(seat_changes);
    add_rows(run, day);
}

fn add_rows(run: &mut Run, day: Day) {
    let mut revenue = run.facts.revenue.clone();
    revenue.iter_mut().for_each(|row| row.occurred_on = day);
    run.facts.revenue.extend(revenue);
    let mut surveys = run.facts.surveys.clone();
    surveys.iter_mut().for_each(|row| row.responded_on = day);
    run.facts.surveys.extend(surveys);
    let mut instances = run.facts.instances.clone();
    instances.iter_mut().for_each(|row| row.observed_on = day);
    run.facts.instances.extend(instances);
    let mut subscriptions = run.subscriptions.clone();
    subscriptions
        .iter_mut()
        .for_each(|row| row.observed_on = day);
    run.subscriptions.extend(subscriptions);
    let mut usage = run.facts.usage.clone();
    for row in &mut usage {
        row.month = day.month();
        row.days = 1 << (day.0 - day.month().first_day().0);
    }
    run.facts.usage.extend(usage);
}
