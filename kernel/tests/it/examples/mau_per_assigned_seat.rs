//! DATA.md, `MAU_PER_ASSIGNED_SEAT`: written as users over 12 times seats.

use crate::harness::{Case, bare_case, case};

/// Two users of `c1` in P/W1, so that only the seats are open.
fn users(case: Case) -> Case {
    case.usage("c1 ann P/W1 2024-05-01\nc1 bob P/W1 2024-05-01")
}

#[track_caller]
fn check(subscriptions: &str, expected: &str) {
    users(case())
        .subscriptions(subscriptions)
        .check("MAU_PER_ASSIGNED_SEAT p1", expected);
}

#[test]
fn seats_of_active_and_grace_subscriptions_are_assigned() {
    check("s1 c1 P 2024-05-01 10 assigned", "2/120");
    check(
        "s1 c1 P 2024-05-01 10 assigned\ns2 c1 Q 2024-05-01 5 assigned\ns3 c1 P 2024-05-01 100 idle",
        "2/180",
    );
}

#[test]
fn without_assigned_seats_there_is_no_value() {
    check("s1 c1 P 2024-05-01 10 idle", "");
    check("s1 c1 P 2024-05-01 0 assigned", "");
    users(case()).check("MAU_PER_ASSIGNED_SEAT p1", "");
}

#[test]
fn seats_without_users_are_nought() {
    case()
        .subscriptions("s1 c1 P 2024-05-01 10 assigned")
        .check("MAU_PER_ASSIGNED_SEAT p1", "0/120");
}

#[test]
fn the_newest_observation_of_a_subscription_stands_for_it() {
    check(
        "s1 c1 P 2024-05-01 10 assigned\ns1 c1 P 2024-07-01 3 assigned\ns1 c1 P 2024-06-01 99 assigned",
        "2/36",
    );
    check(
        "s1 c1 P 2024-05-01 10 assigned\ns1 c1 P 2024-06-01 10 idle",
        "",
    );
}

#[test]
fn observations_outside_the_window_neither_count_nor_hide_others() {
    check(
        "s1 c1 P 2024-12-31 10 assigned\ns1 c1 P 2025-01-01 99 assigned",
        "2/120",
    );
    check("s1 c1 P 2023-12-31 10 assigned", "");
}

#[test]
fn a_subscription_that_moves_counts_only_with_its_newest_customer() {
    // It moves from c1 to c2 in July; c2 has another partner.
    let case = users(case())
        .usage("c2 ann P 2024-05-01")
        .subscriptions("s1 c1 P 2024-05-01 10 assigned\ns1 c2 P 2024-07-01 4 assigned");
    case.check("MAU_PER_ASSIGNED_SEAT p1", "")
        .check("MAU_PER_ASSIGNED_SEAT p2", "1/48")
        .check("MAU_PER_ASSIGNED_SEAT p2 @lyon", "1/48");
    case.seen_on("2024-06-30")
        .check("MAU_PER_ASSIGNED_SEAT p1", "2/120")
        .check("MAU_PER_ASSIGNED_SEAT p2", "");
}

#[test]
fn a_subscription_that_moves_to_nobody_counts_for_nobody() {
    let case = bare_case()
        .associate("c1 p1 0 - 2000-01-01 -")
        .subscriptions("s1 c1 P 2024-05-01 10 assigned\ns1 c2 P 2024-07-01 4 assigned");
    users(case).check("MAU_PER_ASSIGNED_SEAT p1", "");
}

#[test]
fn a_subscription_lies_in_the_offering_of_its_newest_row() {
    let case = users(case())
        .subscriptions("s1 c1 P/W1 2024-05-01 10 assigned\ns1 c1 Q 2024-07-01 4 assigned");
    case.check("MAU_PER_ASSIGNED_SEAT p1 P/W1", "")
        .check("MAU_PER_ASSIGNED_SEAT p1 Q", "0/48")
        .check("MAU_PER_ASSIGNED_SEAT p1", "2/48");
}

#[test]
fn both_sides_are_those_of_the_slice() {
    let case = users(case())
        .usage("c1 eve P/W2 2024-05-01")
        .subscriptions("s1 c1 P/W1 2024-05-01 2 assigned\ns2 c1 P/W2 2024-05-01 5 assigned\ns3 c1 P 2024-05-01 10 assigned");
    case.check("MAU_PER_ASSIGNED_SEAT p1 P/W1", "2/24")
        .check("MAU_PER_ASSIGNED_SEAT p1 P/W2", "1/60")
        .check("MAU_PER_ASSIGNED_SEAT p1 P", "3/204");
}
