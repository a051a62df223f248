//! What a value is made of: the facts that count, and those left out, each with its reason.
//!
//! The counterpart of the walk in [`crate::Tally`], fact by fact instead of in totals, for one partner, slice and metric.
//! Attribution, windows and rates are the same functions; that the sums are the published ones is held by tests.

mod facts;
mod people;
mod seats;
mod usage;

use crate::attribution::{Record, Timelines};
use crate::day::Day;
use crate::ids::{Customer, Offering, Partner, Slice};
use crate::metric::{Metric, Value};
use crate::rows::OfCustomer;
use crate::tally::Rules;
use crate::totals::{Totals, certified_only_values, values};

pub use facts::Explainable;
pub use people::explain_certified_people;

/// The value to be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    pub partner: Partner,
    pub slice: Slice,
    pub metric: Metric,
}

/// What a fact is a row of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    Revenue,
    SeatChange,
    Subscription,
    Usage,
    Instances,
    Survey,
    Certification,
}

/// What became of a fact. The first that applies is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactReason {
    /// It is part of the value.
    Counted,
    /// It would count, and its customer, user or person has been counted for another fact.
    AlreadyCounted,
    /// A later batch has a row of the same key.
    Superseded,
    /// Another partner was of record.
    OtherPartner,
    /// The fact, or for state facts the observation, is not of the twelve months.
    OutsideWindow,
    /// Nobody was of record.
    NoPartnerOfRecord,
    /// Revenue that does not count as new.
    NotNew,
    /// A seat change that is not paid.
    Unpaid,
    /// A seat change that adds none.
    NoSeatsAdded,
    /// The customer was without a seat at the day's end.
    NoSeatsHeld,
    /// The customer had held seats not long before.
    SeatsHeldBefore,
    /// A newer observation stands for it.
    OlderObservation,
    /// A subscription whose seats are not assigned: neither `active` nor `grace`.
    NotAssigned,
    /// The amount has no exchange rate now.
    NoRate,
    /// The pass was made after the as-of date.
    NotPassedYet,
    /// The pass no longer counts on the as-of date.
    Expired,
    /// The exam no longer counts on the as-of date.
    ExamRetired,
}

/// One fact of the slice, and what it adds to the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExplainedFact {
    pub kind: FactKind,
    /// None for certifications.
    pub customer: Option<Customer>,
    pub offering: Offering,
    /// The day of the fact or observation; for usage the month's first.
    pub day: Day,
    pub reason: FactReason,
    /// Whether the partner was of record on the fact's own day, for usage on one of its days, whatever day it is
    /// attributed on. What was left out in another's time is that partner's and not this one's to see.
    pub is_of_record: bool,
    /// What it adds to [`Sums::numerator`].
    pub numerator: i128,
    /// What it adds to [`Sums::denominator`].
    pub denominator: i64,
}

/// What all facts add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Ten-thousandths of the reporting currency, customers, seats, people, instances, users, or promoters less
    /// detractors.
    pub numerator: i128,
    /// Assigned seats or responses; 0 for the metrics that are no ratio of two sums.
    pub denominator: i64,
}

impl Sums {
    pub fn add(&mut self, fact: &ExplainedFact) {
        self.numerator += fact.numerator;
        self.denominator += fact.denominator;
    }

    /// The value of these sums. `has_facts` tells whether the partner is a peer of the slice.
    #[must_use]
    pub fn value(&self, metric: Metric, has_facts: bool) -> Option<Value> {
        // Only revenue exceeds 64 bits.
        let count = || i64::try_from(self.numerator).unwrap_or(i64::MAX);
        if metric == Metric::CertifiedPeople && !has_facts {
            return certified_only_values(count())[metric.index()];
        }
        let mut totals = Totals::default();
        match metric {
            Metric::Revenue => totals.revenue_ten_thousandths = self.numerator,
            Metric::NewCustomers => totals.new_customers = count(),
            Metric::NetPaidSeats => totals.net_paid_seats = count(),
            Metric::CertifiedPeople => {}
            Metric::ProductionInstances => totals.production_instances = count(),
            Metric::MonthlyActiveUsers => totals.yearly_users = count(),
            Metric::MauPerAssignedSeat => {
                totals.yearly_users = count();
                totals.assigned_seats = self.denominator;
            }
            Metric::NetPromoterScore => {
                totals.promoters = count();
                totals.responses = self.denominator;
            }
        }
        if !has_facts {
            return None;
        }
        values(&totals, count())[metric.index()]
    }
}

