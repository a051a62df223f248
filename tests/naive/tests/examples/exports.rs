//! What goes out, to the byte.

use peerband_naive::export::{peer_bands_csv, scorecards_csv};

use crate::harness::case;

#[test]
fn scorecards_are_ordered_by_slice_then_partner() {
    let csv = scorecards_csv(
        &case()
            .exams("x1 W1 -")
            .certifications("ann p5 x1 2024-03-01 -")
            .usage("c3 u1 P W1 2024-03-01")
            .snapshot(),
    );
    let rows: Vec<String> = csv
        .lines()
        .skip(1)
        .map(|line| {
            line.split(',')
                .skip(1)
                .take(4)
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    let expected = [
        "p3,,,",
        "p5,,,",
        "p3,,,JP",
        "p3,,,asia",
        "p3,P,,",
        "p5,P,,",
        "p3,P,,JP",
        "p3,P,,asia",
        "p3,P,W1,",
        "p5,P,W1,",
        "p3,P,W1,JP",
        "p3,P,W1,asia",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_scorecard_has_five_columns_for_each_metric() {
    let csv = scorecards_csv(
        &case()
            .usage("c1 u1 P - 2024-03-01")
            .surveys("r1 c1 P - 2024-05-01 10")
            .snapshot(),
    );
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with(
        "as_of,partner_id,product_id,workload_id,location_id,revenue,revenue_band,revenue_rank,revenue_percentile,revenue_peers,\
         new_customers,new_customers_band,"
    ));
    assert!(lines[0].ends_with(
        ",net_promoter_score,net_promoter_score_band,net_promoter_score_rank,net_promoter_score_percentile,net_promoter_score_peers"
    ));
    assert_eq!(lines[0].split(',').count(), 45);
    assert_eq!(
        lines[1],
        "2024-12-31,p1,,,,0.0000,,,,1,0,,,,1,0,,,,1,0,,,,1,0,,,,1,0.08333333333333333,,,,1,,,,,0,1,,,,1"
    );
}

#[test]
fn peer_bands_have_a_row_for_each_band_that_is_not_empty() {
    let csv = peer_bands_csv(
        &case()
            .revenue("e1 c1 P - 2024-05-01 1 USD -\ne2 c2 P - 2024-05-01 1 USD -\ne3 c3 P - 2024-05-01 1 USD -")
            .revenue("e4 c4 P - 2024-05-01 -4.5 USD -")
            .snapshot(),
    );
    let expected = "as_of,product_id,workload_id,location_id,metric,band,min,max,partners\n\
                    2024-12-31,,,,REVENUE,1,-4.5000,-4.5000,1\n\
                    2024-12-31,,,,REVENUE,2,1.0000,1.0000,3\n\
                    2024-12-31,P,,,REVENUE,1,-4.5000,-4.5000,1\n\
                    2024-12-31,P,,,REVENUE,2,1.0000,1.0000,3\n";
    assert_eq!(csv, expected);
}

#[test]
fn a_percentile_is_a_float() {
    let csv = scorecards_csv(
        &case()
            .associate("c9 p5 DPOR - 2024-01-01 -")
            .revenue("e1 c1 P - 2024-05-01 1 USD -\ne2 c2 P - 2024-05-01 2 USD -\ne3 c3 P - 2024-05-01 3 USD -")
            .revenue("e4 c4 P - 2024-05-01 4 USD -")
            .associate("c9 p5 DPOR - 2024-01-01 -")
            .usage("c9 u1 P - 2024-05-01")
            .snapshot(),
    );
    assert_eq!(
        csv.lines()
            .nth(2)
            .unwrap()
            .split(',')
            .skip(5)
            .take(5)
            .collect::<Vec<_>>(),
        ["2.0000", "2", "3", "40", "5"]
    );
}
