//! Rows into SQLite, many with each statement. The connection keeps statements prepared by their text, so that there are
//! few of them for each table.

use sea_orm::sqlx::sqlite::SqliteArguments;
use sea_orm::sqlx::{self, Arguments, AssertSqlSafe, Sqlite, Transaction};

use super::{Row, Values, columns};

/// Rows of the longest statement, a power of two: enough that its way to the connection's thread is nothing beside it.
const ROWS_MAX: usize = 128;

pub(super) async fn insert<R: Row>(
    txn: &mut Transaction<'static, Sqlite>,
    mut rows: &[R],
) -> Result<(), sqlx::Error> {
    let mut at_once = ROWS_MAX;
    while at_once > 0 {
        let text = statement::<R>(at_once);
        while let Some((some, rest)) = rows.split_at_checked(at_once) {
            let mut arguments = SqliteArguments::default();
            arguments.reserve(at_once * R::COLUMNS.len(), 0);
            let mut to = Bound(&mut arguments);
            for row in some {
                row.put(&mut to)?;
            }
            sqlx::query_with(AssertSqlSafe(text.as_str()), arguments)
                .execute(&mut **txn)
                .await?;
            rows = rest;
        }
        at_once /= 2;
    }
    Ok(())
}

fn statement<R: Row>(rows: usize) -> String {
    let row = format!("({})", vec!["?"; R::COLUMNS.len()].join(", "));
    let (table, columns) = (R::TABLE, columns::<R>());
    let rows = vec![row; rows].join(", ");
    format!("INSERT INTO \"{table}\" ({columns}) VALUES {rows}")
}

struct Bound<'a>(&'a mut SqliteArguments);

impl Values for Bound<'_> {
    fn none(&mut self) -> Result<(), sqlx::Error> {
        self.0.add(None::<i64>).map_err(sqlx::Error::Encode)
    }

    fn flag(&mut self, value: bool) -> Result<(), sqlx::Error> {
        self.0.add(value).map_err(sqlx::Error::Encode)
    }

    fn small(&mut self, value: i16) -> Result<(), sqlx::Error> {
        self.0.add(value).map_err(sqlx::Error::Encode)
    }

    fn int(&mut self, value: i32) -> Result<(), sqlx::Error> {
        self.0.add(value).map_err(sqlx::Error::Encode)
    }

    fn big(&mut self, value: i64) -> Result<(), sqlx::Error> {
        self.0.add(value).map_err(sqlx::Error::Encode)
    }

    fn float(&mut self, value: f64) -> Result<(), sqlx::Error> {
        self.0.add(value).map_err(sqlx::Error::Encode)
    }

    fn text(&mut self, value: &str) -> Result<(), sqlx::Error> {
        self.0.add(value).map_err(sqlx::Error::Encode)
    }
}
