//! Rows that replace those of the same keys, many at a time.

use std::hash::Hash;

use futures_util::future::join;
use rustc_hash::{FxHashMap, FxHashSet};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    Iterable, PrimaryKeyToColumn, QueryFilter, QuerySelect, QueryTrait, Set,
};

use super::{CHUNK, StoreError};

/// Of the rows of each key the last, in the order of these.
pub(super) fn last_of_each<Row, Key: Hash + Eq>(
    rows: Vec<Row>,
    key: impl Fn(&Row) -> Key,
) -> Vec<Row> {
    let mut last: FxHashMap<Key, usize> = FxHashMap::default();
    for (at, row) in rows.iter().enumerate() {
        last.insert(key(row), at);
    }
    let last: FxHashSet<usize> = last.into_values().collect();
    let rows = rows.into_iter().enumerate();
    rows.filter(|(at, _)| last.contains(at))
        .map(|(_, row)| row)
        .collect()
}

/// The numbers of the stored rows with these keys.
pub(super) async fn numbers_of<'a, Entity: EntityTrait>(
    txn: &DatabaseTransaction,
    key: Entity::Column,
    number: Entity::Column,
    keys: impl Iterator<Item = &'a str>,
) -> Result<FxHashMap<String, i32>, StoreError> {
    let keys: Vec<&str> = keys.collect();
    let mut numbers = FxHashMap::default();
    for some in keys.chunks(CHUNK) {
        let found: Vec<(String, i32)> = Entity::find()
            .select_only()
            .columns([key, number])
            .filter(key.is_in(some.iter().copied()))
            .into_tuple()
            .all(txn)
            .await?;
        numbers.extend(found);
    }
    Ok(numbers)
}

/// The number of a stored row; the database gives a new row its own.
pub(super) fn known(number: Option<&i32>) -> ActiveValue<i32> {
    number.map_or(ActiveValue::NotSet, |number| Set(*number))
}

/// Inserts or updates. Rows of a table that numbers its rows must name the number they have: the database uses a new one
/// up for every row that names none, even if it only updates, and numbers are 32-bit places of lists in memory.
pub(super) async fn insert<Model>(
    txn: &DatabaseTransaction,
    models: Vec<Model>,
    conflict: OnConflict,
) -> Result<(), StoreError>
where
    Model: ActiveModelTrait,
{
    type Key<Model> = <<Model as ActiveModelTrait>::Entity as EntityTrait>::PrimaryKey;
    let is_new = |model: &Model| {
        let mut keys = Key::<Model>::iter();
        keys.any(|key| model.get(key.into_column()).is_not_set())
    };
    // One statement names the same columns for all its rows.
    let (new, known): (Vec<Model>, Vec<Model>) = models.into_iter().partition(is_new);
    for models in [known, new] {
        let mut models = models.into_iter().peekable();
        let backend = txn.get_database_backend();
        let mut next = || {
            models.peek()?;
            let some = models.by_ref().take(CHUNK);
            let insert = Model::Entity::insert_many(some).on_conflict(conflict.clone());
            Some(insert.build(backend))
        };
        let mut statement = next();
        while let Some(one) = statement {
            // While the database works on some rows, the statement of the next is made.
            let (done, following) = join(txn.execute_raw(one), async { next() }).await;
            done?;
            statement = following;
        }
    }
    Ok(())
}
