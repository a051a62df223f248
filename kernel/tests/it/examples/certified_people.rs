//! DATA.md, `CERTIFIED_PEOPLE`.

use crate::harness::{Case, case};

/// `x1` counts for P/W1 and P/W2, `x2` for P/W1 until June 2025, `x3` for Q/V.
fn exams() -> Case {
    case().exams("x1 P/W1 -\nx1 P/W2 -\nx2 P/W1 2025-06-01\nx3 Q/V -")
}

#[track_caller]
fn check(passes: &str, expected: &str) {
    exams()
        .passes(passes)
        .check("CERTIFIED_PEOPLE p1", expected);
}

#[test]
fn a_person_counts_once_whatever_it_has_passed() {
    check("ann p1 x1 2024-05-01 -", "1");
    check(
        "ann p1 x1 2024-05-01 -\nann p1 x2 2024-05-01 -\nann p1 x3 2024-05-01 -\nann p1 x1 2022-05-01 -",
        "1",
    );
    check("ann p1 x1 2024-05-01 -\nbob p1 x1 2024-05-01 -", "2");
}

#[test]
fn a_pass_counts_from_its_day_on_however_old() {
    check("ann p1 x1 2024-12-31 -", "1");
    check("ann p1 x1 2025-01-01 -", "absent");
    check("ann p1 x1 1970-01-01 -", "1");
}

#[test]
fn a_pass_counts_up_to_the_day_before_it_expires() {
    check("ann p1 x1 2024-05-01 2024-12-31", "absent");
    check("ann p1 x1 2024-05-01 2025-01-01", "1");
}

#[test]
fn one_counting_pass_is_enough() {
    check(
        "ann p1 x1 2022-05-01 2023-05-01\nann p1 x1 2024-05-01 2026-05-01",
        "1",
    );
}

#[test]
fn a_pass_counts_up_to_the_day_before_its_exam_stops_counting() {
    let on = |as_of: &str, expected: &str| {
        exams()
            .seen_on(as_of)
            .passes("ann p1 x2 2024-05-01 -")
            .check("CERTIFIED_PEOPLE p1", expected);
    };
    on("2025-05-31", "1");
    on("2025-06-01", "absent");
}

#[test]
fn an_exam_may_stop_counting_for_one_workload_only() {
    let case = case()
        .exams("x P/W1 2024-12-31\nx P/W2 -\nx Q/V 2025-01-01")
        .passes("ann p1 x 2024-05-01 -");
    case.check("CERTIFIED_PEOPLE p1 P/W1", "absent")
        .check("CERTIFIED_PEOPLE p1 P/W2", "1")
        .check("CERTIFIED_PEOPLE p1 P", "1")
        .check("CERTIFIED_PEOPLE p1 Q/V", "1")
        .check("CERTIFIED_PEOPLE p1", "1");
}

#[test]
fn people_are_counted_by_the_workloads_of_the_offering() {
    let case = exams()
        .passes("ann p1 x1 2024-05-01 -\nbob p1 x2 2024-05-01 -\neve p1 x3 2024-05-01 -\nann p1 x3 2024-05-01 -");
    case.check("CERTIFIED_PEOPLE p1 P/W1", "2")
        .check("CERTIFIED_PEOPLE p1 P/W2", "1")
        .check("CERTIFIED_PEOPLE p1 P", "2")
        .check("CERTIFIED_PEOPLE p1 Q", "2")
        .check("CERTIFIED_PEOPLE p1 Q/V", "2")
        .check("CERTIFIED_PEOPLE p1", "3");
}

#[test]
fn a_person_with_passes_at_two_partners_counts_at_both() {
    let case = exams().passes("ann p1 x1 2022-05-01 -\nann p2 x1 2024-05-01 -");
    case.check("CERTIFIED_PEOPLE p1", "1")
        .check("CERTIFIED_PEOPLE p2", "1");
}

#[test]
fn the_figure_of_the_offering_stands_at_every_location() {
    let case = exams()
        .passes("ann p1 x1 2024-05-01 -\nbob p1 x3 2024-05-01 -")
        .surveys("c1 P/W2 2024-05-01 9");
    for location in ["", "@europe", "@FR", "@paris"] {
        case.check(&format!("CERTIFIED_PEOPLE p1 {location}"), "2")
            .check(&format!("CERTIFIED_PEOPLE p1 P {location}"), "1")
            .check(&format!("CERTIFIED_PEOPLE p1 P/W2 {location}"), "1");
    }
}

#[test]
fn a_peer_without_a_counting_pass_has_nought() {
    case()
        .surveys("c1 P 2024-05-01 9")
        .check("CERTIFIED_PEOPLE p1", "0");
    exams()
        .surveys("c1 Q 2024-05-01 9")
        .passes("ann p1 x1 2024-05-01 -")
        .check("CERTIFIED_PEOPLE p1 Q", "0")
        .check("CERTIFIED_PEOPLE p1", "1");
}
