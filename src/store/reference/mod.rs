//! Writing reference data: rows whose ids are already resolved, upserted by their keys inside one transaction.

mod built_in;
mod ids;
mod upsert;

use entity::{association, customer, exam, exam_workload, fx_rate, location, offering, partner};
use rustc_hash::FxHashMap;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

use super::StoreError;
use upsert::{insert, known, last_of_each, numbers_of};

pub use ids::{Ids, Kind, LocationNode, Tree, inhabited};

/// How many rows one INSERT carries.
const CHUNK: usize = 500;

/// A row of `products`.
#[derive(Debug, Clone)]
pub struct Product {
    pub product_id: String,
    pub name: String,
}

/// A row of `workloads`.
#[derive(Debug, Clone)]
pub struct Workload {
    pub product_id: String,
    pub workload_id: String,
    pub name: String,
}

/// A row of `partners`.
#[derive(Debug, Clone)]
pub struct Partner {
    pub partner_id: String,
    pub name: String,
    pub country: String,
    pub partner_type: Option<String>,
    pub tier: Option<String>,
    pub group_id: Option<String>,
}

/// A row of `customers`.
#[derive(Debug, Clone)]
pub struct Customer {
    pub customer_id: String,
    pub location: i32,
    pub name: Option<String>,
}

/// A row of `exams`.
#[derive(Debug, Clone)]
pub struct Exam {
    pub exam_id: String,
    pub offering: i32,
    pub counts_until: Option<i32>,
}

/// A row of `fx_rates`.
#[derive(Debug, Clone)]
pub struct FxRate {
    pub currency: String,
    pub rate_date: i32,
    pub digits: i64,
    pub places: i16,
}

/// A row of `associations`.
#[derive(Debug, Clone)]
pub struct Association {
    pub customer: i32,
    pub partner: i32,
    pub association_type: &'static str,
    pub offering: i32,
    pub starts_on: i32,
    pub ends_on: Option<i32>,
}

/// Stores products.
///
/// # Errors
/// Where the database refuses.
pub async fn upsert_products(
    txn: &DatabaseTransaction,
    rows: Vec<Product>,
) -> Result<(), StoreError> {
    let rows = rows
        .into_iter()
        .map(|row| (row.product_id, String::new(), row.name));
    upsert_offerings(txn, rows.collect()).await
}

/// Stores workloads.
///
/// # Errors
/// Where the database refuses.
pub async fn upsert_workloads(
    txn: &DatabaseTransaction,
    rows: Vec<Workload>,
) -> Result<(), StoreError> {
    let rows = rows
        .into_iter()
        .map(|row| (row.product_id, row.workload_id, row.name));
    upsert_offerings(txn, rows.collect()).await
}

async fn upsert_offerings(
    txn: &DatabaseTransaction,
    rows: Vec<(String, String, String)>,
) -> Result<(), StoreError> {
    let stored = offering::Entity::find().all(txn).await?;
    let numbers: FxHashMap<(String, String), i32> = stored
        .into_iter()
        .map(|row| ((row.product_id, row.workload_id), row.id))
        .collect();
    let models = last_of_each(rows, |row| (row.0.clone(), row.1.clone()))
        .into_iter()
        .map(|(product_id, workload_id, name)| {
            let key = (product_id, workload_id);
            offering::ActiveModel {
                id: known(numbers.get(&key)),
                product_id: Set(key.0),
                workload_id: Set(key.1),
                name: Set(name),
            }
        });
    let conflict = OnConflict::columns([offering::Column::ProductId, offering::Column::WorkloadId])
        .update_column(offering::Column::Name)
        .to_owned();
    insert(txn, models.collect(), conflict).await
}

