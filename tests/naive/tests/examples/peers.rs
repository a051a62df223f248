//! Who is a peer, and what a measure says of it.

use crate::harness::{Case, case};
use peerband_naive::metrics::Metric;
use peerband_naive::ratio::Ratio;

/// Revenue of 1, 2, 3 and 4 for `p1` to `p4`.
fn four() -> Case {
    case().revenue(
        "e1 c1 P - 2024-05-01 1 USD -
         e2 c2 P - 2024-05-01 2 USD -
         e3 c3 P - 2024-05-01 3 USD -
         e4 c4 P - 2024-05-01 4 USD -",
    )
}

#[test]
fn any_fact_of_a_customer_makes_a_peer() {
    case()
        .revenue("e1 c1 P - 2024-05-01 0 USD -")
        .check_scorecards("P @paris", "p1");
    case()
        .seats("e1 c1 P - 2024-05-01 0 0 false")
        .check_scorecards("P @paris", "p1");
    case()
        .subscriptions("s1 c1 P - cancelled 0 2024-05-01")
        .check_scorecards("P @paris", "p1");
    case()
        .usage("c1 u1 P - 2024-05-01")
        .check_scorecards("P @paris", "p1");
    case()
        .instances("c1 P - 0 2024-05-01")
        .check_scorecards("P @paris", "p1");
    case()
        .surveys("r1 c1 P - 2024-05-01 7")
        .check_scorecards("P @paris", "p1");
}

#[test]
fn an_observation_that_is_not_the_newest_makes_no_peer() {
    case()
        .subscriptions("s1 c1 P - active 5 2024-05-01\ns1 c2 Q - active 5 2024-06-01")
        .check_scorecards("", "p2")
        .check_scorecards("P", "");
}

#[test]
fn nothing_to_count_is_zero() {
    let quiet = case().surveys("r1 c1 P - 2024-05-01 7");
    for metric in [
        "NEW_CUSTOMERS",
        "NET_PAID_SEATS",
        "CERTIFIED_PEOPLE",
        "PRODUCTION_INSTANCES",
    ] {
        quiet.check(&format!("{metric} p1"), "0");
    }
    quiet
        .check("REVENUE p1", "0.0000")
        .check("MONTHLY_ACTIVE_USERS p1", "0")
        .check("MAU_PER_ASSIGNED_SEAT p1", "");
}

#[test]
fn four_different_values_are_banded() {
    let lowest = four().measure("REVENUE p1");
    assert_eq!(
        (lowest.band, lowest.rank, lowest.percentile, lowest.peers),
        (Some(1), Some(4), Some((0, 4)), 4)
    );
    let highest = four().measure("REVENUE p4");
    assert_eq!(
        (highest.band, highest.rank, highest.percentile),
        (Some(4), Some(1), Some((3, 4)))
    );
    // All of them have nothing to count in the other metrics, and in the location are only two.
    assert_eq!(four().measure("NET_PAID_SEATS p4").band, None);
    assert_eq!(
        (
            four().measure("REVENUE p1 @FR").band,
            four().measure("REVENUE p1 @FR").peers
        ),
        (None, 2)
    );
}

#[test]
fn only_values_that_exist_are_compared() {
    let answered = four().surveys("r1 c1 P - 2024-05-01 7\nr2 c2 P - 2024-05-01 9");
    assert_eq!(answered.measure("NET_PROMOTER_SCORE p4").peers, 2);
    assert_eq!(answered.measure("NET_PROMOTER_SCORE p1").band, None);
}

#[test]
fn a_peer_band_holds_its_smallest_and_largest_value() {
    let bands = four()
        .revenue("e5 c9 P - 2024-05-01 9 USD -")
        .associate("c9 p5 DPOR - 2024-01-01 -")
        .snapshot();
    let world: Vec<_> = bands
        .peer_bands
        .iter()
        .filter(|band| band.slice == Default::default() && band.metric == Metric::Revenue)
        .map(|band| (band.band, band.min, band.max, band.partners))
        .collect();
    let whole = Ratio::whole;
    assert_eq!(
        world,
        [
            (1, whole(1), whole(2), 2),
            (2, whole(3), whole(3), 1),
            (3, whole(4), whole(4), 1),
            (4, whole(9), whole(9), 1)
        ]
    );
}

#[test]
fn few_peers_are_withheld_by_group() {
    let withheld = |case: Case| case.measure("REVENUE p1").withheld;
    assert!(withheld(four()));
    assert!(!withheld(four().release(4, 1)));
    assert!(withheld(four().release(5, 1)));
    assert!(withheld(four().release(4, 2)));
    assert!(withheld(
        four().release(4, 1).group("p1", "g").group("p2", "g")
    ));
    // The later row of the partner has no group again.
    assert!(!withheld(
        four()
            .release(4, 1)
            .group("p1", "g")
            .group("p2", "g")
            .group("p2", "-")
    ));
    assert!(!withheld(four().release(4, 1).group("p1", "p2")));
}

#[test]
fn partners_see_a_range_as_the_settings_say() {
    let mut released = four().release(4, 1);
    let seen = |case: &Case| {
        let snapshot = case.snapshot();
        snapshot.range_for_partners(&snapshot.peer_bands[0])
    };
    assert_eq!(seen(&released), Some((Ratio::whole(1), Ratio::whole(1))));
    assert_eq!(seen(&four()), None);
    released = released.revenue("e9 c1 P - 2024-06-01 0.0123 USD -");
    assert_eq!(
        seen(&released),
        Some((Ratio::whole(1), Ratio { num: 11, den: 10 }))
    );
}
