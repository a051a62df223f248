//! A generated program as the kernel takes it: settled by the naive reading, then numbered as the store and the fact
//! store number what they hold.

use std::collections::{BTreeMap, BTreeSet};

use naive::date::Date;
use naive::new_customers::is_paid;
use naive::program::{Program, SubscriptionStatus};
use naive::revenue::counts_as_new;
use naive::settle::{Fact, Settled};

use super::run::Run;
use peerband_kernel::{
    Association, Catalog, Certification, Currency, Customer, Day, Exams, Facts, Instances,
    Location, Offering, Partner, Ranges, ReleaseRules, Revenue, SeatChange, Subscription, Survey,
    UsageMonth,
};

/// Ids by their kernel number.
#[derive(Debug)]
pub(crate) struct Ids {
    pub(crate) partners: Vec<String>,
    /// Product and workload; both none for everything.
    pub(crate) offerings: Vec<(Option<String>, Option<String>)>,
    /// None for the world.
    pub(crate) locations: Vec<Option<String>>,
}

/// The run that a program asks for. Its facts are all settled ones, those after the as-of date too.
pub(crate) fn run(program: &Program, as_of: Date) -> (Run, Ids) {
    let settled = Settled::of(program);
    let numbers = Numbers::of(program, &settled);
    let settings = &program.settings;
    let run = Run {
        as_of: day(as_of),
        catalog: numbers.catalog(&settled),
        associations: numbers.associations(&settled),
        reporting_currency: currency(&settings.reporting_currency),
        rates: rates(&settled),
        gap_days: settings.new_customer_gap_days.into(),
        exams: numbers.exams(&settled),
        certifications: numbers.certifications(&settled),
        facts: numbers.facts(&settled),
        subscriptions: numbers.subscriptions(&settled),
        owners: owners(&settled),
        release: ReleaseRules {
            min_peers: settings.min_peers as u32,
            min_band_members: settings.min_band_members as u32,
            ranges: match settings.ranges {
                naive::program::Ranges::Exact => Ranges::Exact,
                naive::program::Ranges::Rounded => Ranges::Rounded,
            },
        },
    };
    (run, numbers.ids())
}

/// The place of every id among those of its kind, in byte order.
struct Numbers<'a> {
    partners: BTreeMap<&'a str, u32>,
    offerings: BTreeMap<(Option<&'a str>, Option<&'a str>), u32>,
    locations: BTreeMap<Option<&'a str>, u32>,
    customers: BTreeMap<&'a str, u32>,
    exams: BTreeMap<&'a str, u32>,
    users: BTreeMap<&'a str, u32>,
    people: BTreeMap<&'a str, u32>,
    subscriptions: BTreeMap<&'a str, u32>,
}

