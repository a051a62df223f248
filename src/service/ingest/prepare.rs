//! Rows as read to rows as stored: ids looked up, keys hashed.

use std::sync::Arc;

use facts::{
    CertificationRow, FactRow, InstancesRow, RevenueRow, SeatChangeRow, SubscriptionRow, SurveyRow,
    UsageRow,
};
use intake::{Dataset, FactColumns, Reject, Row, RowVisitor, Stop};
use kernel::Day;
use rustc_hash::FxHashMap;
use tokio::sync::mpsc;

use super::columns::Columns;
use super::known::Known;
use super::rows::{Rows, license_type, status};
use super::turn::Turn;
use crate::service::hashing::HashingKey;
use crate::store::reference::{Association, Customer, Exam, FxRate, Partner, Product, Workload};

/// The state of one batch while its files are read.
pub(super) struct Preparing {
    dataset: Dataset,
    known: Arc<Known>,
    /// Of the workloads that the batch itself brings, the product of each.
    new_workloads: FxHashMap<String, String>,
    columns: Columns,
    key: HashingKey,
    group: Rows,
    group_len: usize,
    sender: mpsc::Sender<Rows>,
    pub(super) rows: u64,
    pub(super) rejected: u64,
}

impl Preparing {
    pub(super) fn new(
        dataset: Dataset,
        known: Arc<Known>,
        key: HashingKey,
        sender: mpsc::Sender<Rows>,
        group_len: usize,
    ) -> Preparing {
        Preparing {
            dataset,
            columns: Columns::default(),
            known,
            new_workloads: FxHashMap::default(),
            key,
            group: Rows::new(dataset),
            group_len,
            sender,
            rows: 0,
            rejected: 0,
        }
    }

