//! Columns of facts to rows as stored. What a row names is mostly what the row before it names, so that most ids are not
//! even looked at.

use facts::{
    FactRow, InstancesRow, RevenueRow, SeatChangeRow, SubscriptionRow, SurveyRow, UsageRow,
};
use intake::{FactColumns, FactValues};

use super::known::Known;
use super::rows::{Rows, license_type, status};
use crate::service::hashing::HashingKey;

/// What is kept from one group of rows to the next: room.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// The marks of customers that are not those of the row before, and in which row.
    marks: Vec<u128>,
    firsts: Vec<usize>,
    offerings: Offerings,
    /// Of each row.
    subjects: Vec<Subject>,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy)]
struct Subject {
    customer: u32,
    offering: u32,
}

impl Columns {
    /// The rows as stored; nothing where one of them names something that is unknown.
    pub(super) fn look_up(
        &mut self,
        facts: &FactColumns<'_>,
        known: &Known,
        key: &HashingKey,
    ) -> Option<Rows> {
        self.look_up_subjects(facts, known)?;
        let subjects = || self.subjects.iter().enumerate();
        Some(match &facts.values {
            FactValues::Usage { user_id, active_on } => {
                let mut last: Option<(u128, u64)> = None;
                let row = |(at, of): (usize, &Subject)| {
                    let mark = user_id.mark(at);
                    let user = match last {
                        Some((before, hash)) if before == mark => hash,
                        _ => key.hash_64(user_id.text(at)),
                    };
                    last = Some((mark, user));
                    UsageRow {
                        customer: of.customer,
                        user,
                        offering: of.offering,
                        active_on: active_on.get(at),
                    }
                };
                Rows::Usage(subjects().map(row).collect())
            }
            FactValues::Revenue {
                event_id,
                license_type: license_types,
                occurred_on,
                amount,
                currency,
                counts_as_new,
            } => rows(subjects(), |at, of| RevenueRow {
                key: key.hash_128(event_id.text(at)),
                customer: of.customer,
                offering: of.offering,
                license_type: license_type(license_types[at]),
                occurred_on: occurred_on.get(at),
                amount_ten_thousandths: amount[at].ten_thousandths,
                currency: currency[at].0,
                counts_as_new: counts_as_new.get(at),
            }),
            FactValues::SeatChanges {
                event_id,
                license_type: license_types,
                occurred_on,
                seats_added,
                seats_lost,
                paid,
            } => rows(subjects(), |at, of| SeatChangeRow {
                key: key.hash_128(event_id.text(at)),
                customer: of.customer,
                offering: of.offering,
                license_type: license_type(license_types[at]),
                occurred_on: occurred_on.get(at),
                seats_added: seats_added[at],
                seats_lost: seats_lost[at],
                paid: paid.get(at),
            }),
            FactValues::Subscriptions {
                subscription_id,
                status: statuses,
                seats_assigned,
                observed_on,
            } => rows(subjects(), |at, of| SubscriptionRow {
                subscription: key.hash_128(subscription_id.text(at)),
                customer: of.customer,
                offering: of.offering,
                status: status(statuses[at]),
                seats_assigned: seats_assigned[at],
                observed_on: observed_on.get(at),
            }),
            FactValues::Instances {
                production_instances,
                observed_on,
            } => rows(subjects(), |at, of| InstancesRow {
                customer: of.customer,
                offering: of.offering,
                production_instances: production_instances[at],
                observed_on: observed_on.get(at),
            }),
            FactValues::Surveys {
                response_id,
                responded_on,
                score,
            } => rows(subjects(), |at, of| SurveyRow {
                key: key.hash_128(response_id.text(at)),
                customer: of.customer,
                offering: of.offering,
                responded_on: responded_on.get(at),
                // At most 10.
                score: score[at] as u8,
            }),
        })
    }

    fn look_up_subjects(&mut self, facts: &FactColumns<'_>, known: &Known) -> Option<()> {
        let Columns {
            marks,
            firsts,
            offerings,
            subjects,
        } = self;
        marks.clear();
        firsts.clear();
        offerings.forget();
        subjects.clear();
        for at in 0..facts.len() {
            let mark = facts.customer_id.mark(at);
            if marks.last() != Some(&mark) {
                marks.push(mark);
                firsts.push(at);
            }
        }
        let customers = known.customers(marks, |at| facts.customer_id.text(firsts[at]))?;
        let ends = firsts.iter().skip(1).copied().chain([facts.len()]);
        let mut last: Option<(Marks, u32)> = None;
        for (customer, end) in customers.into_iter().zip(ends) {
            for at in subjects.len()..end {
                let workload = facts.workload_id.map_or(0, |texts| texts.mark(at));
                let marks = (facts.product_id.mark(at), workload);
                let offering = match last {
                    Some((before, offering)) if before == marks => offering,
                    _ => offerings.look_up(facts, at, marks, known)?,
                };
                last = Some((marks, offering));
                subjects.push(Subject { customer, offering });
            }
        }
        Some(())
    }
}

fn rows<'a, R: Into<FactRow>>(
    subjects: impl Iterator<Item = (usize, &'a Subject)>,
    row: impl Fn(usize, &Subject) -> R,
) -> Rows {
    Rows::Facts(subjects.map(|(at, of)| row(at, of).into()).collect())
}

/// The marks of a product and a workload, which mean the same within a group of rows only.
type Marks = (u128, u128);

/// The offerings that were named last, each at the place of its marks.
#[derive(Debug)]
struct Offerings {
    places: Vec<Option<(Marks, u32)>>,
}

impl Default for Offerings {
    fn default() -> Offerings {
        Offerings {
            places: vec![None; Offerings::PLACES],
        }
    }
}

impl Offerings {
    /// A power of two, well above how many offerings most programs have.
    const PLACES: usize = 256;

    fn forget(&mut self) {
        self.places.fill(None);
    }

    fn look_up(
        &mut self,
        facts: &FactColumns<'_>,
        at: usize,
        marks: Marks,
        known: &Known,
    ) -> Option<u32> {
        // Texts differ in their last bytes mostly, which a product by an odd number of no meaning spreads upwards.
        let fold = |mark: u128| (mark >> 64) as u64 ^ (mark as u64).rotate_left(31);
        let mixed = fold(marks.0).rotate_left(17) ^ fold(marks.1);
        let spread = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let place = &mut self.places[spread as usize % Offerings::PLACES];
        match place {
            Some((known, offering)) if *known == marks => Some(*offering),
            _ => {
                let offering = number_of(facts, at, known)?;
                *place = Some((marks, offering));
                Some(offering)
            }
        }
    }
}

/// The number of the offering that a row names.
fn number_of(facts: &FactColumns<'_>, at: usize, known: &Known) -> Option<u32> {
    let product_id = facts.product_id.text(at);
    let product = known.ids.products.get(product_id)?;
    let workload_id = facts.workload_id.map_or("", |texts| texts.text(at));
    if workload_id.is_empty() {
        return Some(product.unsigned_abs());
    }
    let (workload, belongs) = known.ids.workloads.get(workload_id)?;
    (belongs == product_id).then(|| workload.unsigned_abs())
}