/// Tells every fact of the subject's slice that lies with the given customers. Certifications have no customer: see
/// [`explain_certified_people`].
pub fn explain(
    rules: &Rules<'_>,
    facts: &Explainable,
    subject: Subject,
    tell: &mut dyn FnMut(ExplainedFact),
) {
    let mut teller = Teller {
        rules,
        subject,
        tell,
    };
    match subject.metric {
        Metric::Revenue => teller.revenue(facts),
        Metric::NewCustomers => teller.new_customers(facts),
        Metric::NetPaidSeats => teller.net_paid_seats(facts),
        Metric::CertifiedPeople => {}
        Metric::ProductionInstances => teller.production_instances(facts),
        Metric::MonthlyActiveUsers => teller.users(facts),
        Metric::MauPerAssignedSeat => {
            teller.users(facts);
            teller.assigned_seats(facts);
        }
        Metric::NetPromoterScore => teller.surveys(facts),
    }
}

struct Teller<'a, 'b> {
    rules: &'a Rules<'a>,
    subject: Subject,
    tell: &'b mut dyn FnMut(ExplainedFact),
}

impl<'a> Teller<'a, '_> {
    /// Whether facts of this customer and offering are of the slice.
    fn is_in_slice(&self, customer: Customer, offering: Offering) -> bool {
        let (catalog, slice) = (self.rules.catalog, self.subject.slice);
        let mut locations = catalog.locations_above(catalog.location_of(customer));
        catalog
            .offerings_above(offering)
            .any(|above| above == slice.offering)
            && locations.any(|above| above == slice.location)
    }

    fn record(&self, customer: Customer) -> Record<'a> {
        Record::of(customer, self.rules.associations, Timelines::default())
    }

    /// Why a fact of this day is not the partner's; none where it is.
    fn left_out(
        &self,
        record: &mut Record<'_>,
        offering: Offering,
        day: Day,
    ) -> Option<FactReason> {
        let of_record = record.partner_on(self.rules.catalog, offering, day);
        match of_record {
            Some(partner) if partner != self.subject.partner => Some(FactReason::OtherPartner),
            _ if !self.rules.window.contains(day) => Some(FactReason::OutsideWindow),
            Some(_) => None,
            None => Some(FactReason::NoPartnerOfRecord),
        }
    }

    /// Tells a fact of one day.
    fn tell(&mut self, record: &mut Record<'_>, fact: ExplainedFact) {
        let of_record = record.partner_on(self.rules.catalog, fact.offering, fact.day);
        (self.tell)(ExplainedFact {
            is_of_record: of_record == Some(self.subject.partner),
            ..fact
        });
    }

    /// Tells rows that later ones have hidden. Those of other partners stay theirs.
    fn superseded<Row: OfCustomer>(
        &mut self,
        kind: FactKind,
        rows: &[Row],
        place: impl Fn(&Row) -> (Offering, Day),
    ) {
        for row in rows {
            let (customer, (offering, day)) = (row.customer(), place(row));
            if !self.is_in_slice(customer, offering) {
                continue;
            }
            let mut record = self.record(customer);
            let reason = match self.left_out(&mut record, offering, day) {
                Some(FactReason::OtherPartner) => FactReason::OtherPartner,
                _ => FactReason::Superseded,
            };
            let fact = ExplainedFact::without(kind, customer, offering, day, reason);
            self.tell(&mut record, fact);
        }
    }
}

impl ExplainedFact {
    /// One that is left out.
    fn without(
        kind: FactKind,
        customer: Customer,
        offering: Offering,
        day: Day,
        reason: FactReason,
    ) -> ExplainedFact {
        ExplainedFact {
            kind,
            customer: Some(customer),
            offering,
            day,
            reason,
            is_of_record: false,
            numerator: 0,
            denominator: 0,
        }
    }

    /// The same, counting so much.
    fn counting(self, numerator: impl Into<i128>, denominator: i64) -> ExplainedFact {
        ExplainedFact {
            reason: FactReason::Counted,
            numerator: numerator.into(),
            denominator,
            ..self
        }
    }
}