    pub(super) fn visitor<'a>(&'a mut self, file: &'a str, turn: &'a Turn) -> Visitor<'a> {
        Visitor {
            preparing: self,
            file,
            turn,
        }
    }

    /// Hands the last group over.
    pub(super) fn flush(&mut self) {
        if self.group.len() > 0 {
            // The other side is gone only when it failed, and then it says so itself.
            let _ = self.hand_over();
        }
    }

    fn hand_over(&mut self) -> Result<(), Stop> {
        let group = std::mem::replace(&mut self.group, Rows::new(self.dataset));
        self.send(group)
    }

    fn send(&self, group: Rows) -> Result<(), Stop> {
        self.sender.blocking_send(group).map_err(|_| Stop)
    }

    fn prepare(&mut self, line: u64, row: Row<'_>) -> Result<(), Reject> {
        let ids = &self.known.ids;
        let unknown = |column, value: &str| Reject::new(line, column, value, "is unknown");
        match (row, &mut self.group) {
            (Row::Products(row), Rows::Products(rows)) => rows.push(Product {
                product_id: row.product_id.to_owned(),
                name: row.name.to_owned(),
            }),
            (Row::Workloads(row), Rows::Workloads(rows)) => {
                let product = ids.products.get(row.product_id);
                product.ok_or_else(|| unknown("product_id", row.product_id))?;
                let stored = ids.workloads.get(row.workload_id);
                let belongs = match stored.map(|(_, product_id)| product_id) {
                    Some(product_id) => product_id,
                    None => self
                        .new_workloads
                        .entry(row.workload_id.to_owned())
                        .or_insert_with(|| row.product_id.to_owned()),
                };
                if belongs != row.product_id {
                    let reason = format!(
                        "is not where {} belongs: it is of {belongs} for good",
                        row.workload_id
                    );
                    return Err(Reject::new(line, "product_id", row.product_id, reason));
                }
                rows.push(Workload {
                    product_id: row.product_id.to_owned(),
                    workload_id: row.workload_id.to_owned(),
                    name: row.name.to_owned(),
                });
            }
            (Row::Partners(row), Rows::Partners(rows)) => rows.push(Partner {
                partner_id: row.partner_id.to_owned(),
                name: row.name.to_owned(),
                country: row.country.to_owned(),
                partner_type: row.partner_type.map(str::to_owned),
                tier: row.tier.map(str::to_owned),
                group_id: row.group_id.map(str::to_owned),
            }),
            (Row::Customers(row), Rows::Customers(rows)) => rows.push(Customer {
                customer_id: row.customer_id.to_owned(),
                location: *ids
                    .locations
                    .get(row.location_id)
                    .ok_or_else(|| unknown("location_id", row.location_id))?,
                name: row.name.map(str::to_owned),
            }),
            (Row::Exams(row), Rows::Exams(rows)) => rows.push(Exam {
                exam_id: row.exam_id.to_owned(),
                offering: ids
                    .workloads
                    .get(row.workload_id)
                    .ok_or_else(|| unknown("workload_id", row.workload_id))?
                    .0,
                counts_until: row.counts_until.map(|day| day.0),
            }),
            (Row::FxRates(row), Rows::FxRates(rows)) => {
                let (digits, places) = shortest(row.rate.billionths);
                rows.push(FxRate {
                    currency: row.currency.as_str().to_owned(),
                    rate_date: row.rate_date.0,
                    digits,
                    places,
                });
            }
            (Row::Associations(row), Rows::Associations(rows)) => rows.push(Association {
                customer: self
                    .known
                    .customer(row.customer_id)
                    .ok_or_else(|| unknown("customer_id", row.customer_id))?
                    .cast_signed(),
                partner: *ids
                    .partners
                    .get(row.partner_id)
                    .ok_or_else(|| unknown("partner_id", row.partner_id))?,
                association_type: row.association_type.as_str(),
                offering: match row.workload_id {
                    None => 0,
                    Some(workload_id) => {
                        ids.workloads
                            .get(workload_id)
                            .ok_or_else(|| unknown("workload_id", workload_id))?
                            .0
                    }
                },
                starts_on: row.starts_on.0,
                ends_on: row.ends_on.map(|day| day.0),
            }),
            (row, Rows::Facts(rows)) => rows.push(fact(&self.known, &self.key, line, row)?),
            // Each file is read as one dataset, whose group this is.
            _ => {}
        }
        Ok(())
    }
}

