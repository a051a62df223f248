//! The eight metrics of one partner in one slice.

use std::collections::BTreeSet;

use crate::attribution::{Attributed, WindowFacts};
use crate::certified::{CountingPass, certified_people};
use crate::new_customers::{Adds, is_paid};
use crate::program::{SubscriptionRow, SubscriptionStatus};
use crate::ratio::Ratio;
use crate::revenue;
use crate::settle::{Fact, Settled};
use crate::slice::Slice;

/// The metrics in the scorecard's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    Revenue,
    NewCustomers,
    NetPaidSeats,
    CertifiedPeople,
    ProductionInstances,
    MonthlyActiveUsers,
    MauPerAssignedSeat,
    NetPromoterScore,
}

/// What the figures of all slices are drawn from.
#[derive(Debug)]
pub struct Sources<'a> {
    pub settled: Settled<'a>,
    pub facts: WindowFacts<'a>,
    pub adds: Adds,
    pub passes: Vec<CountingPass<'a>>,
}

/// The facts of the window that lie in one slice.
#[derive(Debug)]
pub struct SliceFacts<'s, 'a> {
    slice: &'s Slice,
    facts: WindowFacts<'a>,
}

impl Metric {
    pub const ALL: [Metric; 8] = [
        Metric::Revenue,
        Metric::NewCustomers,
        Metric::NetPaidSeats,
        Metric::CertifiedPeople,
        Metric::ProductionInstances,
        Metric::MonthlyActiveUsers,
        Metric::MauPerAssignedSeat,
        Metric::NetPromoterScore,
    ];

    /// The metric's name in DATA.md, upper case.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Revenue => "REVENUE",
            Metric::NewCustomers => "NEW_CUSTOMERS",
            Metric::NetPaidSeats => "NET_PAID_SEATS",
            Metric::CertifiedPeople => "CERTIFIED_PEOPLE",
            Metric::ProductionInstances => "PRODUCTION_INSTANCES",
            Metric::MonthlyActiveUsers => "MONTHLY_ACTIVE_USERS",
            Metric::MauPerAssignedSeat => "MAU_PER_ASSIGNED_SEAT",
            Metric::NetPromoterScore => "NET_PROMOTER_SCORE",
        }
    }

    /// Whether every value of it is a whole number.
    pub fn is_whole_number(self) -> bool {
        matches!(
            self,
            Metric::NewCustomers
                | Metric::NetPaidSeats
                | Metric::CertifiedPeople
                | Metric::ProductionInstances
        )
    }
}

impl<'s, 'a> SliceFacts<'s, 'a> {
    pub fn of(sources: &Sources<'a>, slice: &'s Slice) -> Self {
        let (settled, facts) = (&sources.settled, &sources.facts);
        let facts = WindowFacts {
            revenue: inside(settled, slice, &facts.revenue),
            seat_changes: inside(settled, slice, &facts.seat_changes),
            subscriptions: inside(settled, slice, &facts.subscriptions),
            usage: inside(settled, slice, &facts.usage),
            instances: inside(settled, slice, &facts.instances),
            surveys: inside(settled, slice, &facts.surveys),
        };
        SliceFacts { slice, facts }
    }

