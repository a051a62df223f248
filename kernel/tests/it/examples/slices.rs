//! DATA.md, 'Window and attribution': a fact counts in every slice above it.

use crate::harness::case;

#[test]
fn a_fact_with_a_workload_counts_there_in_its_product_and_in_everything() {
    case()
        .revenue("c1 P/W1 2024-05-01 5 USD new")
        .check_slices(&[
            "everything @world: p1",
            "everything @FR: p1",
            "everything @europe: p1",
            "everything @paris: p1",
            "P @world: p1",
            "P @FR: p1",
            "P @europe: p1",
            "P @paris: p1",
            "P/W1 @world: p1",
            "P/W1 @FR: p1",
            "P/W1 @europe: p1",
            "P/W1 @paris: p1",
        ]);
}

#[test]
fn a_fact_without_a_workload_counts_in_its_product_and_in_everything() {
    case().revenue("c3 Q 2024-05-01 5 USD new").check_slices(&[
        "everything @world: p3",
        "everything @JP: p3",
        "everything @asia: p3",
        "Q @world: p3",
        "Q @JP: p3",
        "Q @asia: p3",
    ]);
}

#[test]
fn a_customer_at_a_region_counts_there_and_in_the_world() {
    case().surveys("c4 Q/V 2024-05-01 9").check_slices(&[
        "everything @world: p4",
        "everything @asia: p4",
        "Q @world: p4",
        "Q @asia: p4",
        "Q/V @world: p4",
        "Q/V @asia: p4",
    ]);
}

#[test]
fn every_dataset_reaches_every_slice_above() {
    let all = |slice: &str| {
        case()
            .revenue("c1 P/W1 2024-05-01 5 USD new")
            .seats("c1 P/W1 2024-05-01 5 0 paid")
            .usage("c1 ann P/W1 2024-05-01")
            .surveys("c1 P/W1 2024-05-01 9")
            .instances("c1 P/W1 2024-05-01 3")
            .subscriptions("s c1 P/W1 2024-05-01 2 assigned")
            .check(&format!("REVENUE p1 {slice}"), "5.0000")
            .check(&format!("NEW_CUSTOMERS p1 {slice}"), "1")
            .check(&format!("NET_PAID_SEATS p1 {slice}"), "5")
            .check(&format!("PRODUCTION_INSTANCES p1 {slice}"), "3")
            .check(&format!("MONTHLY_ACTIVE_USERS p1 {slice}"), "1/12")
            .check(&format!("MAU_PER_ASSIGNED_SEAT p1 {slice}"), "1/24")
            .check(&format!("NET_PROMOTER_SCORE p1 {slice}"), "1/1");
    };
    for slice in ["", "@europe", "P @FR", "P/W1", "P/W1 @paris"] {
        all(slice);
    }
}

#[test]
fn customers_of_one_partner_add_up_where_their_locations_meet() {
    let case = case()
        .associate("c2 p1 0 - 2000-01-01 -\nc3 p1 0 - 2000-01-01 -")
        .seats("c1 P 2024-05-01 5 0 paid\nc2 P 2024-05-01 7 0 paid\nc3 P 2024-05-01 100 0 paid");
    case.check("NET_PAID_SEATS p1 @paris", "5")
        .check("NET_PAID_SEATS p1 @lyon", "7")
        .check("NET_PAID_SEATS p1 @FR", "12")
        .check("NET_PAID_SEATS p1 @europe", "12")
        .check("NET_PAID_SEATS p1 @JP", "100")
        .check("NET_PAID_SEATS p1", "112")
        .check("NEW_CUSTOMERS p1 @FR", "2")
        .check("NEW_CUSTOMERS p1", "3");
}

#[test]
fn workloads_add_up_in_their_product_and_nowhere_else() {
    let case =
        case().seats("c1 P/W1 2024-05-01 5 0 paid\nc1 P/W2 2024-05-01 7 0 paid\nc1 P 2024-05-01 1 0 paid\nc1 Q/V 2024-05-01 100 0 paid");
    case.check("NET_PAID_SEATS p1 P/W1", "5")
        .check("NET_PAID_SEATS p1 P/W2", "7")
        .check("NET_PAID_SEATS p1 P", "13")
        .check("NET_PAID_SEATS p1 Q", "100")
        .check("NET_PAID_SEATS p1", "113");
}
