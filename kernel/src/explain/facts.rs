//! The facts that are told, and the datasets whose facts count one by one.

use super::{ExplainedFact, FactKind, FactReason, Teller};
use crate::rows::{Facts, OfCustomer, Revenue, SeatChange, Subscription, Survey};

/// All facts of some customers, of every day, in the order that telling them needs.
#[derive(Clone, Debug, Default)]
pub struct Explainable {
    pub(super) facts: Facts,
    /// Rows of revenue, seat changes and surveys that later rows of their keys have hidden.
    pub(super) superseded: Facts,
    /// The newest observation of each in the window.
    pub(super) subscriptions: Vec<Subscription>,
}

impl Explainable {
    /// `all` holds the rows of `settled` and those that they have hidden.
    #[must_use]
    pub fn new(mut settled: Facts, mut all: Facts) -> Explainable {
        settled.revenue.sort_unstable_by_key(revenue_order);
        settled.seat_changes.sort_unstable_by_key(seat_order);
        settled
            .usage
            .sort_unstable_by_key(|row| (row.customer, row.user, row.month, row.offering));
        settled
            .instances
            .sort_unstable_by_key(|row| (row.customer, row.offering, row.observed_on));
        settled.surveys.sort_unstable_by_key(survey_order);
        all.revenue.sort_unstable_by_key(revenue_order);
        all.seat_changes.sort_unstable_by_key(seat_order);
        all.surveys.sort_unstable_by_key(survey_order);
        let superseded = Facts {
            revenue: beyond(all.revenue, &settled.revenue),
            seat_changes: beyond(all.seat_changes, &settled.seat_changes),
            surveys: beyond(all.surveys, &settled.surveys),
            ..Facts::default()
        };
        Explainable {
            facts: settled,
            superseded,
            ..Explainable::default()
        }
    }

    /// With the newest observations of subscriptions.
    #[must_use]
    pub fn with_subscriptions(mut self, newest: Vec<Subscription>) -> Explainable {
        self.subscriptions = newest;
        self
    }
}

impl Teller<'_, '_> {
    pub(super) fn revenue(&mut self, facts: &Explainable) {
        let rows = &facts.facts.revenue;
        for rows in rows.chunk_by(|a, b| a.customer == b.customer) {
            let mut record = self.record(rows[0].customer);
            for row in rows {
                if !self.is_in_slice(row.customer, row.offering) {
                    continue;
                }
                let left_out = self.left_out(&mut record, row.offering, row.occurred_on);
                let told = |reason| {
                    let (customer, offering, day) = (row.customer, row.offering, row.occurred_on);
                    ExplainedFact::without(FactKind::Revenue, customer, offering, day, reason)
                };
                let rates = self.rules.rates;
                let converted =
                    || rates.convert(row.amount_ten_thousandths, row.currency, row.occurred_on);
                let fact = match left_out {
                    Some(reason) => told(reason),
                    None if !row.counts_as_new => told(FactReason::NotNew),
                    None => match converted() {
                        Ok(amount) => told(FactReason::Counted).counting(amount, 0),
                        Err(_) => told(FactReason::NoRate),
                    },
                };
                self.tell(&mut record, fact);
            }
        }
        self.superseded(FactKind::Revenue, &facts.superseded.revenue, |row| {
            (row.offering, row.occurred_on)
        });
    }

    pub(super) fn surveys(&mut self, facts: &Explainable) {
        let rows = &facts.facts.surveys;
        for rows in rows.chunk_by(|a, b| a.customer == b.customer) {
            let mut record = self.record(rows[0].customer);
            for row in rows {
                if !self.is_in_slice(row.customer, row.offering) {
                    continue;
                }
                let left_out = self.left_out(&mut record, row.offering, row.responded_on);
                let (customer, offering, day) = (row.customer, row.offering, row.responded_on);
                let reason = left_out.unwrap_or(FactReason::Counted);
                let told =
                    ExplainedFact::without(FactKind::Survey, customer, offering, day, reason);
                let score = i128::from(row.score >= 9) - i128::from(row.score <= 6);
                let fact = match left_out {
                    Some(_) => told,
                    None => told.counting(score, 1),
                };
                self.tell(&mut record, fact);
            }
        }
        self.superseded(FactKind::Survey, &facts.superseded.surveys, |row| {
            (row.offering, row.responded_on)
        });
    }

    /// The newest observation of each offering, attributed on the as-of date.
    pub(super) fn production_instances(&mut self, facts: &Explainable) {
        let window = self.rules.window;
        let rows = &facts.facts.instances;
        for rows in rows.chunk_by(|a, b| (a.customer, a.offering) == (b.customer, b.offering)) {
            let (customer, offering) = (rows[0].customer, rows[0].offering);
            if !self.is_in_slice(customer, offering) {
                continue;
            }
            let newest = rows
                .iter()
                .rposition(|row| window.contains(row.observed_on));
            let mut record = self.record(customer);
            let left_out = self.left_out(&mut record, offering, window.last);
            for (at, row) in rows.iter().enumerate() {
                let told = |reason| {
                    let kind = FactKind::Instances;
                    ExplainedFact::without(kind, customer, offering, row.observed_on, reason)
                };
                let fact = match left_out {
                    Some(FactReason::OtherPartner) => told(FactReason::OtherPartner),
                    _ if !window.contains(row.observed_on) => told(FactReason::OutsideWindow),
                    Some(reason) => told(reason),
                    None if newest == Some(at) => {
                        let instances = row.production_instances;
                        told(FactReason::Counted).counting(instances, 0)
                    }
                    None => told(FactReason::OlderObservation),
                };
                self.tell(&mut record, fact);
            }
        }
    }

    /// The newest observation of each subscription, attributed on the as-of date.
    pub(super) fn assigned_seats(&mut self, facts: &Explainable) {
        let window = self.rules.window;
        for row in &facts.subscriptions {
            if !self.is_in_slice(row.customer, row.offering) {
                continue;
            }
            let mut record = self.record(row.customer);
            let left_out = self.left_out(&mut record, row.offering, window.last);
            let told = |reason| {
                let kind = FactKind::Subscription;
                ExplainedFact::without(kind, row.customer, row.offering, row.observed_on, reason)
            };
            let fact = match left_out {
                Some(reason) => told(reason),
                None if !row.counts => told(FactReason::NotAssigned),
                None => told(FactReason::Counted).counting(0, row.seats_assigned.into()),
            };
            self.tell(&mut record, fact);
        }
    }
}

fn revenue_order(row: &Revenue) -> impl Ord + use<> {
    let place = (row.customer, row.occurred_on, row.offering);
    let amount = (row.amount_ten_thousandths, row.currency, row.counts_as_new);
    (place, amount)
}

pub(super) fn seat_order(row: &SeatChange) -> impl Ord + use<> {
    let place = (row.customer, row.occurred_on, row.offering);
    (place, row.paid, row.seats_added, row.seats_lost)
}

fn survey_order(row: &Survey) -> impl Ord + use<> {
    (row.customer, row.responded_on, row.offering, row.score)
}

/// The rows of `all` that `some` does not have, as often as it lacks them. Both are in the same order.
fn beyond<Row: OfCustomer + PartialEq>(all: Vec<Row>, some: &[Row]) -> Vec<Row> {
    let mut some = some.iter().peekable();
    let rest = all.into_iter().filter(|row| {
        let is_had = some.peek().is_some_and(|had| *had == row);
        if is_had {
            some.next();
        }
        !is_had
    });
    rest.collect()
}