    /// The partners with at least one fact of a customer here, any row.
    pub fn peers(&self) -> BTreeSet<&'a str> {
        let facts = &self.facts;
        let mut peers = BTreeSet::new();
        peers.extend(facts.revenue.iter().map(|fact| fact.partner_id));
        peers.extend(facts.seat_changes.iter().map(|fact| fact.partner_id));
        peers.extend(facts.subscriptions.iter().map(|fact| fact.partner_id));
        peers.extend(facts.usage.iter().map(|fact| fact.partner_id));
        peers.extend(facts.instances.iter().map(|fact| fact.partner_id));
        peers.extend(facts.surveys.iter().map(|fact| fact.partner_id));
        peers
    }

    /// The value of a metric for a peer; none where its denominator is 0.
    pub fn value(&self, sources: &Sources<'a>, partner_id: &str, metric: Metric) -> Option<Ratio> {
        let whole = |value: i128| Some(Ratio::whole(value));
        match metric {
            Metric::Revenue => Ratio::new(self.revenue(&sources.settled, partner_id), 10_000),
            Metric::NewCustomers => whole(self.new_customers(&sources.adds, partner_id)),
            Metric::NetPaidSeats => whole(self.net_paid_seats(partner_id)),
            Metric::CertifiedPeople => {
                whole(certified_people(&sources.passes, partner_id, &self.slice.offering) as i128)
            }
            Metric::ProductionInstances => whole(self.production_instances(partner_id)),
            Metric::MonthlyActiveUsers => Ratio::new(self.yearly_users(partner_id), 12),
            Metric::MauPerAssignedSeat => Ratio::new(
                self.yearly_users(partner_id),
                12 * self.assigned_seats(partner_id),
            ),
            Metric::NetPromoterScore => self.net_promoter_score(partner_id),
        }
    }

    fn revenue(&self, settled: &Settled<'a>, partner_id: &str) -> i128 {
        of_partner(&self.facts.revenue, partner_id)
            .filter(|row| revenue::counts_as_new(row))
            // Publication has stopped before where a rate is missing.
            .filter_map(|row| revenue::converted(settled, row))
            .sum()
    }

    fn new_customers(&self, adds: &Adds, partner_id: &str) -> i128 {
        let customers: BTreeSet<&str> = of_partner(&self.facts.seat_changes, partner_id)
            .filter(|row| is_paid(row) && row.seats_added > 0)
            .filter(|row| adds.holds(&row.customer_id, &self.slice.offering, row.occurred_on))
            .map(|row| &*row.customer_id)
            .collect();
        customers.len() as i128
    }

    fn net_paid_seats(&self, partner_id: &str) -> i128 {
        of_partner(&self.facts.seat_changes, partner_id)
            .filter(|row| is_paid(row))
            .map(|row| i128::from(row.seats_added) - i128::from(row.seats_lost))
            .sum()
    }

    fn production_instances(&self, partner_id: &str) -> i128 {
        of_partner(&self.facts.instances, partner_id)
            .map(|row| i128::from(row.production_instances))
            .sum()
    }

    fn yearly_users(&self, partner_id: &str) -> i128 {
        let users: BTreeSet<(&str, &str)> = of_partner(&self.facts.usage, partner_id)
            .map(|row| (&*row.customer_id, &*row.user_id))
            .collect();
        users.len() as i128
    }

    fn assigned_seats(&self, partner_id: &str) -> i128 {
        let assigned = |row: &&SubscriptionRow| {
            matches!(
                row.status,
                SubscriptionStatus::Active | SubscriptionStatus::Grace
            )
        };
        of_partner(&self.facts.subscriptions, partner_id)
            .filter(assigned)
            .map(|row| i128::from(row.seats_assigned))
            .sum()
    }

    fn net_promoter_score(&self, partner_id: &str) -> Option<Ratio> {
        let scores: Vec<u8> = of_partner(&self.facts.surveys, partner_id)
            .map(|row| row.score)
            .collect();
        let promoters = scores.iter().filter(|score| **score >= 9).count();
        let detractors = scores.iter().filter(|score| **score <= 6).count();
        Ratio::new(promoters as i128 - detractors as i128, scores.len() as i128)
    }
}

fn inside<'a, Row: Fact>(
    settled: &Settled<'a>,
    slice: &Slice,
    facts: &[Attributed<'a, Row>],
) -> Vec<Attributed<'a, Row>> {
    facts
        .iter()
        .filter(|fact| slice.holds_fact(fact.row, &settled.locations_of(fact.row.customer_id())))
        .map(|fact| Attributed {
            partner_id: fact.partner_id,
            row: fact.row,
        })
        .collect()
}

fn of_partner<'f, 'a, Row>(
    facts: &'f [Attributed<'a, Row>],
    partner_id: &'f str,
) -> impl Iterator<Item = &'a Row> + 'f {
    facts
        .iter()
        .filter(move |fact| fact.partner_id == partner_id)
        .map(|fact| fact.row)
}
