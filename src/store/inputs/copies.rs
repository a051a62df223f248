//! Copies of customers and associations, in the form in which a run reads them.
//!
//! A run needs all rows of these, and having a database make a few texts of them takes a tenth of a large run. They change
//! far less often than facts come in, so that a copy is kept beside them. Triggers of the database delete it in the
//! transaction of any change of its table, whoever makes it: a copy that is there is right.

use entity::input_copy;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QuerySelect};

use super::rows::{AssociationRow, CustomerRow, Row};
use crate::store::{Db, StoreError};

/// The most bytes of a copy: databases bound what one value holds. Larger tables are read as they are.
const BYTES_MAX: usize = 256 << 20;
/// How long PostgreSQL waits for others to end their changes.
const PATIENCE: &str = "2s";

/// Tells all rows of a table, from its copy where there is one.
pub(super) async fn read<R: Row>(
    db: &impl ConnectionTrait,
    mut tell: impl FnMut(R) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let copy = input_copy::Entity::find_by_id(R::TABLE.to_owned());
    let Some(copy) = copy.one(db).await? else {
        return R::read_all(db).await?.into_iter().try_for_each(tell);
    };
    let corrupt = || {
        let table = R::TABLE;
        StoreError::Corrupt(format!(
            "the copy of table {table}: delete its row of input_copy, and the table itself is read"
        ))
    };
    if copy.content.len() % R::BYTES != 0 {
        return Err(corrupt());
    }
    let rows = copy.content.chunks_exact(R::BYTES);
    rows.map(|bytes| R::read(bytes).ok_or_else(corrupt))
        .try_for_each(|row| row.and_then(&mut tell))
}

/// Makes the copies that are not there. Never race or time out this future, as with [`Db::begin`].
///
/// # Errors
/// Where the database does not answer.
pub async fn make_copies(db: &Db) -> Result<(), StoreError> {
    if missing(db.read()).await?.is_empty() {
        return Ok(());
    }
    let txn = db.begin().await?;
    if !db.is_sqlite() {
        // Nobody changes them between their reading and the end of this transaction, and whoever does now is not waited for
        // long. SQLite has one writer anyway.
        let lock = format!(
            "SET LOCAL lock_timeout = '{PATIENCE}'; LOCK TABLE {}, {} IN SHARE MODE",
            CustomerRow::TABLE,
            AssociationRow::TABLE
        );
        txn.execute_unprepared(&lock).await?;
    }
    for table in missing(&txn).await? {
        if table == CustomerRow::TABLE {
            make_copy::<CustomerRow>(&txn).await?;
        } else {
            make_copy::<AssociationRow>(&txn).await?;
        }
    }
    txn.commit().await?;
    Ok(())
}

/// The tables that have no copy.
async fn missing(db: &impl ConnectionTrait) -> Result<Vec<&'static str>, StoreError> {
    let copied = input_copy::Entity::find()
        .select_only()
        .column(input_copy::Column::OfTable)
        .into_tuple::<String>();
    let copied = copied.all(db).await?;
    let mut tables = vec![CustomerRow::TABLE, AssociationRow::TABLE];
    tables.retain(|table| !copied.iter().any(|of| of == table));
    Ok(tables)
}

async fn make_copy<R: Row>(txn: &impl ConnectionTrait) -> Result<(), StoreError> {
    let rows = R::read_all(txn).await?;
    if rows.len() > BYTES_MAX / R::BYTES {
        return Ok(());
    }
    let mut content = Vec::with_capacity(rows.len() * R::BYTES);
    for row in rows {
        row.write(&mut content);
    }
    let copy = input_copy::ActiveModel {
        of_table: Set(R::TABLE.to_owned()),
        content: Set(content),
    };
    input_copy::Entity::insert(copy)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