/// Stores partners.
///
/// # Errors
/// Where the database refuses.
pub async fn upsert_partners(
    txn: &DatabaseTransaction,
    rows: Vec<Partner>,
) -> Result<(), StoreError> {
    let rows = last_of_each(rows, |row| row.partner_id.clone());
    let keys = rows.iter().map(|row| row.partner_id.as_str());
    let numbers =
        numbers_of::<partner::Entity>(txn, partner::Column::PartnerId, partner::Column::Id, keys)
            .await?;
    let models = rows.into_iter().map(|row| partner::ActiveModel {
        id: known(numbers.get(&row.partner_id)),
        partner_id: Set(row.partner_id),
        name: Set(row.name),
        country: Set(row.country),
        partner_type: Set(row.partner_type),
        tier: Set(row.tier),
        group_id: Set(row.group_id),
    });
    let conflict = OnConflict::column(partner::Column::PartnerId)
        .update_columns([
            partner::Column::Name,
            partner::Column::Country,
            partner::Column::PartnerType,
            partner::Column::Tier,
            partner::Column::GroupId,
        ])
        .to_owned();
    insert(txn, models.collect(), conflict).await
}

/// Stores customers.
///
/// # Errors
/// Where the database refuses.
pub async fn upsert_customers(
    txn: &DatabaseTransaction,
    rows: Vec<Customer>,
) -> Result<(), StoreError> {
    let mut rows = last_of_each(rows, |row| row.customer_id.clone());
    // New customers are numbered in the order of their locations. Facts lie in the order of customers, so that a run
    // comes upon those of a location one after the other and finds its sums in the processor's cache.
    rows.sort_by_key(|row| row.location);
    let keys = rows.iter().map(|row| row.customer_id.as_str());
    let numbers = numbers_of::<customer::Entity>(
        txn,
        customer::Column::CustomerId,
        customer::Column::Id,
        keys,
    )
    .await?;
    let models = rows.into_iter().map(|row| customer::ActiveModel {
        id: known(numbers.get(&row.customer_id)),
        customer_id: Set(row.customer_id),
        location: Set(row.location),
        name: Set(row.name),
    });
    let conflict = OnConflict::column(customer::Column::CustomerId)
        .update_columns([customer::Column::Location, customer::Column::Name])
        .to_owned();
    insert(txn, models.collect(), conflict).await
}

/// Stores which workloads exams count for.
///
/// # Errors
/// Where the database refuses.
pub async fn upsert_exams(txn: &DatabaseTransaction, rows: Vec<Exam>) -> Result<(), StoreError> {
    let exam_ids = last_of_each(
        rows.iter().map(|row| row.exam_id.clone()).collect(),
        Clone::clone,
    );
    let keys = || exam_ids.iter().map(String::as_str);
    let stored =
        numbers_of::<exam::Entity>(txn, exam::Column::ExamId, exam::Column::Id, keys()).await?;
    let models = exam_ids.iter().map(|exam_id| exam::ActiveModel {
        id: known(stored.get(exam_id)),
        exam_id: Set(exam_id.clone()),
    });
    let conflict = OnConflict::column(exam::Column::ExamId)
        .update_column(exam::Column::ExamId)
        .to_owned();
    insert(txn, models.collect(), conflict).await?;
    let numbers =
        numbers_of::<exam::Entity>(txn, exam::Column::ExamId, exam::Column::Id, keys()).await?;
    let mut models = Vec::with_capacity(rows.len());
    for row in last_of_each(rows, |row| (row.exam_id.clone(), row.offering)) {
        let exam = *numbers.get(&row.exam_id).ok_or_else(|| {
            StoreError::Corrupt(format!("exam {} vanished while it was stored", row.exam_id))
        })?;
        models.push(exam_workload::ActiveModel {
            exam: Set(exam),
            offering: Set(row.offering),
            counts_until: Set(row.counts_until),
        });
    }
    let conflict =
        OnConflict::columns([exam_workload::Column::Exam, exam_workload::Column::Offering])
            .update_column(exam_workload::Column::CountsUntil)
            .to_owned();
    insert(txn, models, conflict).await
}

