//! Files that may lie in the fact store and do not count: those being written, and those to be removed.
//!
//! A file is noted here before it is written, and taken off only by the transaction that makes it count or after it
//! was removed. So whatever lies in the fact store is named in SQL, whenever a process dies.

use entity::uncounted_file::{ActiveModel, Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set,
};

use super::{Db, StoreError};

pub use entity::uncounted_file::{Model as UncountedFile, State};

/// Paths of one statement, below the parameters that a database takes.
const CHUNK: usize = 500;

/// Notes files that are about to be written. It is durable when this returns.
///
/// # Errors
/// Where the database refuses.
pub async fn announce(db: &Db, paths: &[String]) -> Result<(), StoreError> {
    let txn = db.begin().await?;
    insert(&txn, paths, State::Announced).await?;
    Ok(txn.commit().await?)
}

/// The same for files that a compaction is about to write.
///
/// # Errors
/// Where the database refuses.
pub async fn announce_merged(db: &Db, paths: &[String]) -> Result<(), StoreError> {
    let txn = db.begin().await?;
    insert(&txn, paths, State::Merging).await?;
    Ok(txn.commit().await?)
}

/// Takes files off that were announced in this state and count from this transaction on.
///
/// # Errors
/// Where the database refuses, or [`StoreError::Abandoned`] where one of the files has been given up meanwhile.
pub async fn count(
    txn: &DatabaseTransaction,
    paths: &[&str],
    announced: State,
) -> Result<(), StoreError> {
    for some in paths.chunks(CHUNK) {
        let deleted = Entity::delete_many()
            .filter(Column::Path.is_in(some.iter().copied()))
            .filter(Column::State.eq(announced))
            .exec(txn)
            .await?;
        if deleted.rows_affected != some.len() as u64 {
            return Err(StoreError::Abandoned);
        }
    }
    Ok(())
}

/// Notes files that count no more from this transaction on.
///
/// # Errors
/// Where the database refuses.
pub async fn retire(txn: &DatabaseTransaction, paths: &[String]) -> Result<(), StoreError> {
    insert(txn, paths, State::Retired).await
}

/// Gives up all files that are announced in this state: no transaction can make them count any more. On PostgreSQL this waits for one
/// that is about to, as the row is its own until then; SQLite has one writer at a time.
///
/// # Errors
/// Where the database refuses.
pub async fn abandon(db: &Db, announced: State) -> Result<(), StoreError> {
    let txn = db.begin().await?;
    Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Abandoned))
        .filter(Column::State.eq(announced))
        .exec(&txn)
        .await?;
    Ok(txn.commit().await?)
}

/// All of them, the oldest first.
///
/// # Errors
/// Where the database does not answer.
pub async fn list(db: &Db) -> Result<Vec<UncountedFile>, StoreError> {
    let files = Entity::find().order_by_asc(Column::Id);
    Ok(files.all(db.read()).await?)
}

/// Takes files off that are removed.
///
/// # Errors
/// Where the database refuses.
pub async fn forget(db: &Db, paths: &[String]) -> Result<(), StoreError> {
    let txn = db.begin().await?;
    for some in paths.chunks(CHUNK) {
        Entity::delete_many()
            .filter(Column::Path.is_in(some.iter().map(String::as_str)))
            .exec(&txn)
            .await?;
    }
    Ok(txn.commit().await?)
}

async fn insert(
    txn: &DatabaseTransaction,
    paths: &[String],
    state: State,
) -> Result<(), StoreError> {
    for some in paths.chunks(CHUNK) {
        let models = some.iter().map(|path| ActiveModel {
            id: ActiveValue::NotSet,
            path: Set(path.clone()),
            state: Set(state),
        });
        Entity::insert_many(models)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}
