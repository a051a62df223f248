//! DATA.md, 'Peers, bands, ranks': who has a scorecard in a slice, and who is counted.

use crate::harness::{Case, bare_case, case};

const METRICS: [&str; 8] = [
    "REVENUE",
    "NEW_CUSTOMERS",
    "NET_PAID_SEATS",
    "CERTIFIED_PEOPLE",
    "PRODUCTION_INSTANCES",
    "MONTHLY_ACTIVE_USERS",
    "MAU_PER_ASSIGNED_SEAT",
    "NET_PROMOTER_SCORE",
];

/// All eight figures of `p1`, in the scorecard's order.
#[track_caller]
fn check(case: &Case, slice: &str, expected: [&str; 8]) {
    for (metric, expected) in METRICS.iter().zip(expected) {
        case.check(&format!("{metric} p1 {slice}"), expected);
    }
}

/// A peer with nothing to count: sums and counts are 0, ratios have no value.
const NOTHING: [&str; 8] = ["0.0000", "0", "0", "0", "0", "0/12", "", ""];

#[test]
fn any_row_of_any_fact_dataset_makes_a_peer() {
    let date = "2024-05-01";
    for case in [
        case().revenue(&format!("c1 P {date} 0 USD new")),
        case().revenue(&format!("c1 P {date} 5 EUR old")),
        case().seats(&format!("c1 P {date} 5 0 unpaid")),
        case().seats(&format!("c1 P {date} 0 0 paid")),
        case().subscriptions(&format!("s c1 P {date} 5 idle")),
        case().subscriptions(&format!("s c1 P {date} 0 assigned")),
        case().instances(&format!("c1 P {date} 0")),
    ] {
        for slice in ["", "P", "P @FR", "@paris"] {
            check(&case, slice, NOTHING);
        }
    }
    let users = ["0.0000", "0", "0", "0", "0", "1/12", "", ""];
    check(&case().usage(&format!("c1 ann P {date}")), "", users);
    let passive = ["0.0000", "0", "0", "0", "0", "0/12", "", "0/1"];
    check(&case().surveys(&format!("c1 P {date} 7")), "", passive);
}

#[test]
fn peers_are_those_of_the_slice() {
    case()
        .surveys("c1 P/W1 2024-05-01 9\nc2 P 2024-05-01 9\nc3 Q 2024-05-01 9")
        .check_slices(&[
            "everything @world: p1 p2 p3",
            "everything @FR: p1 p2",
            "everything @JP: p3",
            "everything @asia: p3",
            "everything @europe: p1 p2",
            "everything @lyon: p2",
            "everything @paris: p1",
            "P @world: p1 p2",
            "P @FR: p1 p2",
            "P @europe: p1 p2",
            "P @lyon: p2",
            "P @paris: p1",
            "P/W1 @world: p1",
            "P/W1 @FR: p1",
            "P/W1 @europe: p1",
            "P/W1 @paris: p1",
            "Q @world: p3",
            "Q @JP: p3",
            "Q @asia: p3",
        ]);
}

#[test]
fn a_state_fact_makes_a_peer_by_its_newest_observation_in_the_window() {
    let absent = ["absent"; 8];
    // Of record on the as-of date only through p1, whoever was it on the day of the observation.
    let case = bare_case().associate("c1 p2 0 - 2000-01-01 2024-06-01\nc1 p1 0 - 2024-06-01 -");
    let instances = case.clone().instances("c1 P 2024-05-01 0");
    check(&instances, "", NOTHING);
    instances.check("REVENUE p2", "absent");
    let subscription = case.clone().subscriptions("s c1 P 2024-05-01 0 idle");
    check(&subscription, "", NOTHING);
    subscription.check("REVENUE p2", "absent");
    check(&case.clone().instances("c1 P 2023-12-31 5"), "", absent);
    check(
        &case.subscriptions("s c1 P 2023-12-31 5 assigned"),
        "",
        absent,
    );
}

