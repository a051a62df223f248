//! DATA.md, `NEW_CUSTOMERS`. The default gap is 31 days.

use crate::harness::{Case, bare_case, case};

/// How many customers the rows of `c1` add for `p1` over everything.
#[track_caller]
fn check(seats: &str, expected: &str) {
    case().seats(seats).check("NEW_CUSTOMERS p1", expected);
}

#[test]
fn the_first_fact_ever_is_an_add() {
    check("c1 P 2024-05-01 5 0 paid", "1");
    check("c1 P 2024-01-01 1 0 paid", "1");
    check("c1 P 2024-12-31 1 0 paid", "1");
}

#[test]
fn seats_held_before_the_window_make_no_add() {
    check("c1 P 2023-12-31 5 0 paid\nc1 P 2024-05-01 5 0 paid", "0");
    check("c1 P 1970-01-01 1 0 paid\nc1 P 2024-05-01 5 0 paid", "0");
}

#[test]
fn seats_lost_again_before_the_window_make_no_difference() {
    check(
        "c1 P 2020-01-01 5 0 paid\nc1 P 2020-06-01 0 5 paid\nc1 P 2024-05-01 5 0 paid",
        "1",
    );
}

/// `c1` holds seats from 2020 on, loses all on `leaves` and has one again on `returns`.
#[track_caller]
fn check_return(gap_days: u32, leaves: &str, returns: &str, expected: &str) {
    case()
        .gap_days(gap_days)
        .seats(&format!(
            "c1 P 2020-01-01 5 0 paid\nc1 P {leaves} 0 5 paid\nc1 P {returns} 1 0 paid"
        ))
        .check("NEW_CUSTOMERS p1", expected);
}

#[test]
fn a_customer_is_new_again_after_so_many_days_without_a_seat() {
    // The end of March 1st is the first without a seat; 31 of them end with March 31st.
    check_return(31, "2024-03-01", "2024-03-31", "0");
    check_return(31, "2024-03-01", "2024-04-01", "1");
    check_return(30, "2024-03-01", "2024-03-31", "1");
}

#[test]
fn the_shortest_gap() {
    check_return(1, "2024-03-01", "2024-03-01", "0");
    check_return(1, "2024-03-01", "2024-03-02", "1");
}

#[test]
fn the_longest_gap_reaches_over_a_leap_day_and_out_of_the_window() {
    check_return(366, "2023-06-30", "2024-06-29", "0");
    check_return(366, "2023-06-30", "2024-06-30", "1");
}

#[test]
fn the_gap_may_lie_before_the_window() {
    check_return(31, "2023-12-01", "2024-01-01", "1");
    check_return(31, "2023-12-02", "2024-01-01", "0");
}

#[test]
fn one_day_with_a_seat_begins_the_gap_anew() {
    let rows = "c1 P 2020-01-01 5 0 paid\nc1 P 2024-03-01 0 5 paid\nc1 P 2024-03-20 1 0 paid\n\
                c1 P 2024-03-21 0 1 paid\n";
    check(&format!("{rows}c1 P 2024-04-20 1 0 paid"), "0");
    check(&format!("{rows}c1 P 2024-04-21 1 0 paid"), "1");
}

#[test]
fn only_the_end_of_a_day_counts() {
    check("c1 P 2024-05-01 5 0 paid\nc1 P 2024-05-01 0 5 paid", "0");
    check("c1 P 2024-05-01 0 5 paid\nc1 P 2024-05-01 6 0 paid", "1");
    // All seats gone and back within a day: there was no day without.
    check(
        "c1 P 2020-01-01 5 0 paid\nc1 P 2024-05-01 0 5 paid\nc1 P 2024-05-01 1 0 paid",
        "0",
    );
}

#[test]
fn one_row_may_add_and_lose() {
    check("c1 P 2024-05-01 5 5 paid", "0");
    check("c1 P 2024-05-01 5 4 paid", "1");
}

