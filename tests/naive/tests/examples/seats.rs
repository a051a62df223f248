//! NET_PAID_SEATS.

use crate::harness::case;

#[test]
fn paid_seats_are_summed() {
    case()
        .seats("e1 c1 P - 2024-03-01 5 1 -\ne2 c1 P - 2024-03-01 7 0 false\ne3 c1 P W1 2024-04-01 0 9 true")
        .check("NET_PAID_SEATS p1", "-5")
        .check("NET_PAID_SEATS p1 P/W1", "-9");
}

#[test]
fn an_unpaid_row_makes_a_peer_all_the_same() {
    case()
        .seats("e1 c1 P - 2024-03-01 5 1 false")
        .check("NET_PAID_SEATS p1", "0");
}
