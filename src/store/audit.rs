//! The audit log: entries are added and read, and the database refuses anything else.

use chrono::{DateTime, Utc};
use entity::audit_entry::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryTrait, Select,
    Set,
};

use super::paging::{self, Direction, Key, OrderColumn, Page, Rows};
use super::{Db, StoreError, Transaction};

pub use entity::audit_entry::Model as AuditEntry;

/// An entry to be added.
#[derive(Clone, Debug)]
pub struct NewAuditEntry {
    pub at: DateTime<Utc>,
    pub who: String,
    pub address: Option<String>,
    pub action: &'static str,
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// The entries that are asked for; all where nothing is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub action: Option<String>,
    pub subject: Option<String>,
    pub who: Option<String>,
}

/// Adds an entry, in the transaction of what it tells of.
///
/// # Errors
/// Where the database refuses.
pub async fn insert_entry(txn: &Transaction, new: NewAuditEntry) -> Result<(), StoreError> {
    let model = ActiveModel {
        id: NotSet,
        at: Set(new.at),
        who: Set(new.who),
        address: Set(new.address),
        action: Set(new.action.to_owned()),
        subject: Set(new.subject),
        before: Set(new.before),
        after: Set(new.after),
    };
    Entity::insert(model).exec_without_returning(txn).await?;
    Ok(())
}

/// One page of the entries that match, the newest first.
///
/// # Errors
/// Where the database fails.
pub async fn list_entries(
    db: &Db,
    filter: &AuditFilter,
    page: &Page,
) -> Result<Rows<AuditEntry>, StoreError> {
    let order = [OrderColumn::new(Column::Id, Direction::Descending)];
    let found = paging::cut(matching(filter), &order, page)
        .all(db.read())
        .await?;
    Ok(paging::collect(found, page, |entry| {
        vec![Key::Int(entry.id)]
    }))
}

/// How many entries match.
///
/// # Errors
/// Where the database fails.
pub async fn count_entries(db: &Db, filter: &AuditFilter) -> Result<u64, StoreError> {
    Ok(matching(filter).count(db.read()).await?)
}

fn matching(filter: &AuditFilter) -> Select<Entity> {
    Entity::find()
        .apply_if(filter.action.as_deref(), |select, action| {
            select.filter(Column::Action.eq(action))
        })
        .apply_if(filter.subject.as_deref(), |select, subject| {
            select.filter(Column::Subject.eq(subject))
        })
        .apply_if(filter.who.as_deref(), |select, who| {
            select.filter(Column::Who.eq(who))
        })
}
