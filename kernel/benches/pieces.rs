//! What the pieces of the kernel cost: `cargo bench -p peerband-kernel`. Facts are invented, the same in every run, and
//! look like a large program's: few partners of a customer, monthly observations, users of several offerings.

use std::convert::Infallible;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use peerband_kernel::{
    Association, Associations, Bucket, Catalog, CertifiedPeople, Currency, Customer, Day, Facts,
    Location, NewestSubscriptions, Offering, Partner, Ranges, Rates, ReleaseRules, Revenue, Rules,
    Scoring, SeatChange, Subscription, Tally, UsageMonth, Window,
};

const PRODUCTS: u32 = 12;
const WORKLOADS: u32 = 4;
const OFFERINGS: u32 = 1 + PRODUCTS * (1 + WORKLOADS);
const REGIONS: u32 = 5;
const COUNTRIES: u32 = 100;
const PARTNERS: u32 = 1_000;
const CUSTOMERS: u32 = 2_000;
const AS_OF: Day = Day(20_757);

/// A mix of a number's bits: invented facts need no better chance.
fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

fn below(seed: u64, bound: u32) -> u32 {
    (mixed(seed) % u64::from(bound)) as u32
}

fn workload(seed: u64) -> Offering {
    let product = below(seed, PRODUCTS);
    Offering(2 + product * (1 + WORKLOADS) + below(seed + 1, WORKLOADS))
}

struct Program {
    catalog: Catalog,
    associations: Associations,
    rates: Rates,
}

fn program() -> Program {
    let offering_parents = (0..OFFERINGS)
        .map(|at| match at.checked_sub(1) {
            None => Offering::EVERYTHING,
            Some(at) if at % (1 + WORKLOADS) == 0 => Offering::EVERYTHING,
            Some(at) => Offering(1 + at - at % (1 + WORKLOADS)),
        })
        .collect();
    let location_parents = (0..=REGIONS + COUNTRIES)
        .map(|at| match at {
            0..=REGIONS => Location::WORLD,
            _ => Location(1 + at % REGIONS),
        })
        .collect();
    let customer_locations = (0..CUSTOMERS)
        .map(|at| Location(1 + REGIONS + below(at.into(), COUNTRIES)))
        .collect();
    let associations = (0..CUSTOMERS).flat_map(|at| {
        let changes = at % 4 == 0;
        (0..=u32::from(changes)).map(move |turn| Association {
            customer: Customer(at),
            partner: Partner(below(u64::from(at) << 8 | u64::from(turn), PARTNERS)),
            precedence: 0,
            workload: Offering::EVERYTHING,
            starts_on: Day(19_000 + turn as i32 * 1_600),
            ends_on: Day::FOREVER,
        })
    });
    Program {
        catalog: Catalog::new(offering_parents, location_parents, customer_locations),
        associations: Associations::new(associations.collect()),
        rates: Rates::new(
            Currency(*b"USD"),
            (0..400).map(|day| (Currency(*b"EUR"), Day(AS_OF.0 - day), 1_100_000_000)),
        ),
    }
}

impl Program {
    fn rules(&self) -> Rules<'_> {
        Rules {
            window: Window::ending(AS_OF),
            catalog: &self.catalog,
            associations: &self.associations,
            rates: &self.rates,
            new_customer_gap_days: 31,
        }
    }
}

/// Ten users in each customer, some of them in two offerings, in each month; in order of customer, as files give them.
fn usage() -> Vec<UsageMonth> {
    let last = AS_OF.month();
    let rows = (0..CUSTOMERS).flat_map(|customer| {
        (0..13).flat_map(move |back| {
            (0..16_u64).map(move |at| UsageMonth {
                customer: Customer(customer),
                offering: workload(u64::from(customer) * 7 + at % 3),
                user: mixed((u64::from(customer) << 16) | (at % 10)),
                month: peerband_kernel::Month(last.0 - back),
                days: 0x1084_2108,
            })
        })
    });
    rows.collect()
}

fn revenue() -> Vec<Revenue> {
    let rows = (0..CUSTOMERS).flat_map(|customer| {
        (0..24_u64).map(move |at| Revenue {
            customer: Customer(customer),
            offering: workload(u64::from(customer) * 7 + at % 3),
            occurred_on: Day(AS_OF.0 - (at * 15) as i32),
            currency: Currency(if at % 2 == 0 { *b"EUR" } else { *b"USD" }),
            counts_as_new: true,
            amount_ten_thousandths: i128::from(below(at, 90_000_000)),
        })
    });
    rows.collect()
}

