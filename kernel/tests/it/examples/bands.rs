//! DATA.md, 'Peers, bands, ranks': where a value stands.

use peerband_kernel::{Value, percentile};

use crate::harness::{Case, case};

/// As `p1`, `p2` … have these net paid seats.
fn seats(values: &[i32]) -> Case {
    values
        .iter()
        .zip(1..)
        .fold(case(), |case, (value, number)| {
            let (added, lost) = (value.max(&0), value.min(&0).abs());
            case.seats(&format!("c{number} P 2024-05-01 {added} {lost} paid"))
        })
}

/// Band, rank and how many are less, of each value in the order given; empty where there are no bands.
#[track_caller]
fn check(values: &[i32], expected: &[(u8, u32, u32)]) {
    let case = seats(values);
    let found: Vec<_> = (1..=values.len())
        .filter_map(|number| {
            let figure = format!("NET_PAID_SEATS p{number} P");
            let measure = case.measure(&figure).unwrap();
            assert_eq!(measure.peers as usize, values.len());
            measure.standing
        })
        .map(|standing| (standing.band, standing.rank, standing.less))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn four_values_fill_four_bands() {
    check(
        &[10, 20, 30, 40],
        &[(1, 4, 0), (2, 3, 1), (3, 2, 2), (4, 1, 3)],
    );
}

#[test]
fn higher_is_better_whatever_the_sign() {
    check(
        &[0, -20, 30, -1],
        &[(3, 2, 2), (1, 4, 0), (4, 1, 3), (2, 3, 1)],
    );
}

#[test]
fn fewer_than_four_values_have_no_band() {
    check(&[10], &[]);
    check(&[10, 20, 30], &[]);
}

#[test]
fn equal_values_alone_have_no_band() {
    check(&[7, 7, 7, 7], &[]);
    check(&[0, 0, 0, 0, 0, 0], &[]);
}

#[test]
fn five_values_are_split_by_the_number_of_smaller_ones() {
    // 4 × less ÷ 5 is 0, 0.8, 1.6, 2.4, 3.2.
    check(
        &[1, 2, 3, 4, 5],
        &[(1, 5, 0), (1, 4, 1), (2, 3, 2), (3, 2, 3), (4, 1, 4)],
    );
}

#[test]
fn six_and_seven_values() {
    // 4 × less ÷ 6 is 0, 0.7, 1.3, 2, 2.7, 3.3; ÷ 7 it is 0, 0.6, 1.1, 1.7, 2.3, 2.9, 3.4.
    check(
        &[1, 2, 3, 4, 5, 6],
        &[
            (1, 6, 0),
            (1, 5, 1),
            (2, 4, 2),
            (3, 3, 3),
            (3, 2, 4),
            (4, 1, 5),
        ],
    );
    check(
        &[1, 2, 3, 4, 5, 6, 7],
        &[
            (1, 7, 0),
            (1, 6, 1),
            (2, 5, 2),
            (2, 4, 3),
            (3, 3, 4),
            (3, 2, 5),
            (4, 1, 6),
        ],
    );
}

#[test]
fn equal_values_share_band_and_rank() {
    check(&[1, 2, 2, 3], &[(1, 4, 0), (2, 2, 1), (2, 2, 1), (4, 1, 3)]);
    check(&[5, 5, 1, 1], &[(3, 1, 2), (3, 1, 2), (1, 3, 0), (1, 3, 0)]);
}

#[test]
fn bands_may_be_empty() {
    check(&[0, 0, 0, 9], &[(1, 2, 0), (1, 2, 0), (1, 2, 0), (4, 1, 3)]);
    check(&[0, 9, 9, 9], &[(1, 4, 0), (2, 1, 1), (2, 1, 1), (2, 1, 1)]);
    // The highest of eight, held by five, lies in band 2.
    let mut values = [9; 8];
    values[..3].copy_from_slice(&[1, 2, 3]);
    check(
        &values,
        &[
            (1, 8, 0),
            (1, 7, 1),
            (2, 6, 2),
            (2, 1, 3),
            (2, 1, 3),
            (2, 1, 3),
            (2, 1, 3),
            (2, 1, 3),
        ],
    );
}

#[test]
fn the_percentile_is_the_share_of_smaller_values() {
    assert_eq!(percentile(0, 4), 0.0);
    assert_eq!(percentile(3, 4), 75.0);
    assert_eq!(percentile(1, 8), 12.5);
    assert_eq!(percentile(1, 3), 100.0 / 3.0);
    assert_eq!(percentile(6, 7), 600.0 / 7.0);
}

/// Band, lowest, highest and how many partners.
#[track_caller]
fn check_bands(values: &[i32], expected: &[(u8, i64, i64, u32)]) {
    let bands = seats(values).bands("NET_PAID_SEATS", "P");
    let found: Vec<_> = bands
        .iter()
        .map(|band| (band.band, band.min, band.max, band.partners))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(band, min, max, partners)| {
            (*band, Value::whole(*min), Value::whole(*max), *partners)
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_range_of_a_band_is_from_its_smallest_to_its_largest_value() {
    check_bands(
        &[50, 10, 20, 40, 30],
        &[
            (1, 10, 20, 2),
            (2, 30, 30, 1),
            (3, 40, 40, 1),
            (4, 50, 50, 1),
        ],
    );
    check_bands(
        &[-5, -3, -3, 8, 9, 11, 20, 21],
        &[(1, -5, -3, 3), (2, 8, 8, 1), (3, 9, 11, 2), (4, 20, 21, 2)],
    );
}

#[test]
fn an_empty_band_has_no_range() {
    check_bands(&[0, 0, 0, 9], &[(1, 0, 0, 3), (4, 9, 9, 1)]);
    check_bands(&[0, 9, 9, 9], &[(1, 0, 0, 1), (2, 9, 9, 3)]);
}

#[test]
fn without_bands_there_are_no_ranges() {
    check_bands(&[1, 2, 3], &[]);
    check_bands(&[4, 4, 4, 4], &[]);
}

#[test]
fn ratios_are_equal_where_their_values_are() {
    // Scores of 1/3 and 2/6 share a band, 1/2 and 0 lie beside them.
    let case = case().surveys(
        "c1 P 2024-05-01 9\nc1 P 2024-05-01 8\nc1 P 2024-05-01 8\n\
         c2 P 2024-05-01 9\nc2 P 2024-05-01 9\nc2 P 2024-05-01 8\nc2 P 2024-05-01 8\nc2 P 2024-05-01 8\n\
         c2 P 2024-05-01 8\nc3 P 2024-05-01 9\nc3 P 2024-05-01 8\nc4 P 2024-05-01 8",
    );
    let standing = |partner: &str| {
        let figure = format!("NET_PROMOTER_SCORE {partner}");
        let standing = case.measure(&figure).unwrap().standing.unwrap();
        (standing.band, standing.rank)
    };
    assert_eq!(standing("p1"), (2, 2));
    assert_eq!(standing("p2"), (2, 2));
    assert_eq!(standing("p3"), (4, 1));
    assert_eq!(standing("p4"), (1, 4));
}

#[test]
fn values_that_no_float_tells_apart_are_told_apart() {
    // All four read as the float of 100000000000000.
    let case = case().revenue(
        "c1 P 2024-05-01 99999999999999.9996 USD new\nc2 P 2024-05-01 99999999999999.9997 USD new\n\
         c3 P 2024-05-01 99999999999999.9998 USD new\nc4 P 2024-05-01 99999999999999.9999 USD new",
    );
    for (partner, band) in [("p1", 1), ("p2", 2), ("p3", 3), ("p4", 4)] {
        let measure = case.measure(&format!("REVENUE {partner}")).unwrap();
        assert_eq!(measure.value.unwrap().to_f64(), 1e14);
        assert_eq!(measure.standing.unwrap().band, band, "{partner}");
    }
}

#[test]
fn a_partner_without_a_value_has_no_standing_and_changes_none() {
    let case = seats(&[1, 2, 3, 4])
        .exams("x P/W1 -")
        .passes("ann p5 x 2024-05-01 -");
    assert_eq!(case.measure("NET_PAID_SEATS p5 P").unwrap().standing, None);
    assert_eq!(
        case.measure("NET_PAID_SEATS p4 P")
            .unwrap()
            .standing
            .unwrap()
            .band,
        4
    );
    // Four have nobody certified and one has somebody.
    let standing = case
        .measure("CERTIFIED_PEOPLE p5 P")
        .unwrap()
        .standing
        .unwrap();
    assert_eq!((standing.band, standing.rank, standing.less), (4, 1, 4));
}