#[test]
fn a_subscription_that_moved_makes_no_peer_where_it_was() {
    case()
        .subscriptions("s c1 P 2024-05-01 5 assigned\ns c2 Q 2024-07-01 5 assigned")
        .check_slices(&[
            "everything @world: p2",
            "everything @FR: p2",
            "everything @europe: p2",
            "everything @lyon: p2",
            "Q @world: p2",
            "Q @FR: p2",
            "Q @europe: p2",
            "Q @lyon: p2",
        ]);
}

#[test]
fn in_the_world_a_counting_pass_is_enough_for_a_scorecard_of_that_one_figure() {
    let case = case().exams("x P/W1 -").passes("ann p1 x 2024-05-01 -");
    let certified = ["", "", "", "1", "", "", "", ""];
    for slice in ["", "P", "P/W1"] {
        check(&case, slice, certified);
    }
    case.check_slices(&["everything @world: p1", "P @world: p1", "P/W1 @world: p1"]);
}

#[test]
fn below_the_world_a_counting_pass_makes_no_scorecard() {
    case()
        .exams("x P/W1 -")
        .passes("ann p1 x 2024-05-01 -")
        .surveys("c2 P/W1 2024-05-01 9")
        .check("CERTIFIED_PEOPLE p1 P/W1", "1")
        .check("CERTIFIED_PEOPLE p1 P/W1 @FR", "absent")
        .check("CERTIFIED_PEOPLE p2 P/W1 @FR", "0");
}

#[test]
fn scorecards_of_one_figure_stand_among_the_peers_in_order() {
    case()
        .exams("x Q/V -")
        .passes("ann p3 x 2024-05-01 -\nbob p1 x 2024-05-01 -")
        .surveys("c2 Q 2024-05-01 9\nc4 Q 2024-05-01 9")
        .check_slices(&[
            "everything @world: p1 p2 p3 p4",
            "everything @FR: p2",
            "everything @asia: p4",
            "everything @europe: p2",
            "everything @lyon: p2",
            "Q @world: p1 p2 p3 p4",
            "Q @FR: p2",
            "Q @asia: p4",
            "Q @europe: p2",
            "Q @lyon: p2",
            "Q/V @world: p1 p3",
        ]);
}

#[test]
fn a_peer_of_the_slice_has_all_its_figures_besides() {
    let case = case()
        .exams("x P/W1 -")
        .passes("ann p1 x 2024-05-01 -")
        .surveys("c1 P/W1 2024-05-01 9");
    let all = ["0.0000", "0", "0", "1", "0", "0/12", "", "1/1"];
    check(&case, "P/W1", all);
    check(&case, "P/W1 @paris", all);
}

#[test]
fn a_peer_with_a_counting_pass_has_one_scorecard_in_the_world() {
    for customer in ["c1", "c3", "c4"] {
        let partner = customer.replace('c', "p");
        let case = case()
            .exams("x P/W1 -")
            .passes(&format!("ann {partner} x 2024-05-01 -"))
            .surveys(&format!("{customer} P/W1 2024-05-01 9"));
        for scores in case.scores().unwrap() {
            assert_eq!(scores.scorecards.len(), 1, "{customer} {:?}", scores.slice);
        }
        case.check(&format!("NET_PROMOTER_SCORE {partner}"), "1/1");
    }
}

#[track_caller]
fn check_peers(case: &Case, figure: &str, expected: u32) {
    assert_eq!(case.measure(figure).unwrap().peers, expected, "{figure}");
}

#[test]
fn n_counts_the_values_that_exist() {
    let case = case()
        .exams("x P/W1 -")
        .passes("ann p4 x 2024-05-01 -")
        .surveys("c1 P 2024-05-01 9\nc2 P 2024-05-01 3")
        .seats("c3 P 2024-05-01 1 0 paid");
    check_peers(&case, "REVENUE p1", 3);
    check_peers(&case, "CERTIFIED_PEOPLE p1", 4);
    check_peers(&case, "NET_PROMOTER_SCORE p1", 2);
    // It stands in rows without a value too, and is 0 where nobody has one.
    check_peers(&case, "NET_PROMOTER_SCORE p3", 2);
    check_peers(&case, "REVENUE p4", 3);
    check_peers(&case, "MAU_PER_ASSIGNED_SEAT p1", 0);
    check_peers(&case, "CERTIFIED_PEOPLE p1 @europe", 2);
}
