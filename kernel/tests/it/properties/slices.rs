//! How the figures of one slice follow from those inside it.

use std::collections::BTreeMap;

use peerband_kernel::{Location, Offering, Partner, Slice, Totals};
use proptest::prelude::*;

use super::cases;
use crate::harness::program;
use crate::harness::run::Run;

/// The totals of every peer.
fn peers(run: &Run, rows: &crate::harness::run::Rows) -> BTreeMap<(Slice, Partner), Totals> {
    let mut peers = BTreeMap::new();
    for scores in run.score(rows) {
        let cards = scores.scorecards.into_iter();
        peers.extend(cards.filter_map(|card| Some(((scores.slice, card.partner), card.totals?))));
    }
    peers
}

proptest! {
    #![proptest_config(cases(200))]

    /// A customer lies at one location: what a location has is the sum of what its customers have, each computed alone.
    #[test]
    fn a_location_has_the_sum_of_its_customers((program, as_of) in naive::strategy::scene()) {
        let (run, _) = program::run(&program, as_of);
        let Ok(rows) = run.totals() else { return Ok(()) };
        let mut expected: BTreeMap<(Slice, Partner), Totals> = BTreeMap::new();
        for number in 0..program.customers.len() as u32 {
            let alone = run.totals_of(|customer| customer == number).unwrap();
            let at = run.catalog.location_of(peerband_kernel::Customer(number));
            for (slice, partner, totals) in alone {
                prop_assert_eq!(slice.location, at);
                for location in run.catalog.locations_above(at) {
                    let slice = Slice { location, ..slice };
                    expected.entry((slice, partner)).or_default().add(&totals);
                }
            }
        }
        prop_assert_eq!(peers(&run, &rows), expected);
    }

    /// Each fact lies in one product. Sums of products add up to everything; distinct counts are at least the largest of
    /// them and at most their sum.
    #[test]
    fn everything_has_what_its_products_have((program, as_of) in naive::strategy::scene()) {
        let (run, _) = program::run(&program, as_of);
        let Ok(rows) = run.totals() else { return Ok(()) };
        let peers = peers(&run, &rows);
        let mut sums: BTreeMap<(Location, Partner), Totals> = BTreeMap::new();
        let mut most_users: BTreeMap<(Location, Partner), i64> = BTreeMap::new();
        for ((slice, partner), totals) in &peers {
            if run.catalog.is_product(slice.offering) {
                let key = (slice.location, *partner);
                sums.entry(key).or_default().add(totals);
                let most = most_users.entry(key).or_default();
                *most = totals.yearly_users.max(*most);
            }
        }
        for ((location, partner), sum) in sums {
            let slice = Slice { offering: Offering::EVERYTHING, location };
            let everything = peers[&(slice, partner)];
            prop_assert!(everything.yearly_users <= sum.yearly_users);
            prop_assert!(everything.yearly_users >= most_users[&(location, partner)]);
            let distinct_as_in = |totals: Totals| Totals {
                yearly_users: everything.yearly_users,
                new_customers: everything.new_customers,
                ..totals
            };
            prop_assert_eq!(distinct_as_in(sum), everything);
        }
    }

    /// A workload's facts lie in its product too, so whoever is a peer there is one here.
    #[test]
    fn a_peer_is_one_in_every_slice_above((program, as_of) in naive::strategy::scene()) {
        let (run, _) = program::run(&program, as_of);
        let Ok(rows) = run.totals() else { return Ok(()) };
        let peers = peers(&run, &rows);
        for (slice, partner) in peers.keys() {
            for offering in run.catalog.offerings_above(slice.offering) {
                for location in run.catalog.locations_above(slice.location) {
                    let above = Slice { offering, location };
                    prop_assert!(peers.contains_key(&(above, *partner)));
                }
            }
        }
    }
}
