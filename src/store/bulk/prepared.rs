//! Rows into SQLite, many with each statement. The connection keeps statements prepared by their text, so that there are
//! few of them for each table.

use futures_util::future::join;
use sea_orm::sqlx::sqlite::SqliteArguments;
use sea_orm::sqlx::{self, Arguments, AssertSqlSafe, Sqlite, Transaction};

use super::{Row, Values, listed};

/// Rows of the longest statement, a power of two: enough that waking the connection's thread, and being woken by it, is
/// nothing beside it. SQLite takes 32,766 values with a statement.
const ROWS_MAX: usize = 512;

pub(super) async fn insert<R: Row>(
    txn: &mut Transaction<'static, Sqlite>,
    rows: &[R],
) -> Result<(), sqlx::Error> {
    let statements: Vec<String> = sizes().map(statement::<R>).collect();
    let mut parts = parts(rows).map(|(size, rows)| (&statements[size], rows));
    let Some((mut text, first)) = parts.next() else {
        return Ok(());
    };
    let mut arguments = bind(first)?;
    loop {
        let statement = sqlx::query_with(AssertSqlSafe(text.as_str()), arguments);
        // While the connection's thread works on some rows, the next are made ready here.
        let next = async { parts.next().map(|(text, rows)| (text, bind(rows))) };
        let (done, next) = join(statement.execute(&mut **txn), next).await;
        done?;
        let Some((next, bound)) = next else {
            return Ok(());
        };
        (text, arguments) = (next, bound?);
    }
}

/// The rows of each kind of statement.
fn sizes() -> impl Iterator<Item = usize> {
    (0..=ROWS_MAX.ilog2()).rev().map(|size| 1 << size)
}

/// The rows of one statement after the other, with the place of its kind.
fn parts<R>(mut rows: &[R]) -> impl Iterator<Item = (usize, &[R])> {
    std::iter::from_fn(move || {
        let kind = sizes().position(|size| size <= rows.len())?;
        let (some, rest) = rows.split_at(ROWS_MAX >> kind);
        rows = rest;
        Some((kind, some))
    })
}

fn bind<R: Row>(rows: &[R]) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(rows.len() * R::COLUMNS_ON_SQLITE.len(), 0);
    for row in rows {
        row.put_on_sqlite(&mut Bound(&mut arguments))?;
    }
    Ok(arguments)
}

fn statement<R: Row>(rows: usize) -> String {
    let (table, columns) = (R::TABLE_ON_SQLITE, R::COLUMNS_ON_SQLITE);
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    let (columns, rows) = (listed(columns), vec![row; rows].join(", "));
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
