//! MONTHLY_ACTIVE_USERS and MAU_PER_ASSIGNED_SEAT.

use crate::harness::case;

#[test]
fn users_are_distinct_by_customer_and_divided_by_twelve() {
    case()
        .precedence("CPOR DPOR")
        .associate("c2 p1 CPOR - 2024-01-01 -")
        .usage("c1 u1 P W1 2024-01-01\nc1 u1 P W2 2024-05-01\nc1 u2 P - 2024-12-31\nc2 u1 P - 2024-05-01")
        .usage("c1 u3 P - 2023-12-31\nc1 u4 P - 2025-01-01")
        .check("MONTHLY_ACTIVE_USERS p1", "0.25")
        .check("MONTHLY_ACTIVE_USERS p1 P/W1", "0.08333333333333333")
        .check("MONTHLY_ACTIVE_USERS p1 P @lyon", "0.08333333333333333");
}

#[test]
fn a_user_of_two_partners_counts_for_both() {
    case()
        .associate("c9 p2 DPOR - 2024-01-01 2024-05-01\nc9 p3 DPOR - 2024-05-01 -")
        .usage("c9 u1 P - 2024-04-30\nc9 u1 P - 2024-05-01")
        .check("MONTHLY_ACTIVE_USERS p2", "0.08333333333333333")
        .check("MONTHLY_ACTIVE_USERS p3", "0.08333333333333333");
}

#[test]
fn assigned_seats_are_those_of_active_and_grace() {
    case()
        .usage("c1 u1 P - 2024-05-01")
        .subscriptions("s1 c1 P - active 1 2024-05-01\ns2 c1 P - grace 1 2024-05-01\ns3 c1 P - suspended 9 2024-05-01")
        .subscriptions("s4 c1 P - expired 9 2024-05-01\ns5 c1 P - cancelled 9 2024-05-01")
        .check("MAU_PER_ASSIGNED_SEAT p1", "0.041666666666666664");
}

#[test]
fn without_assigned_seats_there_is_no_value() {
    case()
        .usage("c1 u1 P - 2024-05-01")
        .check("MAU_PER_ASSIGNED_SEAT p1", "");
    case()
        .subscriptions("s1 c1 P - active 0 2024-05-01")
        .check("MAU_PER_ASSIGNED_SEAT p1", "");
    case()
        .subscriptions("s1 c1 P - active 3 2024-05-01")
        .check("MAU_PER_ASSIGNED_SEAT p1", "0");
}

#[test]
fn the_newest_observation_of_a_subscription_places_it() {
    let moved = case()
        .usage("c1 u1 P W1 2024-05-01\nc2 u1 P W2 2024-05-01")
        .subscriptions("s1 c1 P W1 active 1 2024-05-01\ns1 c2 P W2 active 2 2024-06-01");
    moved
        .check("MAU_PER_ASSIGNED_SEAT p1", "")
        .check("MAU_PER_ASSIGNED_SEAT p2 P/W2", "0.041666666666666664");
    // Seen from an earlier day the first observation is the newest.
    moved
        .seen_on("2024-05-31")
        .check("MAU_PER_ASSIGNED_SEAT p1 P/W1", "0.08333333333333333");
}

#[test]
fn a_later_status_ends_the_seats_of_an_earlier_one() {
    case()
        .usage("c1 u1 P - 2024-05-01")
        .subscriptions("s1 c1 P - active 5 2024-05-01\ns1 c1 P - cancelled 5 2024-06-01\ns1 c1 P - active 7 2025-06-01")
        .check("MAU_PER_ASSIGNED_SEAT p1", "");
}
