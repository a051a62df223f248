//! The datasets of a case: one word for each column, in the order that stands above each method.

use peerband_naive::program::*;

use super::{Case, association_type, day, flag, optional, optional_day, text, words};

impl Case {
    /// customer partner type workload? starts_on ends_on?
    pub(crate) fn associate(mut self, lines: &str) -> Self {
        self.program.associations.extend(words(lines).map(
            |[customer, partner, kind, workload, starts, ends]| AssociationRow {
                customer_id: text(customer),
                partner_id: text(partner),
                association_type: association_type(kind),
                workload_id: optional(workload),
                starts_on: day(starts),
                ends_on: optional_day(ends),
            },
        ));
        self
    }

    /// exam workload counts_until?
    pub(crate) fn exams(mut self, lines: &str) -> Self {
        self.program
            .exams
            .extend(words(lines).map(|[exam, workload, until]| ExamRow {
                exam_id: text(exam),
                workload_id: text(workload),
                counts_until: optional_day(until),
            }));
        self
    }

    /// currency rate_date rate
    pub(crate) fn rates(mut self, lines: &str) -> Self {
        self.program
            .fx_rates
            .extend(words(lines).map(|[currency, date, rate]| FxRateRow {
                currency: text(currency),
                rate_date: day(date),
                rate: Decimal::rate(rate).unwrap(),
            }));
        self
    }

    /// event customer product workload? occurred_on amount currency counts_as_new?
    pub(crate) fn revenue(self, lines: &str) -> Self {
        let row = |[
            event,
            customer,
            product,
            workload,
            on,
            amount,
            currency,
            new,
        ]: [&str; 8]| RevenueRow {
            event_id: text(event),
            customer_id: text(customer),
            product_id: text(product),
            workload_id: optional(workload),
            license_type: LicenseType::Ea,
            occurred_on: day(on),
            amount: Decimal::amount(amount).unwrap(),
            currency: text(currency),
            counts_as_new: flag(new),
        };
        self.store(FactRows::Revenue(words(lines).map(row).collect()))
    }

    /// event customer product workload? occurred_on added lost paid?
    pub(crate) fn seats(self, lines: &str) -> Self {
        let row = |[event, customer, product, workload, on, added, lost, paid]: [&str; 8]| {
            SeatChangeRow {
                event_id: text(event),
                customer_id: text(customer),
                product_id: text(product),
                workload_id: optional(workload),
                license_type: LicenseType::Web,
                occurred_on: day(on),
                seats_added: added.parse().unwrap(),
                seats_lost: lost.parse().unwrap(),
                paid: flag(paid),
            }
        };
        self.store(FactRows::SeatChanges(words(lines).map(row).collect()))
    }

    /// subscription customer product workload? status seats observed_on
    pub(crate) fn subscriptions(self, lines: &str) -> Self {
        let row = |[subscription, customer, product, workload, status, seats, on]: [&str; 7]| {
            SubscriptionRow {
                subscription_id: text(subscription),
                customer_id: text(customer),
                product_id: text(product),
                workload_id: optional(workload),
                status: *SubscriptionStatus::ALL
                    .iter()
                    .find(|known| known.name() == status)
                    .unwrap(),
                seats_assigned: seats.parse().unwrap(),
                observed_on: day(on),
            }
        };
        self.store(FactRows::Subscriptions(words(lines).map(row).collect()))
    }

    /// customer user product workload? active_on
    pub(crate) fn usage(self, lines: &str) -> Self {
        let row = |[customer, user, product, workload, on]: [&str; 5]| UsageRow {
            customer_id: text(customer),
            user_id: text(user),
            product_id: text(product),
            workload_id: optional(workload),
            active_on: day(on),
        };
        self.store(FactRows::Usage(words(lines).map(row).collect()))
    }

    /// customer product workload? instances observed_on
    pub(crate) fn instances(self, lines: &str) -> Self {
        let row = |[customer, product, workload, instances, on]: [&str; 5]| InstanceRow {
            customer_id: text(customer),
            product_id: text(product),
            workload_id: optional(workload),
            production_instances: instances.parse().unwrap(),
            observed_on: day(on),
        };
        self.store(FactRows::Instances(words(lines).map(row).collect()))
    }

    /// response customer product workload? responded_on score
    pub(crate) fn surveys(self, lines: &str) -> Self {
        let row = |[response, customer, product, workload, on, score]: [&str; 6]| SurveyRow {
            response_id: text(response),
            customer_id: text(customer),
            product_id: text(product),
            workload_id: optional(workload),
            responded_on: day(on),
            score: score.parse().unwrap(),
        };
        self.store(FactRows::Surveys(words(lines).map(row).collect()))
    }

    /// person partner exam passed_on expires_on?
    pub(crate) fn certifications(self, lines: &str) -> Self {
        let row = |[person, partner, exam, passed, expires]: [&str; 5]| CertificationRow {
            person_id: text(person),
            partner_id: text(partner),
            exam_id: text(exam),
            passed_on: day(passed),
            expires_on: optional_day(expires),
        };
        self.store(FactRows::Certifications(words(lines).map(row).collect()))
    }
}