#[test]
fn a_total_below_nought_has_to_be_made_up_first() {
    check("c1 P 2024-05-01 0 5 paid\nc1 P 2024-05-10 5 0 paid", "0");
    check("c1 P 2024-05-01 0 5 paid\nc1 P 2024-05-10 6 0 paid", "1");
    check(
        "c1 P 2024-05-01 0 5 paid\nc1 P 2024-05-10 5 0 paid\nc1 P 2024-05-11 1 0 paid",
        "1",
    );
}

#[test]
fn a_customer_that_falls_below_nought_and_returns_is_new() {
    check(
        "c1 P 2020-01-01 5 0 paid\nc1 P 2024-03-01 0 8 paid\nc1 P 2024-04-01 4 0 paid",
        "1",
    );
}

#[test]
fn unpaid_rows_neither_add_nor_hold() {
    check("c1 P 2024-05-01 5 0 unpaid", "0");
    check("c1 P 2020-01-01 5 0 unpaid\nc1 P 2024-05-01 1 0 paid", "1");
    check(
        "c1 P 2020-01-01 5 0 paid\nc1 P 2024-03-01 0 5 unpaid\nc1 P 2024-06-01 1 0 paid",
        "0",
    );
}

#[test]
fn adds_outside_the_window_do_not_count() {
    check("c1 P 2023-12-31 1 0 paid\nc1 P 2024-01-01 0 1 paid", "0");
    check("c1 P 2025-01-01 1 0 paid\nc1 P 2024-05-01 0 0 paid", "0");
}

#[test]
fn rows_after_the_as_of_date_change_nothing() {
    check("c1 P 2024-12-31 1 0 paid\nc1 P 2025-01-01 0 1 paid", "1");
}

#[test]
fn a_customer_counts_once_however_often_it_is_added() {
    check(
        "c1 P 2024-01-10 1 0 paid\nc1 P 2024-03-01 0 1 paid\nc1 P 2024-05-01 1 0 paid\n\
         c1 P 2024-07-01 0 1 paid\nc1 P 2024-09-01 1 0 paid",
        "1",
    );
}

#[test]
fn customers_are_counted_each() {
    case()
        .associate("c2 p1 0 - 2000-01-01 -\nc3 p1 0 - 2000-01-01 -")
        .seats("c1 P 2024-05-01 9 0 paid\nc2 P 2024-05-01 1 0 paid\nc3 Q 2024-06-01 1 0 paid")
        .check("NEW_CUSTOMERS p1", "3")
        .check("NEW_CUSTOMERS p1 P", "2");
}

#[test]
fn the_running_total_is_that_of_the_offering() {
    // Long a customer of P, new to Q: new in Q only.
    let case = case().seats("c1 P 2020-01-01 5 0 paid\nc1 Q/V 2024-05-01 1 0 paid");
    case.check("NEW_CUSTOMERS p1 Q/V", "1")
        .check("NEW_CUSTOMERS p1 Q", "1")
        .check("NEW_CUSTOMERS p1", "0");
}

#[test]
fn moving_between_workloads_is_an_add_in_the_workload_only() {
    let case = case().seats(
        "c1 P/W1 2020-01-01 5 0 paid\nc1 P/W1 2024-05-01 0 5 paid\nc1 P/W2 2024-05-01 5 0 paid",
    );
    case.check("NEW_CUSTOMERS p1 P/W2", "1")
        .check("NEW_CUSTOMERS p1 P/W1", "0")
        .check("NEW_CUSTOMERS p1 P", "0")
        .check("NEW_CUSTOMERS p1", "0");
}

#[test]
fn workloads_make_up_for_each_other_in_the_product() {
    // Three seats short in one workload, two more in the other: below nought together.
    let case = case().seats("c1 P/W1 2024-04-01 0 3 paid\nc1 P/W2 2024-05-01 2 0 paid");
    case.check("NEW_CUSTOMERS p1 P/W2", "1")
        .check("NEW_CUSTOMERS p1 P", "0");
}

