//! From facts to totals: one walk over the facts, customer by customer.
//!
//! A customer lies at one location, and its facts in one [`Bucket`]. So everything that must be told apart (users,
//! running totals, newest observations) is told apart while its customer is in hand, and what leaves the walk only
//! ever needs adding: over customers, over buckets, and up the locations.

mod active;
mod customer;
mod holdings;
mod months;
mod rows;
mod sums;
mod tallied;
mod users;

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::attribution::{Associations, Record, Timelines};
use crate::catalog::Catalog;
use crate::day::{Day, Window};
use crate::ids::{Currency, Customer};
use crate::rates::Rates;
use crate::rows::{
    Facts, Instances, OfCustomer, Revenue, SeatChange, Subscription, Survey, UsageMonth,
};
use customer::CustomerTally;
pub(crate) use months::days_between;
use sums::Sums;
pub use tallied::Tallied;
use tallied::Walked;
use users::Users;

/// What a run knows besides facts.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub window: Window,
    pub catalog: &'a Catalog,
    pub associations: &'a Associations,
    pub rates: &'a Rates,
    /// 1 to 366.
    pub new_customer_gap_days: u32,
}

/// All settled facts of some customers, in the order the walk needs. Serves any number of as-of dates.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    facts: Facts,
}

impl Bucket {
    /// Rows may come in any order; quickest are those that come in order of customer. Users are known by numbers of their
    /// own afterwards.
    #[must_use]
    pub fn new(mut facts: Facts) -> Bucket {
        gather(&mut facts.revenue);
        arrange(&mut facts.seat_changes, |row| row.occurred_on);
        gather(&mut facts.usage);
        let mut users = Users::default();
        for of_customer in facts.usage.chunk_by_mut(|a, b| a.customer == b.customer) {
            users.number(of_customer);
        }
        arrange(&mut facts.instances, |row| (row.offering, row.observed_on));
        gather(&mut facts.surveys);
        Bucket { facts }
    }

    /// The facts again, in the order of the walk and with users by number: for their memory.
    #[must_use]
    pub fn into_facts(self) -> Facts {
        self.facts
    }
}

fn gather<Row: OfCustomer>(rows: &mut [Row]) {
    if !rows.is_sorted_by_key(OfCustomer::customer) {
        rows.sort_unstable_by_key(OfCustomer::customer);
    }
}

/// By customer, and by a key within each.
fn arrange<Row: OfCustomer, Key: Ord>(rows: &mut [Row], key: impl Fn(&Row) -> Key) {
    gather(rows);
    for of_customer in rows.chunk_by_mut(|a, b| a.customer() == b.customer()) {
        of_customer.sort_unstable_by_key(&key);
    }
}

/// Why a run must stop instead of publishing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unpublishable {
    #[error("amounts without an exchange rate: {}; send fx_rates on or before these dates", list(.0))]
    MissingRates(BTreeMap<Currency, Day>),
    #[error("amounts too large once converted: {}; check these amounts and their fx_rates", list(.0))]
    TooLarge(BTreeMap<Currency, Day>),
}

fn list(places: &BTreeMap<Currency, Day>) -> String {
    let places: Vec<String> = places
        .iter()
        .map(|(currency, day)| format!("{currency} first on {day}"))
        .collect();
    places.join(", ")
}

/// Totals by partner, offering and the customers' own location. Merges by addition, in any order.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    sums: Sums,
    /// What has been closed, of this tally and of those that were merged into it. It is added up offering by offering, which
    /// goes side by side.
    closed: Vec<Walked>,
    missing_rates: BTreeMap<Currency, Day>,
    too_large: BTreeMap<Currency, Day>,
}

