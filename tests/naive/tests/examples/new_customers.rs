//! NEW_CUSTOMERS: the default gap is 31 days.

use crate::harness::case;

#[test]
fn a_customer_is_added_when_its_total_comes_up_from_nothing() {
    case()
        .seats("e1 c1 P - 2024-05-01 5 0 -\ne2 c1 P - 2024-08-01 5 0 -")
        .check("NEW_CUSTOMERS p1", "1")
        .check("NEW_CUSTOMERS p1 P @FR", "1");
}

#[test]
fn seats_held_before_the_window_make_no_new_customer() {
    case()
        .seats("e1 c1 P - 1999-05-01 1 0 -\ne2 c1 P - 2024-05-01 5 0 -")
        .check("NEW_CUSTOMERS p1", "0");
}

#[test]
fn the_gap_is_counted_in_whole_days() {
    let returns = |date: &str| {
        case()
            .seats("e1 c1 P - 2023-06-01 5 0 -\ne2 c1 P - 2024-03-01 0 5 -")
            .seats(&format!("e3 c1 P - {date} 1 0 -"))
    };
    // Gone at the end of March 1st, so the 31 days before April 1st are all without seats.
    returns("2024-03-31").check("NEW_CUSTOMERS p1", "0");
    returns("2024-04-01").check("NEW_CUSTOMERS p1", "1");
    returns("2024-03-31")
        .gap_days(30)
        .check("NEW_CUSTOMERS p1", "1");
    returns("2024-03-01")
        .gap_days(1)
        .check("NEW_CUSTOMERS p1", "0");
    returns("2024-03-02")
        .gap_days(1)
        .check("NEW_CUSTOMERS p1", "1");
}

#[test]
fn a_customer_counts_once_however_often_it_comes_back() {
    case()
        .gap_days(1)
        .seats("e1 c1 P - 2024-03-01 5 0 -\ne2 c1 P - 2024-04-01 0 5 -\ne3 c1 P - 2024-05-01 5 0 -")
        .check("NEW_CUSTOMERS p1", "1");
}

#[test]
fn only_the_end_of_the_day_counts() {
    case()
        .seats("e1 c1 P - 2024-03-01 5 0 -\ne2 c1 P - 2024-03-01 0 5 -")
        .check("NEW_CUSTOMERS p1", "0");
    case()
        .seats("e1 c1 P - 2024-03-01 0 5 -\ne2 c1 P - 2024-03-01 6 0 -")
        .check("NEW_CUSTOMERS p1", "1");
}

#[test]
fn a_total_below_zero_has_to_be_made_up_first() {
    case()
        .seats("e1 c1 P - 2024-03-01 0 5 -\ne2 c1 P - 2024-06-01 5 0 -\ne3 c1 P - 2024-09-01 1 0 -")
        .check("NEW_CUSTOMERS p1", "1");
    case()
        .seats("e1 c1 P - 2024-03-01 0 5 -\ne2 c1 P - 2024-06-01 5 0 -")
        .check("NEW_CUSTOMERS p1", "0");
}

#[test]
fn unpaid_seats_neither_add_nor_stand_in_the_way() {
    case()
        .seats("e1 c1 P - 2024-03-01 5 0 false\ne2 c1 P - 2024-03-05 5 0 true")
        .check("NEW_CUSTOMERS p1", "1");
    case()
        .seats("e1 c1 P - 2024-03-01 5 0 false")
        .check("NEW_CUSTOMERS p1", "0");
}

#[test]
fn each_offering_has_its_own_running_total() {
    case()
        .seats(
            "e1 c1 P W1 2023-03-01 5 0 -\ne2 c1 P W2 2024-03-01 5 0 -\ne3 c1 Q - 2024-03-01 5 0 -",
        )
        .check("NEW_CUSTOMERS p1", "0")
        .check("NEW_CUSTOMERS p1 P", "0")
        .check("NEW_CUSTOMERS p1 P/W2", "1")
        .check("NEW_CUSTOMERS p1 Q", "1");
}

#[test]
fn the_running_total_takes_no_notice_of_partners() {
    // Held since a day without a partner of record: not new when p2 comes and sells more.
    case()
        .associate("c9 p2 DPOR - 2024-04-01 -")
        .seats("e1 c9 P - 2024-03-01 5 0 -\ne2 c9 P - 2024-06-01 5 0 -")
        .check("NEW_CUSTOMERS p2", "0");
    // An add on a day that belongs to nobody counts for nobody.
    case()
        .associate("c9 p2 DPOR - 2024-03-02 -")
        .seats("e1 c9 P - 2024-03-01 5 0 -\ne2 c9 P - 2024-03-02 5 0 -")
        .check("NEW_CUSTOMERS p2", "0");
}

#[test]
fn an_add_counts_for_every_partner_that_sold_on_the_day() {
    let shared = case().associate("c9 p2 DPOR W1 2024-01-01 -\nc9 p3 DPOR W2 2024-01-01 -");
    let sold = shared
        .clone()
        .seats("e1 c9 P W1 2024-03-01 5 0 -\ne2 c9 P W2 2024-03-01 1 0 -");
    sold.check("NEW_CUSTOMERS p2", "1")
        .check("NEW_CUSTOMERS p3", "1");
    sold.check("NEW_CUSTOMERS p2 P", "1")
        .check("NEW_CUSTOMERS p3 P/W2", "1");
    let lost = shared
        .clone()
        .seats("e1 c9 P W1 2024-03-01 5 0 -\ne2 c9 P W2 2024-03-01 0 1 -");
    lost.check("NEW_CUSTOMERS p2", "1")
        .check("NEW_CUSTOMERS p3", "0");
    let unpaid = shared.seats("e1 c9 P W1 2024-03-01 5 0 -\ne2 c9 P W2 2024-03-01 1 0 false");
    unpaid
        .check("NEW_CUSTOMERS p3", "0")
        .check_scorecards("P/W2", "p3");
}

#[test]
fn an_add_outside_the_window_does_not_count() {
    case()
        .seats("e1 c1 P - 2023-12-31 5 0 -\ne2 c1 P - 2024-01-01 5 0 -")
        .check("NEW_CUSTOMERS p1", "0");
    case()
        .seats("e1 c1 P - 2024-01-01 5 0 -")
        .check("NEW_CUSTOMERS p1", "1");
}
