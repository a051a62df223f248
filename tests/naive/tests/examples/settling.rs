//! Keys, batches and replacement.

use peerband_naive::program::FactDataset;

use crate::harness::case;

#[test]
fn the_batch_committed_last_counts() {
    case()
        .revenue("e1 c1 P - 2024-05-01 100 USD -")
        .revenue("e1 c1 P - 2024-06-01 70 USD -")
        .check("REVENUE p1", "70.0000");
}

#[test]
fn the_later_row_of_one_batch_counts() {
    case()
        .revenue("e1 c1 P - 2024-05-01 100 USD -\ne1 c2 P - 2024-06-01 70 USD -")
        .check("REVENUE p1", "absent")
        .check("REVENUE p2", "70.0000");
}

#[test]
fn a_batch_sent_again_takes_the_last_place() {
    let both = case()
        .batch("b1")
        .revenue("e1 c1 P - 2024-05-01 1 USD -\ne2 c1 P - 2024-05-01 10 USD -")
        .batch("b2")
        .revenue("e1 c1 P - 2024-05-01 2 USD -");
    both.check("REVENUE p1", "12.0000");
    both.batch("b1")
        .revenue("e1 c1 P - 2024-05-01 5 USD -")
        .check("REVENUE p1", "5.0000");
}

#[test]
fn deleting_a_batch_lets_an_earlier_row_count_again() {
    case()
        .batch("b1")
        .revenue("e1 c1 P - 2024-05-01 1 USD -")
        .batch("b2")
        .revenue("e1 c1 P - 2024-05-01 2 USD -")
        .delete(FactDataset::Revenue, "b2")
        .check("REVENUE p1", "1.0000");
}

#[test]
fn a_batch_id_is_unique_within_its_dataset_only() {
    case()
        .batch("b1")
        .revenue("e1 c1 P - 2024-05-01 1 USD -")
        .batch("b1")
        .seats("e1 c1 P - 2024-05-01 5 0 -")
        .delete(FactDataset::SeatChanges, "b1")
        .check("REVENUE p1", "1.0000")
        .check("NET_PAID_SEATS p1", "0");
}

#[test]
fn a_future_row_hides_an_earlier_one() {
    case()
        .revenue("e1 c1 P - 2024-05-01 100 USD -")
        .revenue("e1 c1 P - 2025-01-01 70 USD -")
        .check("REVENUE p1", "absent");
}

#[test]
fn keys_that_hold_a_day_are_hidden_day_by_day() {
    let observed = case().instances("c1 P - 7 2024-05-01");
    observed
        .clone()
        .instances("c1 P - 9 2025-01-01")
        .check("PRODUCTION_INSTANCES p1", "7");
    observed
        .instances("c1 P - 9 2024-05-01")
        .check("PRODUCTION_INSTANCES p1", "9");
}

#[test]
fn a_reference_row_replaces_the_whole_earlier_row() {
    let moved = case()
        .revenue("e1 c1 P - 2024-05-01 1 USD -")
        .move_customer("c1", "JP");
    moved
        .check("REVENUE p1 @asia", "1.0000")
        .check("REVENUE p1 @europe", "absent");
}