impl Tally {
    /// Adds the facts of a bucket.
    pub fn add(&mut self, rules: &Rules<'_>, bucket: &Bucket) {
        let mut rest = Rest {
            revenue: &bucket.facts.revenue,
            seat_changes: &bucket.facts.seat_changes,
            usage: &bucket.facts.usage,
            instances: &bucket.facts.instances,
            surveys: &bucket.facts.surveys,
        };
        let mut scratch = CustomerTally::new(rules);
        let mut timelines = Timelines::default();
        while let Some(customer) = rest.next_customer() {
            let mut record = Record::of(customer, rules.associations, timelines);
            scratch.add_revenue(&mut record, take(&mut rest.revenue, customer), self);
            scratch.add_seat_changes(&mut record, take(&mut rest.seat_changes, customer));
            scratch.add_usage(&mut record, take(&mut rest.usage, customer));
            scratch.add_instances(&mut record, take(&mut rest.instances, customer));
            scratch.add_surveys(&mut record, take(&mut rest.surveys, customer));
            scratch.flush(rules.catalog.location_of(customer), &mut self.sums);
            timelines = record.into_timelines();
        }
    }

    /// Adds some of the newest observations that [`crate::NewestSubscriptions`] gives, which are sorted by customer. They
    /// have nothing to do with a customer's facts, and may come before or after these.
    pub fn add_subscriptions(&mut self, rules: &Rules<'_>, subscriptions: &[Subscription]) {
        let mut scratch = CustomerTally::new(rules);
        let mut timelines = Timelines::default();
        for rows in subscriptions.chunk_by(|a, b| a.customer == b.customer) {
            let customer = rows[0].customer;
            let mut record = Record::of(customer, rules.associations, timelines);
            scratch.add_subscriptions(&mut record, rows);
            scratch.flush(rules.catalog.location_of(customer), &mut self.sums);
            timelines = record.into_timelines();
        }
    }

    /// Puts what was added so far in order, which is left to do where it is finished: tallies that will be merged do it each
    /// by itself, side by side.
    pub fn close(&mut self) {
        let sums = std::mem::take(&mut self.sums);
        if !sums.rows.is_empty() {
            self.closed.push(Walked::new(sums));
        }
    }

    /// # Errors
    /// Where an amount that counts could not be brought to the reporting currency.
    pub fn finish(mut self) -> Result<Tallied, Unpublishable> {
        if !self.missing_rates.is_empty() {
            return Err(Unpublishable::MissingRates(self.missing_rates));
        }
        if !self.too_large.is_empty() {
            return Err(Unpublishable::TooLarge(self.too_large));
        }
        self.close();
        Ok(Tallied::new(self.closed))
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, mut other: Tally) {
        other.close();
        self.closed.extend(other.closed);
        merge_first(&mut self.missing_rates, other.missing_rates);
        merge_first(&mut self.too_large, other.too_large);
    }
}

fn merge_first(into: &mut BTreeMap<Currency, Day>, from: BTreeMap<Currency, Day>) {
    for (currency, day) in from {
        note_first(into, currency, day);
    }
}

fn note_first(places: &mut BTreeMap<Currency, Day>, currency: Currency, day: Day) {
    let first = places.entry(currency).or_insert(day);
    *first = day.min(*first);
}

/// The facts of the customers still ahead.
struct Rest<'a> {
    revenue: &'a [Revenue],
    seat_changes: &'a [SeatChange],
    usage: &'a [UsageMonth],
    instances: &'a [Instances],
    surveys: &'a [Survey],
}

impl Rest<'_> {
    fn next_customer(&self) -> Option<Customer> {
        let heads = [
            self.revenue.first().map(OfCustomer::customer),
            self.seat_changes.first().map(OfCustomer::customer),
            self.usage.first().map(OfCustomer::customer),
            self.instances.first().map(OfCustomer::customer),
            self.surveys.first().map(OfCustomer::customer),
        ];
        heads.into_iter().flatten().min()
    }
}

/// The rows of this customer, which stand first if it has any.
fn take<'a, Row: OfCustomer>(rows: &mut &'a [Row], customer: Customer) -> &'a [Row] {
    let len = rows
        .iter()
        .position(|row| row.customer() != customer)
        .unwrap_or(rows.len());
    let (taken, rest) = rows.split_at(len);
    *rows = rest;
    taken
}
