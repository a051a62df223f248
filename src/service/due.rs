//! Which dates a night's wake-up has to compute.

use std::collections::BTreeSet;

use kernel::Day;

/// What is known of earlier dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The dates that have a published snapshot.
    pub published: BTreeSet<Day>,
    /// The newest date the schedule has been due for so far.
    pub last_scheduled: Option<Day>,
}

/// The dates of one night.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// To be computed, in this order: the newest, then the missing ones before it, oldest first.
    pub compute: Vec<Day>,
    /// Too far back to be made up for.
    pub missed: Vec<Day>,
}

/// The dates due in the night that makes `newest` complete: that one, and of the `catch_up_days` before it those that
/// lack a snapshot since there have been any. Dates further back that the schedule has passed over are missed.
#[must_use]
pub fn due(newest: Day, catch_up_days: u32, history: &History) -> Due {
    let window = Day(newest.0.saturating_sub_unsigned(catch_up_days));
    let is_missing = |day: &Day| !history.published.contains(day);
    let mut compute = vec![newest];
    if let Some(first) = history
        .published
        .first()
        .copied()
        .or(history.last_scheduled)
    {
        let from = first.max(window);
        compute.extend((from.0..newest.0).map(Day).filter(is_missing));
    }
    let missed = match history.last_scheduled {
        None => Vec::new(),
        Some(last) => (last.0 + 1..window.0).map(Day).filter(is_missing).collect(),
    };
    Due { compute, missed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        newest: i32,
        catch_up_days: u32,
        published: &[i32],
        last_scheduled: Option<i32>,
        compute: &[i32],
        missed: &[i32],
    ) {
        let history = History {
            published: published.iter().copied().map(Day).collect(),
            last_scheduled: last_scheduled.map(Day),
        };
        let days = |days: &[i32]| days.iter().copied().map(Day).collect();
        let expected = Due {
            compute: days(compute),
            missed: days(missed),
        };
        assert_eq!(due(Day(newest), catch_up_days, &history), expected);
    }

    #[test]
    fn a_new_program_is_due_for_the_day_before_only() {
        check(100, 7, &[], None, &[100], &[]);
    }

    #[test]
    fn each_night_adds_one_date() {
        check(100, 7, &[98, 99], Some(99), &[100], &[]);
    }

    #[test]
    fn the_newest_comes_first_and_missing_dates_after_it() {
        check(100, 7, &[95, 97], Some(97), &[100, 96, 98, 99], &[]);
        // It failed, or the server did not run: nothing is published before the first scheduled date either.
        check(100, 7, &[], Some(98), &[100, 98, 99], &[]);
    }

    #[test]
    fn dates_further_back_than_the_policy_are_missed_once() {
        check(
            100,
            3,
            &[90],
            Some(90),
            &[100, 97, 98, 99],
            &[91, 92, 93, 94, 95, 96],
        );
        check(101, 3, &[90, 97, 98, 99, 100], Some(100), &[101], &[]);
        check(100, 0, &[90], Some(96), &[100], &[97, 98, 99]);
    }

    #[test]
    fn what_operators_computed_long_ago_leaves_nothing_missed() {
        check(100, 3, &[10, 40, 70], None, &[100, 97, 98, 99], &[]);
    }

    #[test]
    fn a_date_is_computed_again_in_its_night() {
        // Facts may have come in since an operator computed it.
        check(100, 7, &[99, 100], None, &[100], &[]);
    }
}
