//! API keys, by what the key is hashed to.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use chrono::{DateTime, Utc};
use entity::api_key::{ActiveModel, Column, Entity};
use entity::{api_key_partner, partner};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::loader::{Rows as Loaded, SharedError};
use super::paging::{self, Direction, Key, OrderColumn, Page, Rows};
use super::partner::PartnerKey;
use super::rights::all_or_nothing;
use super::{Db, StoreError, Transaction};

pub use entity::api_key::{Model as ApiKeyRow, Role};

/// A key by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ApiKeyKey(pub i64);

/// A key and the partners it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub row: ApiKeyRow,
    /// With the sender's ids, in their order.
    pub partners: Vec<(PartnerKey, String)>,
}

/// A key to be kept.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    pub name: String,
    pub role: Role,
    pub exports: String,
    pub partners: Vec<PartnerKey>,
    pub prefix: String,
    pub hash: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// How a person names a key.
#[derive(Clone, Debug)]
pub enum Named<'a> {
    Number(ApiKeyKey),
    /// Its name or its beginning.
    Text(&'a str),
}

/// Keeps a key.
///
/// # Errors
/// Where the database refuses.
pub async fn insert_key(txn: &Transaction, new: NewApiKey) -> Result<ApiKey, StoreError> {
    let model = ActiveModel {
        id: NotSet,
        name: Set(new.name),
        role: Set(new.role),
        exports: Set(new.exports),
        prefix: Set(new.prefix),
        hash: Set(new.hash),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
        last_used_at: Set(None),
        revoked_at: Set(None),
        replaced_by: Set(None),
    };
    let row = Entity::insert(model).exec_with_returning(txn).await?;
    let partners = new
        .partners
        .iter()
        .map(|partner| api_key_partner::ActiveModel {
            api_key: Set(row.id),
            partner: Set(partner.0),
        });
    for some in partners.collect::<Vec<_>>().chunks(500) {
        api_key_partner::Entity::insert_many(some.to_vec())
            .exec_without_returning(txn)
            .await?;
    }
    let mut kept = with_partners(txn, vec![row]).await?;
    kept.pop()
        .ok_or_else(|| StoreError::Corrupt("a key is gone that was just kept".to_owned()))
}

/// The key with this hash, also one that no longer works.
///
/// # Errors
/// Where the database fails.
pub async fn find_key_by_hash(db: &Db, hash: &str) -> Result<Option<ApiKey>, StoreError> {
    let select = Entity::find().filter(Column::Hash.eq(hash));
    let Some(row) = select.one(db.read()).await? else {
        return Ok(None);
    };
    Ok(with_partners(db.read(), vec![row]).await?.pop())
}

/// The key with this number, also one that no longer works.
///
/// # Errors
/// Where the database fails.
pub async fn find_key(db: &Db, key: ApiKeyKey) -> Result<Option<ApiKey>, StoreError> {
    let Some(row) = Entity::find_by_id(key.0).one(db.read()).await? else {
        return Ok(None);
    };
    Ok(with_partners(db.read(), vec![row]).await?.pop())
}

/// The keys that a person may mean and that work, or worked.
///
/// # Errors
/// Where the database fails.
pub async fn find_named_keys(
    txn: &Transaction,
    named: &Named<'_>,
) -> Result<Vec<ApiKey>, StoreError> {
    let named = match named {
        Named::Number(key) => Condition::all().add(Column::Id.eq(key.0)),
        Named::Text(text) => Condition::any()
            .add(Column::Name.eq(*text))
            .add(Column::Prefix.eq(*text)),
    };
    let select = Entity::find().filter(named).order_by_asc(Column::Id);
    let rows = select.all(txn).await?;
    with_partners(txn, rows).await
}

/// One page of all keys, the newest first.
///
/// # Errors
/// Where the database fails.
pub async fn list_keys(db: &Db, page: &Page) -> Result<Rows<ApiKey>, StoreError> {
    let order = [OrderColumn::new(Column::Id, Direction::Descending)];
    let found = paging::cut(Entity::find(), &order, page)
        .all(db.read())
        .await?;
    let found = with_partners(db.read(), found).await?;
    Ok(paging::collect(found, page, |key| {
        vec![Key::Int(key.row.id)]
    }))
}

