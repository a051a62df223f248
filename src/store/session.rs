//! Browser sessions, by what their token is hashed to.

use chrono::{DateTime, Utc};
use entity::session::{ActiveModel, Column, Entity};
use sea_orm::{ActiveValue::NotSet, ColumnTrait, EntityTrait, QueryFilter, Set};

use super::api_key::ApiKeyKey;
use super::{Db, StoreError, Transaction};

pub use entity::session::{Model as Session, State as SessionState};

/// A session or link to be kept.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub hash: String,
    pub state: SessionState,
    pub api_key: Option<ApiKeyKey>,
    pub claims: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Keeps a session, and forgets those that have ended.
///
/// # Errors
/// Where the database refuses.
pub async fn insert_session(txn: &Transaction, new: NewSession) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::ExpiresAt.lte(new.created_at))
        .exec(txn)
        .await?;
    let model = ActiveModel {
        id: NotSet,
        hash: Set(new.hash),
        state: Set(new.state),
        api_key: Set(new.api_key.map(|key| key.0)),
        claims: Set(new.claims),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
    };
    Entity::insert(model).exec_without_returning(txn).await?;
    Ok(())
}

/// The session or link with this hash, also one that has ended.
///
/// # Errors
/// Where the database fails.
pub async fn find_session(db: &Db, hash: &str) -> Result<Option<Session>, StoreError> {
    let select = Entity::find().filter(Column::Hash.eq(hash));
    Ok(select.one(db.read()).await?)
}

/// Ends a session, or takes a link. False where there is none any more: of two who take a link one does.
///
/// # Errors
/// Where the database refuses.
pub async fn delete_session(txn: &Transaction, id: i64) -> Result<bool, StoreError> {
    let deleted = Entity::delete_by_id(id).exec(txn).await?;
    Ok(deleted.rows_affected == 1)
}
