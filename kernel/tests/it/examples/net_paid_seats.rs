//! DATA.md, `NET_PAID_SEATS`.

use crate::harness::case;

#[track_caller]
fn check(seats: &str, expected: &str) {
    case().seats(seats).check("NET_PAID_SEATS p1", expected);
}

#[test]
fn seats_added_less_seats_lost() {
    check(
        "c1 P 2024-05-01 10 3 paid\nc1 Q/V 2024-06-01 2 0 paid\nc1 P 2024-07-01 0 1 paid",
        "8",
    );
}

#[test]
fn it_may_be_negative() {
    check("c1 P 2024-05-01 1 6 paid", "-5");
}

#[test]
fn unpaid_rows_do_not_count_but_make_a_peer() {
    check("c1 P 2024-05-01 10 3 unpaid", "0");
    check("c1 P 2024-05-01 10 3 unpaid\nc1 P 2024-05-01 1 0 paid", "1");
}

#[test]
fn only_rows_of_the_window_count() {
    check(
        "c1 P 2023-12-31 100 0 paid\nc1 P 2024-01-01 1 0 paid\nc1 P 2024-12-31 2 0 paid\n\
         c1 P 2025-01-01 100 0 paid",
        "3",
    );
}

#[test]
fn the_largest_counts_are_summed_exactly() {
    check(
        "c1 P 2024-05-01 2147483647 0 paid\nc1 P 2024-05-01 2147483647 0 paid\n\
         c1 P 2024-05-01 2147483647 1 paid",
        "6442450940",
    );
}
