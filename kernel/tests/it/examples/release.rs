//! DATA.md, 'Release: who sees what'.

use peerband_kernel::{Bound, Metric, Ranges, ReleaseRules, Value};

use crate::harness::{Case, case};

/// As `p1`, `p2` … have these net paid seats.
fn seats(values: &[u32]) -> Case {
    values
        .iter()
        .zip(1..)
        .fold(case(), |case, (value, number)| {
            case.seats(&format!("c{number} P 2024-05-01 {value} 0 paid"))
        })
}

#[track_caller]
fn check(case: &Case, released: bool) {
    let measure = case.measure("NET_PAID_SEATS p1 P").unwrap();
    assert_eq!(measure.released, released);
}

#[test]
fn a_metric_needs_min_peers() {
    let ten = seats(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    check(&ten.clone().release(10, 1), true);
    check(&ten.release(11, 1), false);
}

#[test]
fn the_defaults_are_ten_peers_and_three_in_a_band() {
    check(&seats(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), true);
    check(&seats(&[1, 1, 1, 1, 1, 2, 2, 2, 2, 2]), true);
    check(&seats(&[1, 1, 1, 1, 2, 2, 2, 2, 2]), false);
    // Ten are split 3, 2, 3, 2.
    check(&seats(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), false);
}

#[test]
fn each_band_needs_min_band_members() {
    // Band 1 holds three, band 4 one.
    let values = seats(&[0, 0, 0, 9]);
    check(&values.clone().release(4, 1), true);
    check(&values.release(4, 2), false);
}

#[test]
fn an_empty_band_needs_nobody() {
    check(&seats(&[1, 1, 2, 2]).release(4, 2), true);
}

#[test]
fn companies_of_one_owner_are_one_peer() {
    let four = seats(&[1, 2, 3, 4]);
    check(&four.clone().release(4, 1), true);
    check(&four.clone().group("p1 p2").release(4, 1), false);
    check(&four.clone().group("p1 p2").release(3, 1), true);
    check(
        &four.clone().group("p1 p2").group("p3 p4").release(3, 1),
        false,
    );
    check(&four.group("p1 p2").group("p3 p4").release(2, 1), true);
}

#[test]
fn companies_of_one_owner_are_one_member_of_their_band() {
    // p1 and p2 in band 1, p3 and p4 in band 3.
    let values = seats(&[1, 1, 2, 2]);
    check(&values.clone().group("p3 p4").release(2, 2), false);
    check(&values.group("p2 p3").release(2, 2), true);
}

#[test]
fn groups_change_neither_n_nor_standing() {
    let case = seats(&[1, 2, 3, 4]).group("p1 p2 p3 p4");
    let measure = case.measure("NET_PAID_SEATS p2 P").unwrap();
    assert_eq!(measure.peers, 4);
    let standing = measure.standing.unwrap();
    assert_eq!((standing.band, standing.rank, standing.less), (2, 3, 1));
}

#[test]
fn without_bands_only_the_peers_are_counted() {
    check(&seats(&[5, 5, 5, 5]).release(4, 4), true);
    check(&seats(&[5, 5, 5, 5]).release(5, 1), false);
    check(&seats(&[1, 2, 3]).release(3, 3), true);
}

#[test]
fn each_metric_of_a_slice_is_released_by_itself() {
    let case = seats(&[1, 2, 3, 4])
        .surveys("c1 P 2024-05-01 9\nc2 P 2024-05-01 0\nc3 P 2024-05-01 8")
        .release(4, 1);
    check(&case, true);
    let scores = case.measure("NET_PROMOTER_SCORE p1 P").unwrap();
    assert!(!scores.released);
    let nobody = case.measure("MAU_PER_ASSIGNED_SEAT p1 P").unwrap();
    assert!(!nobody.released);
}

#[test]
fn each_slice_is_released_by_itself() {
    // All four customers are in the world, two in FR.
    let case = seats(&[1, 2, 3, 4]).release(4, 1);
    check(&case, true);
    assert!(!case.measure("NET_PAID_SEATS p1 P @FR").unwrap().released);
}

/// The range from a value to itself as partners see it.
#[track_caller]
fn check_range(metric: Metric, value: Value, below: f64, above: f64) {
    let rules = ReleaseRules {
        min_peers: 1,
        min_band_members: 1,
        ranges: Ranges::Rounded,
    };
    let (min, max) = rules.range(metric, value, value);
    assert_eq!((min.to_f64(), max.to_f64()), (below, above), "{value:?}");
}

#[track_caller]
fn check_whole(value: i64, below: f64, above: f64) {
    for metric in [
        Metric::NewCustomers,
        Metric::NetPaidSeats,
        Metric::CertifiedPeople,
        Metric::ProductionInstances,
    ] {
        check_range(metric, Value::whole(value), below, above);
    }
}

#[test]
fn whole_numbers_below_a_hundred_widen_to_multiples_of_five() {
    check_whole(1, 0.0, 5.0);
    check_whole(4, 0.0, 5.0);
    check_whole(5, 5.0, 5.0);
    check_whole(6, 5.0, 10.0);
    check_whole(12, 10.0, 15.0);
    check_whole(95, 95.0, 95.0);
    check_whole(96, 95.0, 100.0);
    check_whole(99, 95.0, 100.0);
}

#[test]
fn whole_numbers_from_a_hundred_widen_to_two_digits() {
    check_whole(100, 100.0, 100.0);
    check_whole(101, 100.0, 110.0);
    check_whole(995, 990.0, 1000.0);
    check_whole(1000, 1000.0, 1000.0);
    check_whole(1001, 1000.0, 1100.0);
    check_whole(123_456, 120_000.0, 130_000.0);
    check_whole(990_000, 990_000.0, 990_000.0);
    check_whole(990_001, 990_000.0, 1_000_000.0);
}

#[test]
fn nought_stays_nought() {
    check_whole(0, 0.0, 0.0);
    check_range(Metric::Revenue, Value::money(0), 0.0, 0.0);
    check_range(
        Metric::NetPromoterScore,
        Value::ratio(0, 7).unwrap(),
        0.0,
        0.0,
    );
}

#[test]
fn negative_ends_widen_downwards_too() {
    check_whole(-1, -5.0, 0.0);
    check_whole(-5, -5.0, -5.0);
    check_whole(-99, -100.0, -95.0);
    check_whole(-100, -100.0, -100.0);
    check_whole(-101, -110.0, -100.0);
    check_whole(-1234, -1300.0, -1200.0);
    check_range(Metric::Revenue, Value::money(-123_400), -13.0, -12.0);
    check_range(
        Metric::NetPromoterScore,
        Value::ratio(-2, 3).unwrap(),
        -0.67,
        -0.66,
    );
}

#[test]
fn revenue_widens_to_two_digits_at_any_size() {
    let check = |ten_thousandths, below, above| {
        check_range(Metric::Revenue, Value::money(ten_thousandths), below, above);
    };
    check(1, 0.0001, 0.0001);
    check(99, 0.0099, 0.0099);
    check(101, 0.01, 0.011);
    check(1_234, 0.12, 0.13);
    check(10_000, 1.0, 1.0);
    check(31_416, 3.1, 3.2);
    check(70_000, 7.0, 7.0);
    check(999_999, 99.0, 100.0);
    check(1_010_000, 100.0, 110.0);
    check(1_234_567_890_000, 120_000_000.0, 130_000_000.0);
}

#[test]
fn ratios_widen_to_two_digits() {
    let check = |metric, numerator, denominator, below, above| {
        let value = Value::ratio(numerator, denominator).unwrap();
        check_range(metric, value, below, above);
    };
    check(Metric::MonthlyActiveUsers, 1, 12, 0.083, 0.084);
    check(Metric::MonthlyActiveUsers, 100, 12, 8.3, 8.4);
    check(Metric::MonthlyActiveUsers, 120, 12, 10.0, 10.0);
    check(Metric::MonthlyActiveUsers, 1_199, 12, 99.0, 100.0);
    check(Metric::MonthlyActiveUsers, 1_201, 12, 100.0, 110.0);
    check(Metric::MauPerAssignedSeat, 1, 1_200, 0.00083, 0.00084);
    check(Metric::NetPromoterScore, 1, 1, 1.0, 1.0);
    check(Metric::NetPromoterScore, 2, 3, 0.66, 0.67);
    check(Metric::NetPromoterScore, 1, 4, 0.25, 0.25);
}

#[test]
fn the_lower_end_goes_down_and_the_upper_up() {
    let rules = ReleaseRules {
        min_peers: 1,
        min_band_members: 1,
        ranges: Ranges::Rounded,
    };
    let (min, max) = rules.range(Metric::NetPaidSeats, Value::whole(-7), Value::whole(1234));
    assert_eq!((min.to_f64(), max.to_f64()), (-10.0, 1300.0));
}

#[test]
fn exact_ranges_are_left_as_they_are() {
    let rules = ReleaseRules {
        min_peers: 1,
        min_band_members: 1,
        ranges: Ranges::Exact,
    };
    let (min, max) = (Value::whole(-7), Value::whole(1234));
    assert_eq!(
        rules.range(Metric::NetPaidSeats, min, max),
        (Bound::Exact(min), Bound::Exact(max))
    );
}
