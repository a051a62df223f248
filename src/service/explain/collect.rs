//! What is kept of the facts that are told: sums by reason and by customer, and the facts that matter most.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kernel::{Customer, ExplainedFact, FactKind, FactReason, Offering, Sums};

use crate::store::offering::OfferingKey;

/// The most facts that are kept of one value for each reason, and the most customers.
const KEPT_MAX: usize = 200;

/// What a value is made of.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// What all lines add up to.
    pub sums: Sums,
    /// By kind of fact and what became of it.
    pub lines: BTreeMap<(FactKind, FactReason), Line>,
    /// How many customers have a fact that counts.
    pub customer_count: u64,
    /// Those that add most, first.
    pub customers: Vec<CustomerShare>,
    /// The facts that add most, first, then those left out, the newest first; of each reason so many at most.
    pub facts: Vec<ExplainedFact>,
    /// By the kernel's numbers: the SQL store's.
    offerings: Arc<[i32]>,
}

impl Explanation {
    /// The offering of one of the facts.
    #[must_use]
    pub fn offering(&self, offering: Offering) -> OfferingKey {
        let found = self.offerings.get(offering.0 as usize);
        found.map_or(OfferingKey::EVERYTHING, |number| OfferingKey(*number))
    }
}

/// The facts of one kind with one reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub facts: u64,
    pub sums: Sums,
}

/// What one customer's facts add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerShare {
    pub customer: Customer,
    /// How many count.
    pub facts: u64,
    pub sums: Sums,
}

/// An explanation under way.
#[derive(Debug, Default)]
pub(super) struct Collecting {
    explanation: Explanation,
    /// By what became of them, so that many of one reason leave room for those of another.
    facts: BTreeMap<FactReason, Vec<ExplainedFact>>,
    customers: HashMap<Customer, Line>,
}

impl Collecting {
    pub(super) fn add(&mut self, fact: ExplainedFact) {
        self.explanation.sums.add(&fact);
        let lines = &mut self.explanation.lines;
        let line = lines.entry((fact.kind, fact.reason)).or_default();
        line.facts += 1;
        line.sums.add(&fact);
        if let (FactReason::Counted, Some(customer)) = (fact.reason, fact.customer) {
            let share = self.customers.entry(customer).or_default();
            share.facts += 1;
            share.sums.add(&fact);
        }
        let facts = self.facts.entry(fact.reason).or_default();
        facts.push(fact);
        // Now and then, so that sorting stays cheap.
        if facts.len() >= 8 * KEPT_MAX {
            keep(facts);
        }
    }

    pub(super) fn finish(mut self, offerings: Arc<[i32]>) -> Explanation {
        self.explanation.offerings = offerings;
        for facts in self.facts.values_mut() {
            keep(facts);
        }
        let mut facts: Vec<ExplainedFact> = self.facts.into_values().flatten().collect();
        sort(&mut facts);
        self.explanation.facts = facts;
        self.explanation.customer_count = self.customers.len() as u64;
        let customers = self.customers.into_iter();
        let mut customers: Vec<CustomerShare> = customers
            .map(|(customer, line)| CustomerShare {
                customer,
                facts: line.facts,
                sums: line.sums,
            })
            .collect();
        customers.sort_unstable_by_key(|share| {
            let Sums {
                numerator,
                denominator,
            } = share.sums;
            (Reverse((numerator.abs(), denominator)), share.customer)
        });
        customers.truncate(KEPT_MAX);
        self.explanation.customers = customers;
        self.explanation
    }
}

fn keep(facts: &mut Vec<ExplainedFact>) {
    sort(facts);
    facts.truncate(KEPT_MAX);
}

fn sort(facts: &mut [ExplainedFact]) {
    facts.sort_unstable_by_key(|fact| {
        let weight = (fact.numerator.abs(), fact.denominator);
        let is_counted = fact.reason == FactReason::Counted;
        (
            Reverse((is_counted, weight, fact.day)),
            fact.kind,
            fact.customer,
            fact.offering,
            fact.reason,
        )
    });
}

#[cfg(test)]
mod tests {
    use kernel::Day;

    use super::*;

    #[test]
    fn facts_of_each_reason_have_room_of_their_own() {
        let mut collecting = Collecting::default();
        for at in 0..10_000 {
            for reason in [FactReason::Counted, FactReason::Unpaid] {
                collecting.add(ExplainedFact {
                    kind: FactKind::SeatChange,
                    customer: Some(Customer(1)),
                    offering: Offering(0),
                    day: Day(at),
                    reason,
                    is_of_record: true,
                    numerator: i128::from(reason == FactReason::Counted),
                    denominator: 0,
                });
            }
        }
        let explanation = collecting.finish(Arc::default());
        assert_eq!(explanation.sums.numerator, 10_000);
        let (counted, left_out) = explanation.facts.split_at(KEPT_MAX);
        assert!(
            counted
                .iter()
                .all(|fact| fact.reason == FactReason::Counted)
        );
        assert!(
            left_out
                .iter()
                .all(|fact| fact.reason == FactReason::Unpaid)
        );
        assert_eq!(left_out.len(), KEPT_MAX);
        assert_eq!(left_out[0].day, Day(9_999));
    }
}
