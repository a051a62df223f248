//! CERTIFIED_PEOPLE.

use crate::harness::{Case, case};

fn examined() -> Case {
    case().exams("x1 W1 -\nx1 V -\nx2 W2 2024-12-31\nx2 W1 2025-01-01")
}

#[test]
fn people_are_counted_once_in_every_offering_of_the_exam() {
    examined()
        .certifications("ann p1 x1 2024-03-01 -\nann p1 x1 2023-03-01 -\nann p1 x2 2024-03-01 -\nbob p1 x1 2010-03-01 -")
        .check("CERTIFIED_PEOPLE p1", "2")
        .check("CERTIFIED_PEOPLE p1 P", "2")
        .check("CERTIFIED_PEOPLE p1 P/W1", "2")
        .check("CERTIFIED_PEOPLE p1 Q/V", "2")
        .check("CERTIFIED_PEOPLE p1 P/W2", "absent");
}

#[test]
fn counts_until_belongs_to_the_workload_of_the_exam() {
    // On 2024-12-31 passes of x2 have just ceased to count for W2, and still count for W1.
    let passed = examined().certifications("ann p1 x2 2024-03-01 -");
    passed
        .check("CERTIFIED_PEOPLE p1 P/W2", "absent")
        .check("CERTIFIED_PEOPLE p1 P/W1", "1");
    passed
        .clone()
        .seen_on("2024-12-30")
        .check("CERTIFIED_PEOPLE p1 P/W2", "1");
    passed.seen_on("2025-01-01").check_scorecards("", "");
}

#[test]
fn a_pass_counts_from_its_day_until_before_it_expires() {
    let passed = |dates: &str| examined().certifications(&format!("ann p1 x1 {dates}"));
    passed("2024-12-31 2025-01-01").check("CERTIFIED_PEOPLE p1", "1");
    passed("2025-01-01 -").check("CERTIFIED_PEOPLE p1", "absent");
    passed("2024-01-01 2024-12-31").check("CERTIFIED_PEOPLE p1", "absent");
    passed("2024-01-01 9999-12-31").check("CERTIFIED_PEOPLE p1", "1");
}

#[test]
fn a_pass_sent_again_may_move_to_another_partner() {
    examined()
        .certifications("ann p1 x1 2024-03-01 -")
        .certifications("ann p2 x1 2024-03-01 -")
        .check_scorecards("", "p2");
}

#[test]
fn a_person_of_two_partners_counts_for_both() {
    examined()
        .certifications("ann p1 x1 2024-03-01 -\nann p2 x1 2024-03-02 -")
        .check_scorecards("Q", "p1 p2");
}

#[test]
fn the_figure_of_the_offering_stands_at_every_location_of_a_peer() {
    examined()
        .certifications("ann p1 x1 2024-03-01 -")
        .usage("c1 u1 P W2 2024-03-01")
        .check("CERTIFIED_PEOPLE p1 P @paris", "1")
        .check("CERTIFIED_PEOPLE p1 P/W2 @FR", "0")
        .check("CERTIFIED_PEOPLE p1 Q", "1")
        .check("CERTIFIED_PEOPLE p1 Q @FR", "absent");
}

#[test]
fn who_is_certified_only_has_that_one_value_and_only_in_the_world() {
    let certified = examined()
        .certifications("ann p5 x1 2024-03-01 -")
        .usage("c1 u1 P W1 2024-03-01");
    certified
        .check_scorecards("P/W1", "p1 p5")
        .check_scorecards("P/W1 @FR", "p1")
        .check_scorecards("Q", "p5");
    certified
        .check("MONTHLY_ACTIVE_USERS p5", "")
        .check("REVENUE p5", "")
        .check("CERTIFIED_PEOPLE p5", "1");
    // n is in every row of the slice, also where the partner has no value, and 0 where nobody has one.
    assert_eq!(certified.measure("REVENUE p5").peers, 1);
    assert_eq!(certified.measure("CERTIFIED_PEOPLE p1").peers, 2);
    assert_eq!(certified.measure("REVENUE p5 Q").peers, 0);
}

#[test]
fn an_exam_sent_again_replaces_its_row_of_the_workload() {
    examined()
        .exams("x1 W1 2024-01-01")
        .certifications("ann p1 x1 2024-03-01 -")
        .check("CERTIFIED_PEOPLE p1 P", "absent")
        .check("CERTIFIED_PEOPLE p1 Q", "1");
}