/// How many keys there are.
///
/// # Errors
/// Where the database fails.
pub async fn count_keys(db: &Db) -> Result<u64, StoreError> {
    Ok(Entity::find().count(db.read()).await?)
}

/// Whether any key works.
///
/// # Errors
/// Where the database fails.
pub async fn any_key_works(db: &Db, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let works = Condition::all().add(Column::RevokedAt.is_null()).add(
        Condition::any()
            .add(Column::ExpiresAt.is_null())
            .add(Column::ExpiresAt.gt(now)),
    );
    let found = Entity::find().filter(works).one(db.read()).await?;
    Ok(found.is_some())
}

/// Revokes a key.
///
/// # Errors
/// Where the database refuses.
pub async fn revoke_key(
    txn: &Transaction,
    key: ApiKeyKey,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::Id.eq(key.0))
        .filter(Column::RevokedAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Lets a key end when the one in its place has taken over.
///
/// # Errors
/// Where the database refuses.
pub async fn replace_key(
    txn: &Transaction,
    key: ApiKeyKey,
    by: ApiKeyKey,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(expires_at))
        .col_expr(Column::ReplacedBy, Expr::value(by.0))
        .filter(Column::Id.eq(key.0))
        .exec(txn)
        .await?;
    Ok(())
}

/// Records that a key was used.
///
/// # Errors
/// Where the database refuses.
pub async fn touch_key(db: &Db, key: ApiKeyKey, now: DateTime<Utc>) -> Result<(), StoreError> {
    let txn = db.begin().await?;
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(key.0))
        .exec(&txn)
        .await?;
    Ok(txn.commit().await?)
}

async fn with_partners(
    connection: &impl ConnectionTrait,
    rows: Vec<ApiKeyRow>,
) -> Result<Vec<ApiKey>, StoreError> {
    let ids: Vec<i64> = rows
        .iter()
        .filter(|row| row.role == Role::Partner)
        .map(|row| row.id)
        .collect();
    let mut partners: HashMap<i64, Vec<(PartnerKey, String)>> = HashMap::new();
    if !ids.is_empty() {
        let to_partner = api_key_partner::Entity::belongs_to(partner::Entity)
            .from(api_key_partner::Column::Partner)
            .to(partner::Column::Id)
            .into();
        let found: Vec<(i64, i32, String)> = api_key_partner::Entity::find()
            .select_only()
            .column(api_key_partner::Column::ApiKey)
            .column(api_key_partner::Column::Partner)
            .column(partner::Column::PartnerId)
            .join(sea_orm::JoinType::InnerJoin, to_partner)
            .filter(api_key_partner::Column::ApiKey.is_in(ids))
            .order_by_asc(partner::Column::PartnerId)
            .into_tuple()
            .all(connection)
            .await?;
        for (key, partner, partner_id) in found {
            let of_key = partners.entry(key).or_default();
            of_key.push((PartnerKey(partner), partner_id));
        }
    }
    let keys = rows.into_iter().map(|row| ApiKey {
        partners: partners.remove(&row.id).unwrap_or_default(),
        row,
    });
    Ok(keys.collect())
}

impl Loader<ApiKeyKey> for Loaded {
    type Value = ApiKey;
    type Error = SharedError;

    async fn load(&self, keys: &[ApiKeyKey]) -> Result<HashMap<ApiKeyKey, ApiKey>, SharedError> {
        let select = Entity::find()
            .filter(all_or_nothing(self.rights.keys))
            .filter(Column::Id.is_in(keys.iter().map(|key| key.0)));
        let rows = select.all(self.db.read()).await.map_err(StoreError::from)?;
        let found = with_partners(self.db.read(), rows).await?;
        Ok(found
            .into_iter()
            .map(|key| (ApiKeyKey(key.row.id), key))
            .collect())
    }
}
