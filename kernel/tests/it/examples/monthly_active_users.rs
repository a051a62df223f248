//! DATA.md, `MONTHLY_ACTIVE_USERS`: the distinct users of the year, divided by 12.

use crate::harness::{bare_case, case};

#[track_caller]
fn check(usage: &str, expected: &str) {
    case()
        .usage(usage)
        .check("MONTHLY_ACTIVE_USERS p1", expected);
}

#[test]
fn a_user_counts_once_a_year() {
    check("c1 ann P 2024-05-01", "1/12");
    check(
        "c1 ann P 2024-05-01\nc1 ann P 2024-05-02\nc1 ann P 2024-11-30\nc1 ann Q/V 2024-05-01",
        "1/12",
    );
}

#[test]
fn users_are_counted_each() {
    check(
        "c1 ann P 2024-05-01\nc1 bob P 2024-05-01\nc1 eve Q 2024-06-01",
        "3/12",
    );
}

#[test]
fn the_same_user_of_two_customers_is_two() {
    case()
        .associate("c2 p1 0 - 2000-01-01 -")
        .usage("c1 ann P 2024-05-01\nc2 ann P 2024-05-01")
        .check("MONTHLY_ACTIVE_USERS p1", "2/12")
        .check("MONTHLY_ACTIVE_USERS p1 @paris", "1/12");
}

#[test]
fn a_user_of_two_workloads_is_one_in_their_product() {
    let case =
        case().usage("c1 ann P/W1 2024-05-01\nc1 ann P/W2 2024-06-01\nc1 bob P/W2 2024-06-01");
    case.check("MONTHLY_ACTIVE_USERS p1 P/W1", "1/12")
        .check("MONTHLY_ACTIVE_USERS p1 P/W2", "2/12")
        .check("MONTHLY_ACTIVE_USERS p1 P", "2/12")
        .check("MONTHLY_ACTIVE_USERS p1", "2/12");
}

#[test]
fn days_of_one_month_are_told_apart() {
    // As of mid-month, and with a handover within a month.
    let case = bare_case()
        .seen_on("2024-06-15")
        .associate("c1 p1 0 - 2000-01-01 2024-05-10\nc1 p2 0 - 2024-05-10 -")
        .usage(
            "c1 early P 2023-06-15\nc1 first P 2023-06-16\nc1 before P 2024-05-09\nc1 after P 2024-05-10\n\
             c1 last P 2024-06-15\nc1 late P 2024-06-16\nc1 both P 2024-05-01\nc1 both P 2024-05-31",
        );
    case.check("MONTHLY_ACTIVE_USERS p1", "3/12")
        .check("MONTHLY_ACTIVE_USERS p2", "3/12");
}

#[test]
fn days_without_a_partner_of_record_count_for_nobody() {
    bare_case()
        .associate("c1 p1 0 - 2024-03-01 2024-03-02\nc1 p1 0 - 2024-03-31 -")
        .usage("c1 ann P 2024-03-15\nc1 bob P 2024-03-01\nc1 eve P 2024-03-31\nc1 tom P 2024-03-02")
        .check("MONTHLY_ACTIVE_USERS p1", "2/12");
}

#[test]
fn a_peer_without_users_has_nought() {
    case()
        .surveys("c1 P 2024-05-01 9")
        .check("MONTHLY_ACTIVE_USERS p1", "0/12");
}
