//! Which rows count: the last row of each key, reference and facts alike. Dates are not looked at here.

use std::collections::BTreeMap;

use crate::countries;
use crate::date::Date;
use crate::program::{
    AssociationRow, CertificationRow, ExamRow, FactDataset, FactRows, FactUpload, FxRateRow,
    InstanceRow, Program, RevenueRow, SeatChangeRow, Settings, SubscriptionRow, SurveyRow,
    UsageRow,
};

/// A program after every replacement and deletion.
#[derive(Debug)]
pub struct Settled<'a> {
    pub settings: &'a Settings,
    /// Workload to its product.
    pub workloads: BTreeMap<&'a str, &'a str>,
    /// Location to its parent; none lies directly under the world.
    pub locations: BTreeMap<&'a str, Option<&'a str>>,
    /// Partner to its group.
    pub partners: BTreeMap<&'a str, Option<&'a str>>,
    /// Customer to its location.
    pub customers: BTreeMap<&'a str, &'a str>,
    pub exams: Vec<&'a ExamRow>,
    pub fx_rates: Vec<&'a FxRateRow>,
    pub associations: Vec<&'a AssociationRow>,
    pub revenue: Vec<&'a RevenueRow>,
    pub seat_changes: Vec<&'a SeatChangeRow>,
    pub subscriptions: Vec<&'a SubscriptionRow>,
    pub usage: Vec<&'a UsageRow>,
    pub instances: Vec<&'a InstanceRow>,
    pub surveys: Vec<&'a SurveyRow>,
    pub certifications: Vec<&'a CertificationRow>,
}

impl<'a> Settled<'a> {
    pub fn of(program: &'a Program) -> Self {
        let batches = standing_batches(&program.uploads);
        Settled {
            settings: &program.settings,
            workloads: program
                .workloads
                .iter()
                .map(|row| (&*row.workload_id, &*row.product_id))
                .collect(),
            locations: locations(program),
            partners: program
                .partners
                .iter()
                .map(|row| (&*row.partner_id, row.group_id.as_deref()))
                .collect(),
            customers: program
                .customers
                .iter()
                .map(|row| (&*row.customer_id, &*row.location_id))
                .collect(),
            exams: last_of_each_key(&program.exams, |row| (&row.exam_id, &row.workload_id)),
            fx_rates: last_of_each_key(&program.fx_rates, |row| (&row.currency, row.rate_date)),
            associations: last_of_each_key(&program.associations, association_key),
            revenue: last_of_each_key(rows(&batches, revenue_rows), |row| &row.event_id),
            seat_changes: last_of_each_key(rows(&batches, seat_change_rows), |row| &row.event_id),
            subscriptions: last_of_each_key(rows(&batches, subscription_rows), |row| {
                (&row.subscription_id, row.observed_on)
            }),
            usage: last_of_each_key(rows(&batches, usage_rows), |row| {
                (
                    &row.customer_id,
                    &row.user_id,
                    &row.product_id,
                    &row.workload_id,
                    row.active_on,
                )
            }),
            instances: last_of_each_key(rows(&batches, instance_rows), |row| {
                (
                    &row.customer_id,
                    &row.product_id,
                    &row.workload_id,
                    row.observed_on,
                )
            }),
            surveys: last_of_each_key(rows(&batches, survey_rows), |row| &row.response_id),
            certifications: last_of_each_key(rows(&batches, certification_rows), |row| {
                (&row.person_id, &row.exam_id, row.passed_on)
            }),
        }
    }

    /// A customer's location and all above it, nearest first, without the world.
    pub fn locations_of(&self, customer_id: &str) -> Vec<&'a str> {
        let mut path = Vec::new();
        let mut next = self.customers.get(customer_id).copied();
        while let Some(location) = next {
            path.push(location);
            next = self.locations.get(location).copied().flatten();
        }
        path
    }
}

/// The later row of a key replaces the earlier one.
fn last_of_each_key<'a, Row, Key: Ord>(
    rows: impl IntoIterator<Item = &'a Row>,
    key: impl Fn(&'a Row) -> Key,
) -> Vec<&'a Row> {
    let last: BTreeMap<Key, &Row> = rows.into_iter().map(|row| (key(row), row)).collect();
    last.into_values().collect()
}

/// The batches that stand at the end, in commit order: a repeated id moves to the last place, a deleted one is gone.
fn standing_batches(uploads: &[FactUpload]) -> Vec<(FactDataset, &str, &FactRows)> {
    let mut standing: Vec<(FactDataset, &str, &FactRows)> = Vec::new();
    for upload in uploads {
        standing
            .retain(|(dataset, batch, _)| (*dataset, *batch) != (upload.dataset(), upload.batch()));
        if let FactUpload::Store { batch, rows } = upload {
            standing.push((rows.dataset(), batch, rows));
        }
    }
    standing
}

/// All rows of one dataset, batch after batch.
fn rows<'a, Row>(
    batches: &[(FactDataset, &'a str, &'a FactRows)],
    of_dataset: fn(&'a FactRows) -> Option<&'a Vec<Row>>,
) -> Vec<&'a Row> {
    batches
        .iter()
        .filter_map(|(_, _, rows)| of_dataset(rows))
        .flatten()
        .collect()
}

/// Sending any location replaces the built-in tree.
fn locations(program: &Program) -> BTreeMap<&str, Option<&str>> {
    if program.locations.is_empty() {
        return countries::built_in_tree();
    }
    program
        .locations
        .iter()
        .map(|row| (&*row.location_id, row.parent_id.as_deref()))
        .collect()
}

fn association_key(row: &AssociationRow) -> impl Ord + '_ {
    (
        &row.customer_id,
        &row.partner_id,
        row.association_type,
        &row.workload_id,
        row.starts_on,
    )
}

macro_rules! rows_of {
    ($($name:ident $variant:ident $row:ident),*) => {
        $(fn $name(rows: &FactRows) -> Option<&Vec<$row>> {
            match rows {
                FactRows::$variant(rows) => Some(rows),
                _ => None,
            }
        })*
    };
}

rows_of! {
    revenue_rows Revenue RevenueRow,
    seat_change_rows SeatChanges SeatChangeRow,
    subscription_rows Subscriptions SubscriptionRow,
    usage_rows Usage UsageRow,
    instance_rows Instances InstanceRow,
    survey_rows Surveys SurveyRow,
    certification_rows Certifications CertificationRow
}

/// What every fact of a customer has.
pub trait Fact {
    fn customer_id(&self) -> &str;
    fn product_id(&self) -> &str;
    fn workload_id(&self) -> Option<&str>;
    /// The day it happened or was observed on.
    fn day(&self) -> Date;
}

macro_rules! facts {
    ($($row:ident $day:ident),*) => {
        $(impl Fact for $row {
            fn customer_id(&self) -> &str {
                &self.customer_id
            }
            fn product_id(&self) -> &str {
                &self.product_id
            }
            fn workload_id(&self) -> Option<&str> {
                self.workload_id.as_deref()
            }
            fn day(&self) -> Date {
                self.$day
            }
        })*
    };
}

facts! {
    RevenueRow occurred_on,
    SeatChangeRow occurred_on,
    SubscriptionRow observed_on,
    UsageRow active_on,
    InstanceRow observed_on,
    SurveyRow responded_on
}
