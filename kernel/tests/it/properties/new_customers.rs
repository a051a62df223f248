//! Adds by the definition, day by day, against the kernel's walk over rows.

use peerband_kernel::{
    Association, Catalog, Currency, Customer, Day, Exams, Facts, Location, Offering, Partner,
    Ranges, ReleaseRules, SeatChange,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases;
use crate::harness::run::Run;

const WINDOW_FIRST: &str = "2024-01-01";
const AS_OF: &str = "2024-12-31";

/// Two partners, one for each half of the year, so that it matters on which day an add lies.
const HANDOVER: &str = "2024-01-21";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn seat_change() -> impl Strategy<Value = SeatChange> {
    (-20..40i32, 0..4u32, 0..4u32, prop::bool::weighted(0.9)).prop_map(
        |(days, seats_added, seats_lost, paid)| SeatChange {
            customer: Customer(0),
            offering: Offering(1),
            occurred_on: Day(day(WINDOW_FIRST).0 + days),
            paid,
            seats_added,
            seats_lost,
        },
    )
}

fn run(seat_changes: Vec<SeatChange>, gap_days: u32) -> Run {
    let association = |partner, starts_on, ends_on| Association {
        customer: Customer(0),
        partner: Partner(partner),
        precedence: 0,
        workload: Offering::EVERYTHING,
        starts_on,
        ends_on,
    };
    Run {
        as_of: day(AS_OF),
        catalog: Catalog::new(
            vec![Offering::EVERYTHING; 2],
            vec![Location::WORLD],
            vec![Location::WORLD],
        ),
        associations: vec![
            association(0, Day::FIRST, day(HANDOVER)),
            association(1, day(HANDOVER), Day::FOREVER),
        ],
        reporting_currency: Currency(*b"USD"),
        rates: Vec::new(),
        gap_days,
        exams: Exams::default(),
        certifications: Vec::new(),
        facts: Facts {
            seat_changes,
            ..Facts::default()
        },
        subscriptions: Vec::new(),
        owners: vec![0, 1],
        release: ReleaseRules {
            min_peers: 1,
            min_band_members: 1,
            ranges: Ranges::Exact,
        },
    }
}

fn total_at_end_of(rows: &[SeatChange], day: i32) -> i64 {
    let until = rows
        .iter()
        .filter(|row| row.paid && row.occurred_on.0 <= day);
    until
        .map(|row| i64::from(row.seats_added) - i64::from(row.seats_lost))
        .sum()
}

fn is_add(rows: &[SeatChange], day: i32, gap_days: i32) -> bool {
    total_at_end_of(rows, day) >= 1
        && (1..=gap_days).all(|back| total_at_end_of(rows, day - back) <= 0)
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn the_days_of_adds_are_those_of_the_definition(
        rows in vec(seat_change(), 0..12),
        gap_days in prop_oneof![1..8u32, Just(31), Just(366)],
    ) {
        let totals = run(rows.clone(), gap_days).totals().unwrap();
        let (from, until) = (day(WINDOW_FIRST).0, day(AS_OF).0);
        let adds: Vec<i32> =
            (from..=until).filter(|day| is_add(&rows, *day, gap_days as i32)).collect();
        for partner in [0, 1] {
            let is_partners = |row: &&SeatChange| (row.occurred_on >= day(HANDOVER)) == (partner == 1);
            let counts = rows
                .iter()
                .filter(is_partners)
                .any(|row| row.paid && row.seats_added > 0 && adds.contains(&row.occurred_on.0));
            let found: Vec<i64> = totals
                .iter()
                .filter(|(slice, of, _)| slice.offering.0 == 1 && of.0 == partner)
                .map(|(_, _, totals)| totals.new_customers)
                .collect();
            let is_peer = rows.iter().filter(is_partners).any(|row| row.occurred_on.0 >= from);
            let expected: Vec<i64> = is_peer.then_some(counts.into()).into_iter().collect();
            prop_assert_eq!(found, expected, "partner {}, adds on {:?}", partner, adds);
        }
    }
}
