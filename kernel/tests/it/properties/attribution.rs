//! The partner of record by the definition, day by day, against the kernel's intervals.

use peerband_kernel::{
    Association, Catalog, Currency, Customer, Day, Exams, Facts, Location, Month, Offering,
    Partner, Ranges, ReleaseRules, Revenue, Slice, UsageMonth,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases;
use crate::harness::run::Run;

/// A product, its two workloads, and another product: everything is 0.
const OFFERING_PARENTS: [u32; 5] = [0, 0, 1, 1, 0];
const WORKLOADS: [u32; 2] = [2, 3];

/// A January in the middle of the window of [`AS_OF`], so that days are bits of one month.
const MONTH: Month = Month(2024 * 12);
const AS_OF: &str = "2024-07-31";

fn day(of_month: i32) -> Day {
    Day(MONTH.first_day().0 + of_month)
}

/// Associations that begin and end around the month.
fn association() -> impl Strategy<Value = Association> {
    let workload = prop_oneof![Just(0), Just(WORKLOADS[0]), Just(WORKLOADS[1])];
    let end = prop_oneof![Just(None), (0..30i32).prop_map(Some)];
    (0..3u32, 0..3u8, workload, -3..33i32, end).prop_map(
        |(partner, precedence, workload, starts, days)| Association {
            customer: Customer(0),
            partner: Partner(partner),
            precedence,
            workload: Offering(workload),
            starts_on: day(starts),
            ends_on: days.map_or(Day::FOREVER, |days| day(starts + days)),
        },
    )
}

fn run(associations: Vec<Association>, facts: Facts) -> Run {
    Run {
        as_of: AS_OF.parse().unwrap(),
        catalog: Catalog::new(
            OFFERING_PARENTS.map(Offering).to_vec(),
            vec![Location::WORLD],
            vec![Location::WORLD],
        ),
        associations,
        reporting_currency: Currency(*b"USD"),
        rates: Vec::new(),
        gap_days: 31,
        exams: Exams::default(),
        certifications: Vec::new(),
        facts,
        subscriptions: Vec::new(),
        owners: vec![0, 1, 2],
        release: ReleaseRules {
            min_peers: 1,
            min_band_members: 1,
            ranges: Ranges::Exact,
        },
    }
}

/// DATA.md, word by word.
fn partner_of_record(associations: &[Association], offering: u32, day: Day) -> Option<Partner> {
    let workload = WORKLOADS.contains(&offering).then_some(Offering(offering));
    let mut candidates: Vec<&Association> = associations
        .iter()
        .filter(|a| a.starts_on <= day && day < a.ends_on)
        .filter(|a| a.workload == Offering::EVERYTHING || Some(a.workload) == workload)
        .collect();
    candidates.sort_by(|a, b| {
        (a.precedence.cmp(&b.precedence))
            .then((b.workload.0 != 0).cmp(&(a.workload.0 != 0)))
            .then(b.starts_on.cmp(&a.starts_on))
            .then(a.partner.cmp(&b.partner))
    });
    candidates.first().map(|winner| winner.partner)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn each_amount_has_the_partner_of_its_day(associations in vec(association(), 0..8)) {
        for offering in 1..OFFERING_PARENTS.len() as u32 {
            for of_month in -4..35 {
                let facts = Facts {
                    revenue: vec![Revenue {
                        customer: Customer(0),
                        offering: Offering(offering),
                        occurred_on: day(of_month),
                        currency: Currency(*b"USD"),
                        counts_as_new: true,
                        amount_ten_thousandths: 1,
                    }],
                    ..Facts::default()
                };
                let totals = run(associations.clone(), facts).totals().unwrap();
                let partners: Vec<Partner> = totals
                    .iter()
                    .filter(|(slice, ..)| slice.offering == Offering::EVERYTHING)
                    .map(|(_, partner, _)| *partner)
                    .collect();
                let expected = partner_of_record(&associations, offering, day(of_month));
                prop_assert_eq!(partners, Vec::from_iter(expected), "offering {} on {}", offering, day(of_month));
            }
        }
    }

    /// A month's days are a mask there, and a partner has the user where any of them is its day.
    #[test]
    fn a_user_counts_for_the_partners_of_its_days(
        associations in vec(association(), 0..8),
        masks in vec((1..OFFERING_PARENTS.len() as u32, 1..1u32 << 31), 0..4),
    ) {
        let usage = masks.iter().map(|(offering, days)| UsageMonth {
            customer: Customer(0),
            offering: Offering(*offering),
            user: 1,
            month: MONTH,
            days: *days,
        });
        let facts = Facts { usage: usage.collect(), ..Facts::default() };
        let totals = run(associations.clone(), facts).totals().unwrap();

        let mut expected: Vec<(Slice, Partner)> = Vec::new();
        for (offering, days) in &masks {
            for bit in (0..31).filter(|bit| days >> bit & 1 == 1) {
                let Some(partner) = partner_of_record(&associations, *offering, day(bit)) else {
                    continue;
                };
                for above in [*offering, OFFERING_PARENTS[*offering as usize], 0] {
                    let slice = Slice { offering: Offering(above), location: Location::WORLD };
                    expected.push((slice, partner));
                }
            }
        }
        expected.sort_unstable();
        expected.dedup();
        let found: Vec<_> = totals.iter().map(|(slice, partner, _)| (*slice, *partner)).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(totals.iter().all(|(_, _, totals)| totals.yearly_users == 1));
    }
}