fn fact(known: &Known, key: &HashingKey, line: u64, row: Row<'_>) -> Result<FactRow, Reject> {
    let ids = &known.ids;
    let unknown = |column, value: &str| Reject::new(line, column, value, "is unknown");
    let customer = |id: &str| known.customer(id).ok_or_else(|| unknown("customer_id", id));
    let offering = |product_id: &str, workload_id: Option<&str>| {
        let product = ids
            .products
            .get(product_id)
            .ok_or_else(|| unknown("product_id", product_id))?;
        let Some(workload_id) = workload_id else {
            return Ok(product.unsigned_abs());
        };
        let (workload, belongs) = ids
            .workloads
            .get(workload_id)
            .ok_or_else(|| unknown("workload_id", workload_id))?;
        if belongs != product_id {
            let reason = format!("belongs to {belongs}, not to {product_id}");
            return Err(Reject::new(line, "workload_id", workload_id, reason));
        }
        Ok(workload.unsigned_abs())
    };
    Ok(match row {
        Row::Revenue(row) => RevenueRow {
            key: key.hash_128(row.event_id),
            customer: customer(row.customer_id)?,
            offering: offering(row.product_id, row.workload_id)?,
            license_type: license_type(row.license_type),
            occurred_on: row.occurred_on,
            amount_ten_thousandths: row.amount.ten_thousandths,
            currency: row.currency.0,
            counts_as_new: row.counts_as_new,
        }
        .into(),
        Row::SeatChanges(row) => SeatChangeRow {
            key: key.hash_128(row.event_id),
            customer: customer(row.customer_id)?,
            offering: offering(row.product_id, row.workload_id)?,
            license_type: license_type(row.license_type),
            occurred_on: row.occurred_on,
            seats_added: row.seats_added,
            seats_lost: row.seats_lost,
            paid: row.paid,
        }
        .into(),
        Row::Subscriptions(row) => SubscriptionRow {
            subscription: key.hash_128(row.subscription_id),
            customer: customer(row.customer_id)?,
            offering: offering(row.product_id, row.workload_id)?,
            status: status(row.status),
            seats_assigned: row.seats_assigned,
            observed_on: row.observed_on,
        }
        .into(),
        Row::Usage(row) => UsageRow {
            customer: customer(row.customer_id)?,
            user: key.hash_64(row.user_id.as_str()),
            offering: offering(row.product_id, row.workload_id)?,
            active_on: row.active_on,
        }
        .into(),
        Row::Instances(row) => InstancesRow {
            customer: customer(row.customer_id)?,
            offering: offering(row.product_id, row.workload_id)?,
            production_instances: row.production_instances,
            observed_on: row.observed_on,
        }
        .into(),
        Row::Surveys(row) => SurveyRow {
            key: key.hash_128(row.response_id),
            customer: customer(row.customer_id)?,
            offering: offering(row.product_id, row.workload_id)?,
            responded_on: row.responded_on,
            score: row.score,
        }
        .into(),
        Row::Certifications(row) => CertificationRow {
            person: key.hash_128(row.person_id.as_str()),
            partner: ids
                .partners
                .get(row.partner_id)
                .ok_or_else(|| unknown("partner_id", row.partner_id))?
                .unsigned_abs(),
            exam: ids
                .exams
                .get(row.exam_id)
                .ok_or_else(|| unknown("exam_id", row.exam_id))?
                .unsigned_abs(),
            passed_on: row.passed_on,
            expires_on: row.expires_on.unwrap_or(Day::FOREVER),
        }
        .into(),
        _ => return Err(Reject::new(line, "", "", "is no fact")),
    })
}

/// At most 18 digits, as the contract bounds a rate, and the places they carry.
fn shortest(mut billionths: i128) -> (i64, i16) {
    let mut places = 9;
    while places > 0 && billionths % 10 == 0 {
        billionths /= 10;
        places -= 1;
    }
    // Intake admits no rate that needs more.
    (i64::try_from(billionths).unwrap_or(i64::MAX), places)
}

/// Takes the rows of one file.
pub(super) struct Visitor<'a> {
    preparing: &'a mut Preparing,
    file: &'a str,
    turn: &'a Turn,
}

impl RowVisitor for Visitor<'_> {
    fn row(&mut self, line: u64, row: Row<'_>) -> Result<(), Stop> {
        match self.preparing.prepare(line, row) {
            Ok(()) => self.preparing.rows += 1,
            Err(reject) => return self.reject(reject),
        }
        if self.preparing.group.len() >= self.preparing.group_len {
            self.preparing.hand_over()?;
        }
        Ok(())
    }

    fn columns(&mut self, facts: &FactColumns<'_>) -> Result<bool, Stop> {
        let preparing = &mut *self.preparing;
        let found = preparing
            .columns
            .look_up(facts, &preparing.known, &preparing.key);
        // Else they come one by one, so that each row that names something unknown is told of with its place.
        let Some(found) = found else { return Ok(false) };
        preparing.rows += found.len() as u64;
        if preparing.group.len() > 0 {
            // Rows that came one by one stand before these.
            preparing.hand_over()?;
        }
        preparing.send(found)?;
        Ok(true)
    }

    fn reject(&mut self, reject: Reject) -> Result<(), Stop> {
        self.preparing.rejected += 1;
        self.turn.rejected(self.file, &reject)
    }

    fn progress(&mut self, bytes_read: u64) {
        self.turn.progressed(bytes_read);
    }
}
