//! From numbers to fact rows.

use super::days::Days;
use super::pools::{self, at, id};
use super::raw::{RawComeback, RawDay, RawFact, RawProgram};
use crate::date::Date;
use crate::program::{
    CertificationRow, Decimal, FactDataset, FactRows, InstanceRow, LicenseType, Program,
    RevenueRow, SeatChangeRow, SubscriptionRow, SubscriptionStatus, SurveyRow, UsageRow,
};

/// Datasets as often as they are worth; the running totals of seats need the most rows.
const DATASETS: [FactDataset; 11] = [
    FactDataset::Revenue,
    FactDataset::SeatChanges,
    FactDataset::Subscriptions,
    FactDataset::Usage,
    FactDataset::Instances,
    FactDataset::Surveys,
    FactDataset::Certifications,
    FactDataset::SeatChanges,
    FactDataset::Usage,
    FactDataset::Revenue,
    FactDataset::Surveys,
];

/// Few enough keys that some come twice, within a batch and across batches.
const EVENTS: u8 = 40;
const SUBSCRIPTIONS: u8 = 5;
const USERS: u8 = 4;
const PEOPLE: u8 = 6;

/// The rows of one dataset that one commit carries.
pub(super) fn rows(
    raw: &RawProgram,
    days: &Days,
    program: &Program,
    dataset: FactDataset,
    commit: usize,
) -> FactRows {
    let facts: Vec<&RawFact> = raw
        .facts
        .iter()
        .filter(|fact| {
            at(&DATASETS, fact.dataset) == dataset
                && usize::from(fact.commit) % raw.commits.len() == commit
        })
        .collect();
    let maker = Maker { days, program };
    match dataset {
        FactDataset::Revenue => {
            FactRows::Revenue(facts.iter().map(|fact| maker.revenue(fact)).collect())
        }
        FactDataset::SeatChanges => {
            let mut rows: Vec<SeatChangeRow> =
                facts.iter().map(|fact| maker.seat_change(fact)).collect();
            for (index, comeback) in raw.comebacks.iter().enumerate() {
                if usize::from(comeback.commit) % raw.commits.len() == commit {
                    rows.extend(maker.comeback(index, comeback));
                }
            }
            FactRows::SeatChanges(rows)
        }
        FactDataset::Subscriptions => {
            FactRows::Subscriptions(facts.iter().map(|fact| maker.subscription(fact)).collect())
        }
        FactDataset::Usage => FactRows::Usage(facts.iter().map(|fact| maker.usage(fact)).collect()),
        FactDataset::Instances => {
            FactRows::Instances(facts.iter().map(|fact| maker.instance(fact)).collect())
        }
        FactDataset::Surveys => {
            FactRows::Surveys(facts.iter().map(|fact| maker.survey(fact)).collect())
        }
        FactDataset::Certifications => FactRows::Certifications(
            facts
                .iter()
                .filter_map(|fact| maker.certification(fact))
                .collect(),
        ),
    }
}

struct Maker<'a> {
    days: &'a Days,
    program: &'a Program,
}

