//! The window, the partner of record and the slices above a fact.

use crate::harness::{Case, case};

/// Revenue of 1 of customer `c9` on 2024-05-01, `Q` without a workload and `P/W1` with one.
fn contested(associations: &str) -> Case {
    case()
        .precedence("CSP DPOR")
        .associate(associations)
        .revenue("e1 c9 Q - 2024-05-01 1 USD -\ne2 c9 P W1 2024-05-01 10 USD -")
}

#[test]
fn the_window_holds_its_first_and_last_day() {
    case()
        .revenue("e1 c1 P - 2023-12-31 1 USD -\ne2 c1 P - 2024-01-01 10 USD -")
        .revenue("e3 c1 P - 2024-12-31 100 USD -\ne4 c1 P - 2025-01-01 1000 USD -")
        .check("REVENUE p1", "110.0000");
}

#[test]
fn a_fact_counts_in_every_slice_above_it() {
    let placed = case().revenue("e1 c1 P W1 2024-05-01 1 USD -");
    for offering in ["", "P", "P/W1"] {
        for location in ["", "@europe", "@FR", "@paris"] {
            placed.check(&format!("REVENUE p1 {offering} {location}"), "1.0000");
        }
    }
    assert_eq!(placed.snapshot().scorecards.len(), 12);
}

#[test]
fn a_customer_may_be_at_any_node() {
    case()
        .revenue("e1 c4 P - 2024-05-01 1 USD -")
        .check_scorecards("@asia", "p4")
        .check_scorecards("@JP", "");
}

#[test]
fn a_fact_without_a_workload_is_in_no_workload_slice() {
    case()
        .revenue("e1 c1 P - 2024-05-01 1 USD -\ne2 c1 P W1 2024-05-01 10 USD -")
        .check("REVENUE p1 P", "11.0000")
        .check("REVENUE p1 P/W1", "10.0000");
}

#[test]
fn a_fact_without_a_partner_of_record_counts_for_nobody() {
    assert!(
        contested("c9 p1 CPOR - 2024-01-01 -")
            .snapshot()
            .scorecards
            .is_empty()
    );
}

#[test]
fn an_association_holds_from_its_first_day_until_before_its_last() {
    contested("c9 p1 DPOR - 2024-05-01 2024-05-02").check("REVENUE p1", "11.0000");
    contested("c9 p1 DPOR - 2024-05-02 -").check("REVENUE p1", "absent");
    contested("c9 p1 DPOR - 2024-01-01 2024-05-01").check("REVENUE p1", "absent");
    contested("c9 p1 DPOR - 2024-01-01 9999-12-31").check("REVENUE p1", "11.0000");
}

#[test]
fn an_association_is_taken_back_by_ending_where_it_starts() {
    contested("c9 p1 DPOR - 2024-05-01 -\nc9 p1 DPOR - 2024-05-01 2024-05-01")
        .check("REVENUE p1", "absent");
}

#[test]
fn the_earlier_type_wins_before_all_else() {
    contested("c9 p2 DPOR W1 2024-04-01 -\nc9 p3 CSP - 2024-01-01 -")
        .check("REVENUE p3", "11.0000")
        .check("REVENUE p2", "absent");
}

#[test]
fn a_named_workload_wins_before_the_later_start() {
    contested("c9 p2 DPOR W1 2024-01-01 -\nc9 p3 DPOR - 2024-04-01 -")
        .check("REVENUE p2", "10.0000")
        .check("REVENUE p3", "1.0000");
}

#[test]
fn an_association_with_a_workload_covers_that_one_only() {
    contested("c9 p2 DPOR W2 2024-01-01 -").check("REVENUE p2", "absent");
}

#[test]
fn the_later_start_wins_before_the_smaller_partner() {
    contested("c9 p2 DPOR - 2024-01-01 -\nc9 p3 DPOR - 2024-01-02 -")
        .check("REVENUE p3", "11.0000");
    contested("c9 p3 DPOR - 2024-01-01 -\nc9 p2 DPOR - 2024-01-01 -")
        .check("REVENUE p2", "11.0000");
}

#[test]
fn a_handover_splits_the_window() {
    case()
        .associate("c9 p2 DPOR - 2024-01-01 2024-05-01\nc9 p3 DPOR - 2024-05-01 -")
        .revenue("e1 c9 P - 2024-04-30 1 USD -\ne2 c9 P - 2024-05-01 10 USD -")
        .check("REVENUE p2", "1.0000")
        .check("REVENUE p3", "10.0000");
}

#[test]
fn state_facts_belong_to_the_partner_on_the_as_of_date() {
    let handed_over = case()
        .associate("c9 p2 DPOR - 2024-01-01 2024-12-31\nc9 p3 DPOR - 2024-12-31 -")
        .instances("c9 P - 4 2024-03-01")
        .subscriptions("s1 c9 P - active 12 2024-03-01")
        .usage("c9 u1 P - 2024-03-01");
    handed_over
        .check("PRODUCTION_INSTANCES p3", "4")
        .check("PRODUCTION_INSTANCES p2", "0");
    handed_over
        .check("MAU_PER_ASSIGNED_SEAT p2", "")
        .check("MAU_PER_ASSIGNED_SEAT p3", "0");
    handed_over
        .seen_on("2024-12-30")
        .check("PRODUCTION_INSTANCES p2", "4");
}
