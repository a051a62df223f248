//! What is drawn: numbers only.

use proptest::collection::vec;
use proptest::prelude::*;

/// A program as numbers.
#[derive(Clone, Debug)]
pub(super) struct RawProgram {
    pub(super) settings: RawSettings,
    pub(super) counts: RawCounts,
    /// For each of the things of a kind one number: a parent, a product, a place.
    pub(super) workload_products: Vec<u8>,
    pub(super) location_parents: Vec<u8>,
    pub(super) partner_groups: Vec<u8>,
    pub(super) customer_locations: Vec<u8>,
    pub(super) customer_partners: Vec<u8>,
    /// Rows sent again with other columns: the kind, which one, the new value.
    pub(super) resent: Vec<(u8, u8, u8)>,
    pub(super) exams: Vec<(u8, u8, Option<RawDay>)>,
    /// Whether every currency has a rate from the first day on.
    pub(super) rates_complete: bool,
    pub(super) fx_rates: Vec<(u8, RawDay, u8)>,
    pub(super) associations: Vec<RawAssociation>,
    pub(super) facts: Vec<RawFact>,
    pub(super) comebacks: Vec<RawComeback>,
    pub(super) commits: Vec<RawCommit>,
}

#[derive(Clone, Debug)]
pub(super) struct RawSettings {
    pub(super) currency: u8,
    pub(super) precedence: u8,
    pub(super) gap: u8,
    pub(super) min_peers: u8,
    pub(super) min_band_members: u8,
    pub(super) rounded: bool,
}

#[derive(Clone, Debug)]
pub(super) struct RawCounts {
    pub(super) products: usize,
    pub(super) workloads: usize,
    pub(super) locations: usize,
    pub(super) partners: usize,
    pub(super) customers: usize,
}

/// A day: an anchor around the window, and a step from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawDay {
    pub(super) anchor: u8,
    pub(super) step: u8,
}

#[derive(Clone, Debug)]
pub(super) struct RawAssociation {
    pub(super) customer: u8,
    pub(super) partner: u8,
    pub(super) association_type: u8,
    pub(super) workload: Option<u8>,
    pub(super) starts: RawDay,
    pub(super) ends: Option<RawDay>,
    /// What comes later: nothing, a rival from the same day on, or a row of the same key, taken back or open-ended.
    pub(super) again: u8,
}

#[derive(Clone, Debug)]
pub(super) struct RawFact {
    pub(super) dataset: u8,
    pub(super) key: u8,
    pub(super) customer: u8,
    pub(super) offering: u8,
    pub(super) day: RawDay,
    pub(super) number: u8,
    pub(super) other_number: u8,
    pub(super) flag: u8,
    pub(super) extra_day: Option<RawDay>,
    /// Which commit carries it.
    pub(super) commit: u8,
}

/// A customer that leaves and returns about as late as it takes to be new again.
#[derive(Clone, Debug)]
pub(super) struct RawComeback {
    pub(super) customer: u8,
    pub(super) offering: u8,
    pub(super) returns: RawDay,
    /// How many days more or less than the gap.
    pub(super) away: u8,
    /// What else happens to the customer on the day of its return.
    pub(super) beside: u8,
    pub(super) commit: u8,
}

#[derive(Clone, Debug)]
pub(super) struct RawCommit {
    /// Two commits with one name: the later replaces the earlier.
    pub(super) batch: u8,
    /// A batch deleted after this commit.
    pub(super) delete: Option<u8>,
}

impl RawComeback {
    /// The offering of what happens beside the return: the same, or one of the next two.
    pub(super) fn other_offering(&self) -> u8 {
        self.offering.wrapping_add(self.beside / 4 % 3)
    }
}

pub(super) const MOST_PARTNERS: usize = 9;
pub(super) const MOST_CUSTOMERS: usize = 12;
pub(super) const MOST_WORKLOADS: usize = 4;
pub(super) const MOST_LOCATIONS: usize = 9;
pub(super) const COMMITS: usize = 5;