impl Maker<'_> {
    fn revenue(&self, fact: &RawFact) -> RevenueRow {
        let (product_id, workload_id) = self.offering(fact.offering);
        let amount = if fact.flag == 255 {
            pools::LARGEST_AMOUNT
        } else {
            at(&pools::AMOUNTS, fact.number)
        };
        RevenueRow {
            event_id: event_id(fact),
            customer_id: self.customer(fact.customer),
            product_id,
            workload_id,
            license_type: at(&LicenseType::ALL, fact.flag),
            occurred_on: self.days.day(fact.day),
            amount: Decimal::amount(amount).expect("the pool holds amounts only"),
            currency: at(&pools::CURRENCIES, fact.other_number).to_owned(),
            counts_as_new: mostly_true(fact.flag),
        }
    }

    fn seat_change(&self, fact: &RawFact) -> SeatChangeRow {
        let (product_id, workload_id) = self.offering(fact.offering);
        SeatChangeRow {
            event_id: event_id(fact),
            customer_id: self.customer(fact.customer),
            product_id,
            workload_id,
            license_type: at(&LicenseType::ALL, fact.flag),
            occurred_on: self.days.day(fact.day),
            seats_added: count(fact.number),
            seats_lost: count(fact.other_number),
            paid: mostly_true(fact.flag),
        }
    }

    /// Four rows: seats, gone, back after the gap or a day more or less, and beside the return a row that may be of another
    /// offering and so of another partner: a loss, an unpaid add or a paid one.
    fn comeback(&self, index: usize, comeback: &RawComeback) -> Vec<SeatChangeRow> {
        let gap_days = i32::from(self.program.settings.new_customer_gap_days);
        let returns = self.days.day(comeback.returns);
        let leaves = returns.plus(-gap_days + i32::from(comeback.away % 3) - 1);
        let comes = leaves.plus(-3);
        let other = comeback.other_offering();
        let rows = [
            (comes, comeback.offering, 2, 0, None),
            (leaves, comeback.offering, 0, 2, None),
            (returns, comeback.offering, 3, 0, None),
            match comeback.beside % 3 {
                0 => (returns, other, 0, 1, None),
                1 => (returns, other, 1, 0, Some(false)),
                _ => (returns, other, 1, 0, Some(true)),
            },
        ];
        let row = |(row, (day, offering, seats_added, seats_lost, paid)): (
            usize,
            (Date, u8, u32, u32, Option<bool>),
        )| {
            let (product_id, workload_id) = self.offering(offering);
            SeatChangeRow {
                event_id: format!("comeback {index}.{row}"),
                customer_id: self.customer(comeback.customer),
                product_id,
                workload_id,
                license_type: at(&LicenseType::ALL, comeback.away),
                occurred_on: day.clamp(Date::FIRST, Date::LAST),
                seats_added,
                seats_lost,
                paid,
            }
        };
        rows.into_iter().enumerate().map(row).collect()
    }

    fn subscription(&self, fact: &RawFact) -> SubscriptionRow {
        let (product_id, workload_id) = self.offering(fact.offering);
        SubscriptionRow {
            subscription_id: format!("S{}", fact.key % SUBSCRIPTIONS),
            customer_id: self.customer(fact.customer),
            product_id,
            workload_id,
            // Half of them active, so that there are seats to divide by.
            status: at(&SubscriptionStatus::ALL, fact.flag.saturating_sub(128)),
            seats_assigned: count(fact.number),
            observed_on: self.day_of_few(fact),
        }
    }

    fn usage(&self, fact: &RawFact) -> UsageRow {
        let (product_id, workload_id) = self.offering(fact.offering);
        UsageRow {
            customer_id: self.customer(fact.customer),
            user_id: format!("user {}", fact.key % USERS),
            product_id,
            workload_id,
            active_on: self.days.day(fact.day),
        }
    }

    fn instance(&self, fact: &RawFact) -> InstanceRow {
        let (product_id, workload_id) = self.offering(fact.offering);
        InstanceRow {
            customer_id: self.customer(fact.customer),
            product_id,
            workload_id,
            production_instances: count(fact.number),
            observed_on: self.days.day(fact.day),
        }
    }

    fn survey(&self, fact: &RawFact) -> SurveyRow {
        let (product_id, workload_id) = self.offering(fact.offering);
        SurveyRow {
            response_id: event_id(fact),
            customer_id: self.customer(fact.customer),
            product_id,
            workload_id,
            responded_on: self.days.day(fact.day),
            score: at(&pools::SCORES, fact.number),
        }
    }

    /// None where the program has no exam.
    fn certification(&self, fact: &RawFact) -> Option<CertificationRow> {
        let exams = &self.program.exams;
        let exam = exams.get(usize::from(fact.offering).checked_rem(exams.len())?)?;
        let partners = &self.program.partners;
        let passed_on = self.day_of_few(fact);
        Some(CertificationRow {
            person_id: format!("person {}", fact.key % PEOPLE),
            partner_id: partners[usize::from(fact.customer) % partners.len()]
                .partner_id
                .clone(),
            exam_id: exam.exam_id.clone(),
            passed_on,
            expires_on: fact.extra_day.map(|day| self.days.end(day).max(passed_on)),
        })
    }

    /// Half of the time one of a few days, for a key that holds a day and still should come twice.
    fn day_of_few(&self, fact: &RawFact) -> Date {
        if fact.flag.is_multiple_of(2) {
            self.days.day(fact.day)
        } else {
            self.days.day(RawDay {
                anchor: fact.day.anchor % 3,
                step: 0,
            })
        }
    }

    fn customer(&self, draw: u8) -> String {
        let customers = &self.program.customers;
        customers[usize::from(draw) % customers.len()]
            .customer_id
            .clone()
    }

    /// A product alone, or a workload with its product.
    fn offering(&self, draw: u8) -> (String, Option<String>) {
        let (products, workloads) = (&self.program.products, &self.program.workloads);
        let index = usize::from(draw) % (products.len() + workloads.len());
        match index.checked_sub(products.len()) {
            None => (products[index].product_id.clone(), None),
            Some(index) => (
                workloads[index].product_id.clone(),
                Some(workloads[index].workload_id.clone()),
            ),
        }
    }
}

fn event_id(fact: &RawFact) -> String {
    let event = fact.key % EVENTS;
    format!("{}{}", id(event.into()), event / 12)
}

/// Mostly small, often 0, once in a while the largest there may be.
fn count(draw: u8) -> u32 {
    match draw {
        0..=79 => u32::from(draw % 4),
        80..=159 => 0,
        160..=253 => u32::from(draw % 30),
        254 => 1_000,
        255 => pools::LARGEST_COUNT,
    }
}

fn mostly_true(draw: u8) -> Option<bool> {
    match draw % 7 {
        0..=2 => None,
        3..=5 => Some(true),
        _ => Some(false),
    }
}