fn seat_changes() -> Vec<SeatChange> {
    let rows = (0..CUSTOMERS).flat_map(|customer| {
        (0..16_u64).map(move |at| SeatChange {
            customer: Customer(customer),
            offering: workload(u64::from(customer) * 7 + at % 3),
            occurred_on: Day(AS_OF.0 - 400 + (at * 25) as i32),
            paid: true,
            seats_added: below(at, 20),
            seats_lost: below(at + 1, 18),
        })
    });
    rows.collect()
}

/// The observations of some subscriptions, month after month in one order.
fn subscriptions() -> Vec<Subscription> {
    let rows = (0..13).flat_map(|month| {
        (0..40_000_u32).map(move |at| Subscription {
            subscription: u128::from(mixed(at.into())) << 64 | u128::from(mixed(!u64::from(at))),
            observed_on: Day(AS_OF.0 - 30 * month),
            customer: Customer(at / 20),
            offering: workload(at.into()),
            counts: true,
            seats_assigned: at % 100,
        })
    });
    rows.collect()
}

fn walk(criterion: &mut Criterion) {
    let program = program();
    let rules = program.rules();
    let datasets = [
        (
            "usage",
            Facts {
                usage: usage(),
                ..Facts::default()
            },
        ),
        (
            "revenue",
            Facts {
                revenue: revenue(),
                ..Facts::default()
            },
        ),
        (
            "seat_changes",
            Facts {
                seat_changes: seat_changes(),
                ..Facts::default()
            },
        ),
    ];
    let mut group = criterion.benchmark_group("walk");
    for (name, facts) in datasets {
        group.throughput(Throughput::Elements(facts.len() as u64));
        group.bench_function(format!("{name}: arrange"), |bencher| {
            bencher.iter_batched(|| facts.clone(), Bucket::new, BatchSize::LargeInput);
        });
        let bucket = Bucket::new(facts);
        group.bench_function(format!("{name}: add"), |bencher| {
            bencher.iter(|| {
                let mut tally = Tally::default();
                tally.add(&rules, black_box(&bucket));
                tally
            });
        });
    }
    group.finish();
}

fn newest(criterion: &mut Criterion) {
    let rows = subscriptions();
    let mut group = criterion.benchmark_group("subscriptions");
    group.throughput(Throughput::Elements(rows.len() as u64));
    group.bench_function("newest", |bencher| {
        bencher.iter(|| {
            let mut newest = NewestSubscriptions::new(Window::ending(AS_OF), 0);
            for (row, at) in rows.iter().zip(0..) {
                let read = || Ok::<_, Infallible>((*row, (1, at)));
                let _ = newest.observe(row.subscription, row.observed_on, read);
            }
            newest.finish()
        });
    });
    group.finish();
}

fn score(criterion: &mut Criterion) {
    let program = program();
    let mut tally = Tally::default();
    let facts = Facts {
        usage: usage(),
        revenue: revenue(),
        seat_changes: seat_changes(),
        ..Facts::default()
    };
    tally.add(&program.rules(), &Bucket::new(facts));
    let release = ReleaseRules {
        min_peers: 10,
        min_band_members: 3,
        ranges: Ranges::Rounded,
    };
    let owners: Vec<u32> = (0..PARTNERS).collect();
    let certified = CertifiedPeople::default();
    let scoring = Scoring {
        catalog: &program.catalog,
        certified: &certified,
        release: &release,
        owners: &owners,
    };
    let mut group = criterion.benchmark_group("score");
    group.bench_function("sums in order", |bencher| {
        bencher.iter_batched(|| tally.clone(), Tally::finish, BatchSize::LargeInput);
    });
    let totals = tally.finish().unwrap_or_default().rows();
    let scorecards: usize = scoring
        .score(&totals)
        .map(|slice| slice.scorecards.len())
        .sum();
    group.throughput(Throughput::Elements(scorecards as u64));
    group.bench_function("scorecards", |bencher| {
        bencher.iter(|| {
            scoring
                .score(black_box(&totals))
                .map(|slice| slice.bands.len())
                .sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(pieces, walk, newest, score);
criterion_main!(pieces);