/// Stores exchange rates.
///
/// # Errors
/// Where the database refuses.
pub async fn upsert_fx_rates(
    txn: &DatabaseTransaction,
    rows: Vec<FxRate>,
) -> Result<(), StoreError> {
    let models = last_of_each(rows, |row| (row.currency.clone(), row.rate_date))
        .into_iter()
        .map(|row| fx_rate::ActiveModel {
            currency: Set(row.currency),
            rate_date: Set(row.rate_date),
            digits: Set(row.digits),
            places: Set(row.places),
        });
    let conflict = OnConflict::columns([fx_rate::Column::Currency, fx_rate::Column::RateDate])
        .update_columns([fx_rate::Column::Digits, fx_rate::Column::Places])
        .to_owned();
    insert(txn, models.collect(), conflict).await
}

/// Stores associations.
///
/// # Errors
/// Where the database refuses.
pub async fn upsert_associations(
    txn: &DatabaseTransaction,
    rows: Vec<Association>,
) -> Result<(), StoreError> {
    let key = |row: &Association| {
        (
            row.customer,
            row.partner,
            row.association_type,
            row.offering,
            row.starts_on,
        )
    };
    let mut rows = last_of_each(rows, key);
    // In the order of the table, so that each finds its place next to the one before.
    rows.sort_unstable_by_key(key);
    let models = rows.into_iter().map(|row| association::ActiveModel {
        customer: Set(row.customer),
        partner: Set(row.partner),
        association_type: Set(row.association_type.to_owned()),
        offering: Set(row.offering),
        starts_on: Set(row.starts_on),
        ends_on: Set(row.ends_on),
    });
    let conflict = OnConflict::columns([
        association::Column::Customer,
        association::Column::Partner,
        association::Column::AssociationType,
        association::Column::Offering,
        association::Column::StartsOn,
    ])
    .update_column(association::Column::EndsOn)
    .to_owned();
    insert(txn, models.collect(), conflict).await
}

/// Makes the tree in use this one. No customer may lie at a node that is left out.
///
/// # Errors
/// Where the database refuses.
pub async fn replace_tree(txn: &DatabaseTransaction, tree: &Tree) -> Result<(), StoreError> {
    // Parents first: a node's parent must have its number when the node is written.
    let keys = || tree.nodes.keys().map(String::as_str);
    let mut numbers = numbers_of::<location::Entity>(
        txn,
        location::Column::LocationId,
        location::Column::Id,
        keys(),
    )
    .await?;
    for level in tree.levels() {
        let models = level
            .iter()
            .map(|(location_id, node)| location::ActiveModel {
                id: known(numbers.get(*location_id)),
                location_id: Set((*location_id).to_owned()),
                parent: Set(Some(match &node.parent_id {
                    Some(parent_id) => numbers.get(parent_id).copied().unwrap_or(location::WORLD),
                    None => location::WORLD,
                })),
                name: Set(node.name.clone()),
                built_in: Set(tree.built_in),
                retired: Set(false),
            });
        let conflict = OnConflict::column(location::Column::LocationId)
            .update_columns([
                location::Column::Parent,
                location::Column::Name,
                location::Column::BuiltIn,
                location::Column::Retired,
            ])
            .to_owned();
        insert(txn, models.collect(), conflict).await?;
        numbers = numbers_of::<location::Entity>(
            txn,
            location::Column::LocationId,
            location::Column::Id,
            keys(),
        )
        .await?;
    }
    // Earlier snapshots still name the nodes that are left out, so they stay, out of use.
    let stored = location::Entity::find()
        .filter(location::Column::Id.ne(location::WORLD))
        .all(txn)
        .await?;
    let left_out: Vec<i32> = stored
        .iter()
        .filter(|row| !tree.nodes.contains_key(&row.location_id))
        .map(|row| row.id)
        .collect();
    for some in left_out.chunks(CHUNK) {
        location::Entity::update_many()
            .col_expr(location::Column::Retired, Expr::value(true))
            .filter(location::Column::Id.is_in(some.iter().copied()))
            .exec(txn)
            .await?;
    }
    Ok(())
}
