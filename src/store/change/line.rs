//! The connection over which the counts are looked up: one that is kept, because a pool asks a connection whether it works
//! before and after each statement, which takes longer than the statement.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, Postgres, Sqlite};
use sea_orm::{DbErr, RuntimeErr};

use super::Changes;
use crate::store::{Db, StoreError};

/// How long one look-up may take.
const PATIENCE: Duration = Duration::from_secs(10);

const COUNTS: &str = "SELECT topic, count FROM change_count";

/// A connection of whichever database it is.
#[derive(Debug)]
pub(super) enum Line {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Looks the counts up, over a new line where there is none that works. Gives the line back for the next time.
pub(super) async fn count_changes(
    db: &Db,
    line: Option<Line>,
) -> Result<(Changes, Line), StoreError> {
    let rows = match line {
        // The server may have gone and come back since: that is no reason to fail.
        Some(line) => over(line).await.ok(),
        None => None,
    };
    let (rows, line) = match rows {
        Some(found) => found,
        None => over(Line::new(db).await?).await?,
    };
    let count = |wanted: &str| {
        let row = rows.iter().find(|(topic, _)| topic == wanted);
        row.map(|(_, count)| *count)
            .ok_or_else(|| StoreError::Corrupt(format!("changes of {wanted} are not counted")))
    };
    let changes = Changes {
        keys: count("keys")?,
        answers: count("answers")?,
    };
    Ok((changes, line))
}

/// The rows, and the line where it still works. One on which something has failed, or is still under way, is closed.
async fn over(mut line: Line) -> Result<(Vec<(String, i64)>, Line), StoreError> {
    let looking = async {
        match &mut line {
            Line::Sqlite(line) => sqlx::query_as(COUNTS).fetch_all(&mut **line).await,
            Line::Postgres(line) => sqlx::query_as(COUNTS).fetch_all(&mut **line).await,
        }
    };
    let looked = tokio::time::timeout(PATIENCE, looking).await;
    match looked.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
        Ok(rows) => Ok((rows, line)),
        Err(error) => {
            line.close();
            Err(DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))).into())
        }
    }
}

impl Line {
    async fn new(db: &Db) -> Result<Line, StoreError> {
        let line = if db.is_sqlite() {
            let pool = db.lone().get_sqlite_connection_pool();
            pool.acquire().await.map(Line::Sqlite)
        } else {
            let pool = db.lone().get_postgres_connection_pool();
            pool.acquire().await.map(Line::Postgres)
        };
        line.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))).into())
    }

    fn close(self) {
        match self {
            Line::Sqlite(mut line) => line.close_on_drop(),
            Line::Postgres(mut line) => line.close_on_drop(),
        }
    }
}