/// `c1` has `p1` for W1 and `p2` for W2.
fn shared() -> Case {
    bare_case().associate("c1 p1 0 P/W1 2000-01-01 -\nc1 p2 0 P/W2 2000-01-01 -")
}

#[test]
fn an_add_counts_for_every_partner_with_an_adding_row_that_day() {
    shared()
        .seats("c1 P/W1 2024-05-01 1 0 paid\nc1 P/W2 2024-05-01 1 0 paid")
        .check("NEW_CUSTOMERS p1", "1")
        .check("NEW_CUSTOMERS p2", "1")
        .check("NEW_CUSTOMERS p1 P", "1")
        .check("NEW_CUSTOMERS p2 P", "1")
        .check("NEW_CUSTOMERS p1 P/W1", "1")
        .check("NEW_CUSTOMERS p2 P/W1", "absent");
}

#[test]
fn a_partner_whose_row_loses_more_than_it_adds_is_counted_too() {
    shared()
        .seats("c1 P/W1 2024-05-01 5 0 paid\nc1 P/W2 2024-05-01 1 3 paid")
        .check("NEW_CUSTOMERS p1 P", "1")
        .check("NEW_CUSTOMERS p2 P", "1")
        .check("NEW_CUSTOMERS p2 P/W2", "0");
}

#[test]
fn a_partner_with_only_a_loss_or_an_unpaid_row_that_day_is_not_counted() {
    for row in ["0 1 paid", "3 0 unpaid", "0 0 paid"] {
        shared()
            .seats(&format!(
                "c1 P/W1 2024-05-01 5 0 paid\nc1 P/W2 2024-05-01 {row}"
            ))
            .check("NEW_CUSTOMERS p1", "1")
            .check("NEW_CUSTOMERS p2", "0");
    }
}

#[test]
fn a_partner_whose_row_is_of_another_day_is_not_counted() {
    shared()
        .seats("c1 P/W1 2024-05-01 5 0 paid\nc1 P/W2 2024-05-02 5 0 paid")
        .check("NEW_CUSTOMERS p2", "0")
        .check("NEW_CUSTOMERS p2 P", "0")
        .check("NEW_CUSTOMERS p2 P/W2", "1");
}

#[test]
fn two_adds_may_belong_to_two_partners() {
    bare_case()
        .associate("c1 p1 0 - 2000-01-01 2024-04-01\nc1 p2 0 - 2024-04-01 -")
        .seats(
            "c1 P 2024-01-10 1 0 paid\nc1 P 2024-02-01 0 1 paid\nc1 P 2024-05-01 1 0 paid\n\
             c1 P 2024-06-01 0 1 paid\nc1 P 2024-08-01 1 0 paid",
        )
        .check("NEW_CUSTOMERS p1", "1")
        .check("NEW_CUSTOMERS p2", "1");
}

#[test]
fn an_add_without_a_partner_of_record_counts_for_nobody_and_is_not_made_up_later() {
    bare_case()
        .associate("c1 p1 0 - 2024-05-02 -")
        .seats("c1 P 2024-05-01 1 0 paid\nc1 P 2024-05-02 1 0 paid")
        .check("NEW_CUSTOMERS p1", "0");
}

#[test]
fn seats_held_with_another_partner_or_with_none_still_count_as_held() {
    bare_case()
        .associate(
            "c1 p1 0 - 2024-01-01 -\nc2 p2 0 - 2000-01-01 2024-01-01\nc2 p1 0 - 2024-01-01 -",
        )
        .seats(
            "c1 P 2020-01-01 1 0 paid\nc1 P 2024-05-01 1 0 paid\nc2 P 2020-01-01 1 0 paid\n\
             c2 P 2024-05-01 1 0 paid",
        )
        .check("NEW_CUSTOMERS p1", "0");
}
