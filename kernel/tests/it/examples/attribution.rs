//! DATA.md, 'Window and attribution': the partner of record.

use crate::harness::{Case, bare_case};

/// Who gets an amount of `c1`, given associations; `-` is nobody.
#[track_caller]
fn check(associations: &str, offering: &str, date: &str, partner: &str) {
    let case = bare_case()
        .associate(associations)
        .revenue(&format!("c1 {offering} {date} 5 USD new"));
    check_partner(&case, "REVENUE", "5.0000", partner);
}

/// That this partner alone has a scorecard over everything, and this value.
#[track_caller]
fn check_partner(case: &Case, metric: &str, value: &str, partner: &str) {
    for other in ["p1", "p2", "p3"] {
        let expected = if other == partner { value } else { "absent" };
        case.check(&format!("{metric} {other}"), expected);
    }
}

#[test]
fn it_holds_from_starts_on_to_the_day_before_ends_on() {
    let one = "c1 p1 0 - 2024-03-01 2024-06-01";
    check(one, "P", "2024-02-29", "-");
    check(one, "P", "2024-03-01", "p1");
    check(one, "P", "2024-05-31", "p1");
    check(one, "P", "2024-06-01", "-");
}

#[test]
fn without_an_end_it_holds_for_ever() {
    check("c1 p1 0 - 2024-03-01 -", "P", "2024-12-31", "p1");
}

#[test]
fn an_association_that_ends_as_it_starts_holds_on_no_day() {
    let taken_back = "c1 p1 0 - 2024-03-01 2024-03-01";
    check(taken_back, "P", "2024-03-01", "-");
    check(taken_back, "P", "2024-03-02", "-");
    // Nor does it stand in the way of a weaker one.
    let both = format!("{taken_back}\nc1 p2 1 - 2024-01-01 -");
    check(&both, "P", "2024-03-01", "p2");
}

#[test]
fn only_associations_of_the_customer_count() {
    check("c2 p2 0 - 2024-01-01 -", "P", "2024-05-01", "-");
}

#[test]
fn the_earlier_type_wins_over_everything_else() {
    // The second type has a named workload, the later start and the smaller partner.
    let both = "c1 p2 0 - 2024-01-01 -\nc1 p1 1 P/W1 2024-03-01 -";
    check(both, "P/W1", "2024-05-01", "p2");
    let three = "c1 p3 2 P/W1 2024-03-01 -\nc1 p2 1 - 2024-01-01 -";
    check(three, "P/W1", "2024-05-01", "p2");
}

#[test]
fn then_a_named_workload_wins_over_none() {
    // The one without has the later start and the smaller partner.
    let both = "c1 p2 0 P/W1 2024-01-01 -\nc1 p1 0 - 2024-03-01 -";
    check(both, "P/W1", "2024-05-01", "p2");
}

#[test]
fn then_the_later_start_wins() {
    let both = "c1 p2 0 - 2024-03-01 -\nc1 p1 0 - 2024-01-01 -";
    check(both, "P", "2024-05-01", "p2");
    check(both, "P", "2024-02-29", "p1");
    let named = "c1 p2 0 P/W1 2024-03-01 -\nc1 p1 0 P/W1 2024-01-01 -";
    check(named, "P/W1", "2024-05-01", "p2");
}

#[test]
fn then_the_smaller_partner_wins() {
    check(
        "c1 p3 0 - 2024-03-01 -\nc1 p2 0 - 2024-03-01 -",
        "P",
        "2024-05-01",
        "p2",
    );
}

#[test]
fn a_type_that_ends_leaves_the_customer_to_the_next() {
    let both = "c1 p1 0 - 2024-03-01 2024-06-01\nc1 p2 1 - 2024-01-01 -";
    check(both, "P", "2024-02-29", "p2");
    check(both, "P", "2024-05-31", "p1");
    check(both, "P", "2024-06-01", "p2");
}

#[test]
fn a_partner_may_hold_two_associations_with_a_gap() {
    let twice = "c1 p1 0 - 2024-01-01 2024-03-01\nc1 p1 0 - 2024-06-01 -";
    check(twice, "P", "2024-02-29", "p1");
    check(twice, "P", "2024-04-01", "-");
    check(twice, "P", "2024-06-01", "p1");
}

