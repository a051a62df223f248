//! On SQLite a scorecard is stored in half as many columns: what follows from others is worked out when it is read, and
//! where a value stands is one number. Publishing a snapshot costs there what binding and recording its columns costs.
//!
//! All columns of the step `snapshots` can still be read, filtered and sorted by under their names; `PostgreSQL`, to which
//! rows are copied whole, keeps them as they were.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const METRICS: [&str; 8] = [
    "revenue",
    "new_customers",
    "net_paid_seats",
    "certified_people",
    "production_instances",
    "monthly_active_users",
    "mau_per_assigned_seat",
    "net_promoter_score",
];

/// The largest amount, in ten-thousandths, whose quotient by 10,000 is the float nearest to it: whole numbers up to it
/// have floats of their own.
const LARGEST_EXACT: &str = "9007199254740992";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != sea_orm::DatabaseBackend::Sqlite {
            return Ok(());
        }
        let db = manager.get_connection();
        db.execute_unprepared(&table()).await?;
        db.execute_unprepared(&copy()).await?;
        db.execute_unprepared("DROP TABLE scorecard").await?;
        let renamed = "ALTER TABLE packed_scorecard RENAME TO scorecard";
        db.execute_unprepared(renamed).await?;
        Ok(())
    }
}

fn table() -> String {
    // The fractions have no declared type: SQLite would hand a whole one on as an integer.
    let standings = METRICS.map(|metric| format!("{metric}_standing integer"));
    // The lowest two bits are the band, counted from 0; then 31 of the rank; above them how many are smaller.
    let standing = METRICS.map(|metric| {
        format!(
            "{metric}_band smallint AS (({metric}_standing & 3) + 1),
             {metric}_rank integer AS ({metric}_standing >> 2 & 2147483647),
             {metric}_less integer AS ({metric}_standing >> 33)"
        )
    });
    format!(
        "CREATE TABLE packed_scorecard (
            snapshot integer NOT NULL,
            slice integer NOT NULL,
            partner integer NOT NULL,
            small_revenue integer,
            large_revenue text,
            large_revenue_float double,
            yearly_users integer,
            assigned_seats integer,
            promoters integer,
            detractors integer,
            responses integer,
            new_customers integer,
            net_paid_seats integer,
            certified_people integer NOT NULL,
            production_instances integer,
            {},
            revenue_ten_thousandths text AS (coalesce(large_revenue, CAST(small_revenue AS text))),
            revenue AS (coalesce(large_revenue_float, small_revenue / 10000.0)),
            monthly_active_users AS (yearly_users / 12.0),
            mau_per_assigned_seat AS (yearly_users / (assigned_seats * 12.0)),
            net_promoter_score AS ((promoters - detractors) * 1.0 / responses),
            {},
            PRIMARY KEY (snapshot, slice, partner)
        ) WITHOUT ROWID",
        standings.join(", "),
        standing.join(", ")
    )
}

fn copy() -> String {
    let names = METRICS.map(|metric| format!("{metric}_standing"));
    let standings = METRICS.map(|metric| {
        format!("({metric}_less << 33) | ({metric}_rank << 2) | ({metric}_band - 1)")
    });
    // Text that is no 64-bit integer becomes the nearest one there is, which is not small.
    let is_small = format!(
        "CAST(revenue_ten_thousandths AS integer) BETWEEN -{LARGEST_EXACT} AND {LARGEST_EXACT}"
    );
    format!(
        "INSERT INTO packed_scorecard (
            snapshot, slice, partner, small_revenue, large_revenue, large_revenue_float,
            yearly_users, assigned_seats, promoters, detractors, responses,
            new_customers, net_paid_seats, certified_people, production_instances, {})
        SELECT
            snapshot, slice, partner,
            CASE WHEN {is_small} THEN CAST(revenue_ten_thousandths AS integer) END,
            CASE WHEN NOT {is_small} THEN revenue_ten_thousandths END,
            CASE WHEN NOT {is_small} THEN revenue END,
            yearly_users, assigned_seats, promoters, detractors, responses,
            new_customers, net_paid_seats, certified_people, production_instances, {}
        FROM scorecard",
        names.join(", "),
        standings.join(", ")
    )
}
