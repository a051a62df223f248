//! Many rows of one table at once, straight from the rows to the database's own protocol: a snapshot has millions of
//! values, and each detour of each of them shows.
//!
//! So it passes SeaORM by. SQLite gets prepared statements of many rows, PostgreSQL its COPY.

mod copy;
mod prepared;
mod rows;

use std::sync::Arc;

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, AssertSqlSafe, Postgres, Sqlite, SqlitePool};
use sea_orm::{DatabaseConnection, DbErr, RuntimeErr};

use super::{Db, StoreError};

/// A row that can be written in bulk.
pub(super) trait Row {
    const TABLE: &'static str;
    const COLUMNS: &'static [&'static str];

    /// Its values, in the order of the columns.
    fn put(&self, to: &mut impl Values) -> Result<(), sqlx::Error>;

    /// The table on SQLite, where a view that works columns out has that name.
    const TABLE_ON_SQLITE: &'static str = Self::TABLE;

    /// The columns that SQLite stores, where it works some out when they are read.
    const COLUMNS_ON_SQLITE: &'static [&'static str] = Self::COLUMNS;

    /// The values of those.
    fn put_on_sqlite(&self, to: &mut impl Values) -> Result<(), sqlx::Error> {
        self.put(to)
    }
}

/// Where the values of rows go, by the type of their columns.
pub(super) trait Values {
    fn none(&mut self) -> Result<(), sqlx::Error>;
    fn flag(&mut self, value: bool) -> Result<(), sqlx::Error>;
    fn small(&mut self, value: i16) -> Result<(), sqlx::Error>;
    fn int(&mut self, value: i32) -> Result<(), sqlx::Error>;
    fn big(&mut self, value: i64) -> Result<(), sqlx::Error>;
    fn float(&mut self, value: f64) -> Result<(), sqlx::Error>;
    fn text(&mut self, value: &str) -> Result<(), sqlx::Error>;
}

/// A transaction for bulk writes. It is rolled back where it is dropped.
pub(super) enum Bulk {
    Sqlite {
        txn: sqlx::Transaction<'static, Sqlite>,
        /// The writer, which nobody else has meanwhile.
        turn: PoolConnection<Sqlite>,
    },
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Db {
    /// For rows that do not count before a later transaction of [`Db::begin`] says so: on SQLite what this one commits
    /// may be lost with the machine's power until then. Otherwise as [`Db::begin`], and for the same kind of tasks.
    ///
    /// # Errors
    /// Where the database does not answer or another writer does not give way in time.
    pub(super) async fn begin_bulk(&self) -> Result<Bulk, StoreError> {
        let begun = match self.bulk() {
            Some(pool) => begin_on_sqlite(self.writer(), pool).await,
            None => {
                let pool = self.writer().get_postgres_connection_pool();
                pool.begin().await.map(Bulk::Postgres)
            }
        };
        begun.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))).into())
    }
}

async fn begin_on_sqlite(
    writer: &DatabaseConnection,
    bulk: &SqlitePool,
) -> Result<Bulk, sqlx::Error> {
    let turn = writer.get_sqlite_connection_pool().acquire().await?;
    let txn = bulk.begin_with("BEGIN IMMEDIATE").await?;
    Ok(Bulk::Sqlite { txn, turn })
}

impl Bulk {
    /// Inserts rows whose keys are not there yet.
    ///
    /// # Errors
    /// Where the database refuses.
    pub(super) async fn insert<R: Row>(&mut self, rows: &[R]) -> Result<(), StoreError> {
        let inserted = match self {
            Bulk::Sqlite { txn, .. } => prepared::insert(txn, rows).await,
            Bulk::Postgres(txn) => copy::insert(txn, rows).await,
        };
        inserted.map_err(refused)
    }

    /// Whether there is a row of this number, which then stays there until the transaction ends.
    ///
    /// # Errors
    /// Where the database refuses.
    pub(super) async fn holds(&mut self, table: &str, id: i64) -> Result<bool, StoreError> {
        let found = match self {
            // There is one writer at a time.
            Bulk::Sqlite { txn, .. } => {
                let text = format!("SELECT id FROM \"{table}\" WHERE id = ?");
                let found = sqlx::query(AssertSqlSafe(text)).bind(id);
                found
                    .fetch_optional(&mut **txn)
                    .await
                    .map(|row| row.is_some())
            }
            Bulk::Postgres(txn) => {
                let text = format!("SELECT id FROM \"{table}\" WHERE id = $1 FOR SHARE");
                let found = sqlx::query(AssertSqlSafe(text)).bind(id);
                found
                    .fetch_optional(&mut **txn)
                    .await
                    .map(|row| row.is_some())
            }
        };
        found.map_err(refused)
    }

    /// Makes what was written last.
    ///
    /// # Errors
    /// Where the database refuses.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        let committed = match self {
            Bulk::Sqlite { txn, turn } => {
                let committed = txn.commit().await;
                drop(turn);
                committed
            }
            Bulk::Postgres(txn) => txn.commit().await,
        };
        committed.map_err(refused)
    }
}

/// The names of columns as statements have them.
fn listed(columns: &[&str]) -> String {
    let names: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    names.join(", ")
}

fn refused(error: sqlx::Error) -> StoreError {
    DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error))).into()
}