#[test]
fn a_workload_less_association_covers_every_fact() {
    let all = "c1 p1 0 - 2024-01-01 -";
    for offering in ["P", "P/W1", "P/W2", "Q", "Q/V"] {
        check(all, offering, "2024-05-01", "p1");
    }
}

#[test]
fn an_association_of_a_workload_covers_that_workload_only() {
    let named = "c1 p1 0 P/W1 2024-01-01 -";
    check(named, "P/W1", "2024-05-01", "p1");
    check(named, "P/W2", "2024-05-01", "-");
    check(named, "Q/V", "2024-05-01", "-");
}

#[test]
fn a_fact_without_a_workload_is_covered_only_by_associations_without_one() {
    check("c1 p1 0 P/W1 2024-01-01 -", "P", "2024-05-01", "-");
    check(
        "c1 p1 0 P/W1 2024-01-01 -\nc1 p2 1 - 2024-01-01 -",
        "P",
        "2024-05-01",
        "p2",
    );
}

#[test]
fn a_fact_without_a_partner_of_record_counts_for_nobody() {
    bare_case()
        .revenue("c1 P 2024-05-01 5 USD new")
        .seats("c1 P 2024-05-01 5 0 paid")
        .usage("c1 ann P 2024-05-01")
        .surveys("c1 P 2024-05-01 9")
        .instances("c1 P 2024-05-01 3")
        .subscriptions("s c1 P 2024-05-01 3 assigned")
        .check_slices(&[]);
}

#[test]
fn facts_before_and_after_a_handover_belong_to_two_partners() {
    bare_case()
        .associate("c1 p1 0 - 2020-01-01 2024-06-01\nc1 p2 0 - 2024-06-01 -")
        .revenue("c1 P 2024-05-31 5 USD new\nc1 P 2024-06-01 7 USD new")
        .seats("c1 P 2024-05-31 50 0 paid\nc1 P 2024-06-01 0 20 paid")
        .surveys("c1 P 2024-05-31 9\nc1 P 2024-06-01 0")
        .check("REVENUE p1", "5.0000")
        .check("REVENUE p2", "7.0000")
        .check("NET_PAID_SEATS p1", "50")
        .check("NET_PAID_SEATS p2", "-20")
        .check("NET_PROMOTER_SCORE p1", "1/1")
        .check("NET_PROMOTER_SCORE p2", "-1/1");
}

/// Who gets state facts observed on 2024-05-01, as of 2024-12-31.
#[track_caller]
fn check_state(associations: &str, partner: &str) {
    let case = bare_case().associate(associations);
    let instances = case.clone().instances("c1 P 2024-05-01 3");
    check_partner(&instances, "PRODUCTION_INSTANCES", "3", partner);
    let seats = case.subscriptions("s c1 P 2024-05-01 3 assigned");
    check_partner(&seats, "MAU_PER_ASSIGNED_SEAT", "0/36", partner);
}

#[test]
fn state_facts_belong_to_the_partner_of_the_as_of_date() {
    check_state(
        "c1 p1 0 - 2020-01-01 2024-06-01\nc1 p2 0 - 2024-06-01 -",
        "p2",
    );
    check_state("c1 p1 0 - 2024-12-31 -", "p1");
}

#[test]
fn state_facts_have_no_partner_where_the_association_has_ended_or_not_begun() {
    check_state("c1 p1 0 - 2020-01-01 2024-12-31", "-");
    check_state("c1 p1 0 - 2025-01-01 -", "-");
    check_state("c1 p1 0 - 2020-01-01 2025-01-01", "p1");
}

#[test]
fn state_facts_follow_the_same_order_of_associations() {
    let rows = "c1 p2 0 - 2020-01-01 -\nc1 p1 0 P/W1 2020-01-01 -";
    let case = bare_case()
        .associate(rows)
        .instances("c1 P/W1 2024-05-01 3\nc1 P 2024-05-01 4\nc1 P/W2 2024-05-01 5");
    case.check("PRODUCTION_INSTANCES p1", "3")
        .check("PRODUCTION_INSTANCES p2", "9");
}
