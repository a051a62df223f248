//! PRODUCTION_INSTANCES.

use crate::harness::case;

#[test]
fn the_newest_observation_of_each_customer_product_and_workload_is_summed() {
    case()
        .associate("c2 p1 CPOR - 2024-01-01 -")
        .precedence("CPOR DPOR")
        .instances("c1 P - 3 2024-03-01\nc1 P W1 10 2024-03-01\nc1 Q - 100 2024-03-01\nc1 P - 2 2024-02-01")
        .instances("c2 P - 1000 2024-03-01")
        .check("PRODUCTION_INSTANCES p1", "1113")
        .check("PRODUCTION_INSTANCES p1 P", "1013")
        .check("PRODUCTION_INSTANCES p1 P/W1", "10");
}

#[test]
fn none_left_is_an_observation() {
    let gone = case().instances("c1 P - 3 2024-03-01\nc1 P - 0 2024-04-01");
    gone.check("PRODUCTION_INSTANCES p1", "0")
        .check_scorecards("P", "p1");
}

#[test]
fn an_observation_outside_the_window_is_none() {
    case()
        .instances("c1 P - 3 2023-12-31")
        .check_scorecards("", "");
    case()
        .instances("c1 P - 3 2024-01-01\nc1 P - 9 2025-01-01")
        .check("PRODUCTION_INSTANCES p1", "3");
}