pub(super) fn raw_program() -> impl Strategy<Value = RawProgram> {
    let kinds = (
        vec(any::<u8>(), MOST_WORKLOADS),
        vec(any::<u8>(), MOST_LOCATIONS),
        vec(any::<u8>(), MOST_PARTNERS),
        vec(any::<u8>(), MOST_CUSTOMERS),
        vec(any::<u8>(), MOST_CUSTOMERS),
        vec(any::<(u8, u8, u8)>(), 0..4),
    );
    let references = (
        vec((any::<u8>(), any::<u8>(), maybe_day(1)), 0..9),
        prop::bool::weighted(0.9),
        vec((any::<u8>(), day(), any::<u8>()), 0..6),
        vec(association(), 0..16),
    );
    let history = (
        vec(fact(), 0..120),
        vec(comeback(), 0..4),
        vec(commit(), COMMITS),
    );
    (settings(), counts(), kinds, references, history).prop_map(
        |(settings, counts, kinds, references, history)| {
            let (
                workload_products,
                location_parents,
                partner_groups,
                customer_locations,
                customer_partners,
                resent,
            ) = kinds;
            let (exams, rates_complete, fx_rates, associations) = references;
            let (facts, comebacks, commits) = history;
            RawProgram {
                settings,
                counts,
                workload_products,
                location_parents,
                partner_groups,
                customer_locations,
                customer_partners,
                resent,
                exams,
                rates_complete,
                fx_rates,
                associations,
                facts,
                comebacks,
                commits,
            }
        },
    )
}

fn settings() -> impl Strategy<Value = RawSettings> {
    (
        any::<u8>(),
        any::<u8>(),
        any::<u8>(),
        1..=10u8,
        1..=3u8,
        any::<bool>(),
    )
        .prop_map(
            |(currency, precedence, gap, min_peers, min_band_members, rounded)| RawSettings {
                currency,
                precedence,
                gap,
                min_peers,
                min_band_members,
                rounded,
            },
        )
}

fn counts() -> impl Strategy<Value = RawCounts> {
    (
        1..=3usize,
        0..=MOST_WORKLOADS,
        0..=MOST_LOCATIONS,
        // Bands need four partners, and partners need customers.
        prop_oneof![1 => 1..4usize, 2 => 4..=MOST_PARTNERS],
        prop_oneof![1 => 1..4usize, 2 => 4..=MOST_CUSTOMERS],
    )
        .prop_map(
            |(products, workloads, locations, partners, customers)| RawCounts {
                products,
                workloads,
                locations,
                partners,
                customers,
            },
        )
}

fn day() -> impl Strategy<Value = RawDay> {
    (any::<u8>(), any::<u8>()).prop_map(|(anchor, step)| RawDay { anchor, step })
}

/// None so many times for each day.
fn maybe_day(none: u32) -> impl Strategy<Value = Option<RawDay>> {
    prop_oneof![none => Just(None), 1 => day().prop_map(Some)]
}

fn association() -> impl Strategy<Value = RawAssociation> {
    let workload = prop_oneof![1 => Just(None), 1 => any::<u8>().prop_map(Some)];
    (
        any::<u8>(),
        any::<u8>(),
        any::<u8>(),
        workload,
        day(),
        maybe_day(1),
        any::<u8>(),
    )
        .prop_map(
            |(customer, partner, association_type, workload, starts, ends, again)| RawAssociation {
                customer,
                partner,
                association_type,
                workload,
                starts,
                ends,
                again,
            },
        )
}

fn fact() -> impl Strategy<Value = RawFact> {
    let numbers = (any::<u8>(), any::<u8>(), any::<u8>());
    (
        any::<u8>(),
        any::<u8>(),
        any::<u8>(),
        any::<u8>(),
        day(),
        numbers,
        maybe_day(1),
        any::<u8>(),
    )
        .prop_map(
            |(
                dataset,
                key,
                customer,
                offering,
                day,
                (number, other_number, flag),
                extra_day,
                commit,
            )| RawFact {
                dataset,
                key,
                customer,
                offering,
                day,
                number,
                other_number,
                flag,
                extra_day,
                commit,
            },
        )
}

fn comeback() -> impl Strategy<Value = RawComeback> {
    (
        any::<u8>(),
        any::<u8>(),
        day(),
        any::<u8>(),
        any::<u8>(),
        any::<u8>(),
    )
        .prop_map(
            |(customer, offering, returns, away, beside, commit)| RawComeback {
                customer,
                offering,
                returns,
                away,
                beside,
                commit,
            },
        )
}

fn commit() -> impl Strategy<Value = RawCommit> {
    let delete = prop_oneof![9 => Just(None), 1 => any::<u8>().prop_map(Some)];
    (0..24u8, delete).prop_map(|(batch, delete)| RawCommit { batch, delete })
}
