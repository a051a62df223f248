//! DATA.md, `PRODUCTION_INSTANCES`.

use crate::harness::case;

#[track_caller]
fn check(instances: &str, expected: &str) {
    case()
        .instances(instances)
        .check("PRODUCTION_INSTANCES p1", expected);
}

#[test]
fn the_newest_observation_counts() {
    check(
        "c1 P 2024-05-01 5\nc1 P 2024-07-01 3\nc1 P 2024-06-01 9",
        "3",
    );
}

#[test]
fn nought_says_that_none_is_left() {
    check("c1 P 2024-05-01 5\nc1 P 2024-06-01 0", "0");
}

#[test]
fn observations_after_the_window_do_not_count_yet() {
    check("c1 P 2024-12-31 5\nc1 P 2025-01-01 7", "5");
}

#[test]
fn observations_before_the_window_no_longer_count() {
    check("c1 P 2023-12-31 5", "absent");
    check("c1 P 2023-12-31 5\nc1 P 2024-01-01 2", "2");
}

#[test]
fn each_customer_product_and_workload_has_its_own() {
    let case = case()
        .associate("c2 p1 0 - 2000-01-01 -")
        .instances("c1 P 2024-05-01 1\nc1 P/W1 2024-06-01 2\nc1 P/W2 2024-07-01 4\nc1 Q 2024-08-01 8\nc2 P 2024-09-01 16");
    case.check("PRODUCTION_INSTANCES p1", "31")
        .check("PRODUCTION_INSTANCES p1 P", "23")
        .check("PRODUCTION_INSTANCES p1 P/W1", "2")
        .check("PRODUCTION_INSTANCES p1 @paris", "15");
}
