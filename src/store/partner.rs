//! Partners.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::partner::{Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, Select};

use super::loader::{Rows as Loaded, SharedError};
use super::paging::{self, Direction, Key, OrderColumn, Page, Position, Rows};
use super::rights::Visible;
use super::{Db, StoreError, Transaction};

pub use entity::partner::Model as Partner;

/// A partner by the number its rows refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartnerKey(pub i32);

/// A partner by the id of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartnerId(pub String);

/// The texts of a partner that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartnerField {
    PartnerId,
    Name,
    Country,
    PartnerType,
    Tier,
    GroupId,
}

/// What a text must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TextTest {
    In(Vec<String>),
    /// ASCII letters match whatever their case.
    Contains(String),
    IsNull(bool),
}

/// The partners that are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PartnerFilter {
    Text(PartnerField, TextTest),
    All(Vec<PartnerFilter>),
    Any(Vec<PartnerFilter>),
    Not(Box<PartnerFilter>),
}

/// One part of an order of partners; the id by bytes decides between equals.
pub type PartnerOrder = (PartnerField, Direction);

/// One page of the visible partners that match.
///
/// # Errors
/// Where the database fails.
pub async fn list_partners(
    db: &Db,
    visible: &Visible,
    filter: &PartnerFilter,
    order: &[PartnerOrder],
    page: &Page,
) -> Result<Rows<Partner>, StoreError> {
    let select = matching(visible, filter);
    let columns: Vec<OrderColumn> = with_tie_break(order).map(order_column).collect();
    let found = paging::cut(select, &columns, page).all(db.read()).await?;
    Ok(paging::collect(found, page, |partner| {
        position(partner, order)
    }))
}

/// How many visible partners match.
///
/// # Errors
/// Where the database fails.
pub async fn count_partners(
    db: &Db,
    visible: &Visible,
    filter: &PartnerFilter,
) -> Result<u64, StoreError> {
    Ok(matching(visible, filter).count(db.read()).await?)
}

/// The partners with these ids, as far as there are any, by their ids.
///
/// # Errors
/// Where the database fails.
pub async fn list_partners_named(db: &Db, ids: &[String]) -> Result<Vec<Partner>, StoreError> {
    let mut found = Vec::new();
    for some in ids.chunks(500) {
        let select = Entity::find().filter(Column::PartnerId.is_in(some));
        found.extend(select.all(db.read()).await?);
    }
    found.sort_unstable_by(|a, b| a.partner_id.cmp(&b.partner_id));
    found.dedup();
    Ok(found)
}

/// The same in a transaction.
///
/// # Errors
/// Where the database fails.
pub async fn find_partners(txn: &Transaction, ids: &[String]) -> Result<Vec<Partner>, StoreError> {
    let mut found = Vec::new();
    for some in ids.chunks(500) {
        let select = Entity::find().filter(Column::PartnerId.is_in(some));
        found.extend(select.all(txn).await?);
    }
    Ok(found)
}

fn matching(visible: &Visible, filter: &PartnerFilter) -> Select<Entity> {
    Entity::find()
        .filter(visible.condition(Column::Id))
        .filter(condition(filter))
}

/// The filter as one condition. Each test is true or false, never unknown, so that `not` means what it says.
pub(super) fn condition(filter: &PartnerFilter) -> Condition {
    match filter {
        PartnerFilter::Text(field, test) => text_condition(*field, test),
        PartnerFilter::All(filters) => filters
            .iter()
            .fold(Condition::all(), |all, filter| all.add(condition(filter))),
        // A disjunction of nothing holds for nobody.
        PartnerFilter::Any(filters) => filters
            .iter()
            .fold(Condition::any().add(Expr::value(1).eq(0)), |any, filter| {
                any.add(condition(filter))
            }),
        PartnerFilter::Not(filter) => Condition::all().add(condition(filter)).not(),
    }
}

fn text_condition(field: PartnerField, test: &TextTest) -> Condition {
    let column = column(field);
    let present = Condition::all().add(column.is_not_null());
    match test {
        TextTest::In(texts) => present.add(column.is_in(texts)),
        TextTest::Contains(part) => present.add(contains(column, part)),
        TextTest::IsNull(true) => Condition::all().add(column.is_null()),
        TextTest::IsNull(false) => present,
    }
}

/// Both databases fold the letters of ASCII only: SQLite always, PostgreSQL because its columns compare by bytes.
fn contains(column: Column, part: &str) -> Expr {
    let text = Expr::col(column.as_column_ref());
    let mut pattern = String::from("%");
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter.to_ascii_lowercase());
    }
    pattern.push('%');
    Expr::expr(Func::lower(text)).like(LikeExpr::new(pattern).escape('\\'))
}

pub(super) fn column(field: PartnerField) -> Column {
    match field {
        PartnerField::PartnerId => Column::PartnerId,
        PartnerField::Name => Column::Name,
        PartnerField::Country => Column::Country,
        PartnerField::PartnerType => Column::PartnerType,
        PartnerField::Tier => Column::Tier,
        PartnerField::GroupId => Column::GroupId,
    }
}

pub(super) fn key(partner: &Partner, field: PartnerField) -> Key {
    match field {
        PartnerField::PartnerId => partner.partner_id.clone().into(),
        PartnerField::Name => partner.name.clone().into(),
        PartnerField::Country => partner.country.clone().into(),
        PartnerField::PartnerType => partner.partner_type.clone().into(),
        PartnerField::Tier => partner.tier.clone().into(),
        PartnerField::GroupId => partner.group_id.clone().into(),
    }
}

fn with_tie_break(order: &[PartnerOrder]) -> impl Iterator<Item = PartnerOrder> + '_ {
    let tie_break = (PartnerField::PartnerId, Direction::Ascending);
    order.iter().copied().chain(std::iter::once(tie_break))
}

fn order_column((field, direction): PartnerOrder) -> OrderColumn {
    OrderColumn::new(column(field), direction)
}

fn position(partner: &Partner, order: &[PartnerOrder]) -> Position {
    with_tie_break(order)
        .map(|(field, _)| key(partner, field))
        .collect()
}

impl Loader<PartnerKey> for Loaded {
    type Value = Partner;
    type Error = SharedError;

    async fn load(&self, keys: &[PartnerKey]) -> Result<HashMap<PartnerKey, Partner>, SharedError> {
        let select = Entity::find()
            .filter(self.rights.partners.condition(Column::Id))
            .filter(Column::Id.is_in(keys.iter().map(|key| key.0)));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|partner| (PartnerKey(partner.id), partner))
            .collect())
    }
}

impl Loader<PartnerId> for Loaded {
    type Value = Partner;
    type Error = SharedError;

    async fn load(&self, keys: &[PartnerId]) -> Result<HashMap<PartnerId, Partner>, SharedError> {
        let ids = keys.iter().map(|key| key.0.as_str());
        let select = Entity::find()
            .filter(self.rights.partners.condition(Column::Id))
            .filter(Column::PartnerId.is_in(ids));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|partner| (PartnerId(partner.partner_id.clone()), partner))
            .collect())
    }
}