impl<'a> Numbers<'a> {
    fn of(program: &'a Program, settled: &Settled<'a>) -> Numbers<'a> {
        let products = program.products.iter().map(|row| &*row.product_id);
        let workloads = settled.workloads.iter();
        let offerings = std::iter::once((None, None))
            .chain(products.map(|product| (Some(product), None)))
            .chain(workloads.map(|(workload, product)| (Some(*product), Some(*workload))));
        let locations = settled.locations.keys().copied().map(Some);
        let subscriptions = settled.subscriptions.iter();
        Numbers {
            partners: numbered(settled.partners.keys().copied()),
            offerings: numbered(offerings),
            locations: numbered(std::iter::once(None).chain(locations)),
            customers: numbered(settled.customers.keys().copied()),
            exams: numbered(settled.exams.iter().map(|row| &*row.exam_id)),
            users: numbered(settled.usage.iter().map(|row| &*row.user_id)),
            people: numbered(settled.certifications.iter().map(|row| &*row.person_id)),
            subscriptions: numbered(subscriptions.map(|row| &*row.subscription_id)),
        }
    }

    fn ids(&self) -> Ids {
        let owned = |id: &Option<&str>| id.map(str::to_owned);
        Ids {
            partners: self.partners.keys().map(|id| (*id).to_owned()).collect(),
            offerings: self
                .offerings
                .keys()
                .map(|(product, workload)| (owned(product), owned(workload)))
                .collect(),
            locations: self.locations.keys().map(owned).collect(),
        }
    }

    fn offering(&self, product: &str, workload: Option<&str>) -> Offering {
        Offering(self.offerings[&(Some(product), workload)])
    }

    fn offering_of(&self, row: &impl Fact) -> Offering {
        self.offering(row.product_id(), row.workload_id())
    }

    fn workload(&self, settled: &Settled<'_>, workload: &str) -> Offering {
        self.offering(settled.workloads[workload], Some(workload))
    }

    fn customer_of(&self, row: &impl Fact) -> Customer {
        Customer(self.customers[row.customer_id()])
    }

    fn catalog(&self, settled: &Settled<'_>) -> Catalog {
        let offering_parents = self
            .offerings
            .keys()
            .map(|(product, workload)| match workload {
                None => Offering::EVERYTHING,
                Some(_) => Offering(self.offerings[&(*product, None)]),
            });
        let location_parents = self.locations.keys().map(|location| {
            let parent = location.and_then(|location| settled.locations[location]);
            Location(self.locations[&parent])
        });
        let customer_locations = settled
            .customers
            .values()
            .map(|location| Location(self.locations[&Some(*location)]));
        Catalog::new(
            offering_parents.collect(),
            location_parents.collect(),
            customer_locations.collect(),
        )
    }

    fn associations(&self, settled: &Settled<'_>) -> Vec<Association> {
        let precedence = &settled.settings.association_precedence;
        let rows = settled.associations.iter().filter_map(|row| {
            let place = precedence
                .iter()
                .position(|counts| *counts == row.association_type)?;
            Some(Association {
                customer: Customer(self.customers[&*row.customer_id]),
                partner: Partner(self.partners[&*row.partner_id]),
                precedence: place as u8,
                workload: match &row.workload_id {
                    None => Offering::EVERYTHING,
                    Some(workload) => self.workload(settled, workload),
                },
                starts_on: day(row.starts_on),
                ends_on: end(row.ends_on),
            })
        });
        rows.collect()
    }

    fn exams(&self, settled: &Settled<'_>) -> Exams {
        let mut workloads = vec![Vec::new(); self.exams.len()];
        for row in &settled.exams {
            let workload = self.workload(settled, &row.workload_id);
            workloads[self.exams[&*row.exam_id] as usize].push((workload, end(row.counts_until)));
        }
        Exams { workloads }
    }

    fn certifications(&self, settled: &Settled<'_>) -> Vec<Certification> {
        let rows = settled.certifications.iter().map(|row| Certification {
            partner: Partner(self.partners[&*row.partner_id]),
            person: self.people[&*row.person_id].into(),
            exam: self.exams[&*row.exam_id],
            passed_on: day(row.passed_on),
            expires_on: end(row.expires_on),
        });
        rows.collect()
    }

    fn facts(&self, settled: &Settled<'_>) -> Facts {
        let revenue = settled.revenue.iter().map(|row| Revenue {
            customer: self.customer_of(*row),
            offering: self.offering_of(*row),
            occurred_on: day(row.occurred_on),
            currency: currency(&row.currency),
            counts_as_new: counts_as_new(row),
            amount_ten_thousandths: row.amount.units,
        });
        let seat_changes = settled.seat_changes.iter().map(|row| SeatChange {
            customer: self.customer_of(*row),
            offering: self.offering_of(*row),
            occurred_on: day(row.occurred_on),
            paid: is_paid(row),
            seats_added: row.seats_added,
            seats_lost: row.seats_lost,
        });
        let instances = settled.instances.iter().map(|row| Instances {
            customer: self.customer_of(*row),
            offering: self.offering_of(*row),
            observed_on: day(row.observed_on),
            production_instances: row.production_instances,
        });
        let surveys = settled.surveys.iter().map(|row| Survey {
            customer: self.customer_of(*row),
            offering: self.offering_of(*row),
            responded_on: day(row.responded_on),
            score: row.score,
        });
        Facts {
            revenue: revenue.collect(),
            seat_changes: seat_changes.collect(),
            usage: self.usage(settled),
            instances: instances.collect(),
            surveys: surveys.collect(),
        }
    }

    fn subscriptions(&self, settled: &Settled<'_>) -> Vec<Subscription> {
        let rows = settled.subscriptions.iter().map(|row| Subscription {
            subscription: self.subscriptions[&*row.subscription_id].into(),
            observed_on: day(row.observed_on),
            customer: self.customer_of(*row),
            offering: self.offering_of(*row),
            counts: matches!(
                row.status,
                SubscriptionStatus::Active | SubscriptionStatus::Grace
            ),
            seats_assigned: row.seats_assigned,
        });
        rows.collect()
    }

    /// One row for each customer, user, offering and month and for each half of it, as two files would give two.
    fn usage(&self, settled: &Settled<'_>) -> Vec<UsageMonth> {
        let mut days: BTreeMap<_, u32> = BTreeMap::new();
        for row in &settled.usage {
            let active_on = day(row.active_on);
            let bit = active_on.0 - active_on.month().first_day().0;
            let user = self.users[&*row.user_id];
            let key = (self.customer_of(*row), self.offering_of(*row), user);
            *days.entry((key, active_on.month(), bit % 2)).or_default() |= 1 << bit;
        }
        let rows =
            days.into_iter().map(
                |(((customer, offering, user), month, _), days)| UsageMonth {
                    customer,
                    offering,
                    user: user.into(),
                    month,
                    days,
                },
            );
        rows.collect()
    }
}

fn numbered<Id: Ord>(ids: impl Iterator<Item = Id>) -> BTreeMap<Id, u32> {
    let ids: BTreeSet<Id> = ids.collect();
    ids.into_iter().zip(0..).collect()
}

fn rates(settled: &Settled<'_>) -> Vec<(Currency, Day, i128)> {
    let rows = settled.fx_rates.iter().map(|row| {
        let billionths = row.rate.units;
        (currency(&row.currency), day(row.rate_date), billionths)
    });
    rows.collect()
}

/// Companies of one group share the number of the first of them.
fn owners(settled: &Settled<'_>) -> Vec<u32> {
    let mut groups: BTreeMap<&str, u32> = BTreeMap::new();
    let owners = settled
        .partners
        .values()
        .zip(0..)
        .map(|(group, own)| group.map_or(own, |group| *groups.entry(group).or_insert(own)));
    owners.collect()
}

pub(crate) fn day(date: Date) -> Day {
    Day(date.days())
}

fn end(date: Option<Date>) -> Day {
    date.map_or(Day::FOREVER, day)
}

fn currency(code: &str) -> Currency {
    Currency(code.as_bytes().try_into().unwrap())
}
