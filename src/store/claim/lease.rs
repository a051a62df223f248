//! Leases by the database's clock.

use std::time::Duration;

use entity::job_run::{Column, State};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseBackend};

pub(super) fn expired(db: &impl ConnectionTrait) -> Condition {
    Condition::all()
        .add(Column::State.eq(State::Running))
        .add(Expr::col(Column::LeaseUntil).lt(seconds_now(db)))
}

pub(super) fn lease_end(db: &impl ConnectionTrait, lease: Duration) -> Expr {
    seconds_now(db).add(lease.as_secs().cast_signed())
}

/// Seconds since 1970 by the database's clock.
fn seconds_now(db: &impl ConnectionTrait) -> Expr {
    Expr::cust(match db.get_database_backend() {
        DatabaseBackend::Sqlite => "unixepoch()",
        _ => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)",
    })
}
