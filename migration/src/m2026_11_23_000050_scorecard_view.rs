//! On SQLite what follows from the stored columns of a scorecard is worked out by a view, and no longer by columns of the
//! table: SQLite works generated columns out for each row that is inserted, those too that it does not store.
//!
//! The table keeps its rows and is named `packed_scorecard`; the view has the name and the columns of before.

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

/// The columns that the step `packed_scorecards` made to be generated, besides those of standings, and what they follow
/// from.
const VALUES: [(&str, &str); 5] = [
    (
        "revenue_ten_thousandths",
        "coalesce(large_revenue, CAST(small_revenue AS text))",
    ),
    (
        "revenue",
        "coalesce(large_revenue_float, small_revenue / 10000.0)",
    ),
    ("monthly_active_users", "yearly_users / 12.0"),
    (
        "mau_per_assigned_seat",
        "yearly_users / (assigned_seats * 12.0)",
    ),
    (
        "net_promoter_score",
        "(promoters - detractors) * 1.0 / responses",
    ),
];

const STORED: [&str; 12] = [
    "snapshot",
    "slice",
    "partner",
    "yearly_users",
    "assigned_seats",
    "promoters",
    "detractors",
    "responses",
    "new_customers",
    "net_paid_seats",
    "certified_people",
    "production_instances",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != sea_orm::DatabaseBackend::Sqlite {
            return Ok(());
        }
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE scorecard RENAME TO packed_scorecard")
            .await?;
        // None of them is stored, so that no row is rewritten.
        for (name, _) in worked_out() {
            let dropped = format!("ALTER TABLE packed_scorecard DROP COLUMN {name}");
            db.execute_unprepared(&dropped).await?;
        }
        db.execute_unprepared(&view()).await?;
        Ok(())
    }
}

/// The columns that others follow to, each with its expression.
fn worked_out() -> Vec<(String, String)> {
    let values = VALUES.map(|(name, value)| (name.to_owned(), value.to_owned()));
    // The lowest two bits are the band, counted from 0; then 31 of the rank; above them how many are smaller.
    let standings = METRICS.iter().flat_map(|metric| {
        [
            (
                format!("{metric}_band"),
                format!("({metric}_standing & 3) + 1"),
            ),
            (
                format!("{metric}_rank"),
                format!("{metric}_standing >> 2 & 2147483647"),
            ),
            (format!("{metric}_less"), format!("{metric}_standing >> 33")),
        ]
    });
    values.into_iter().chain(standings).collect()
}

fn view() -> String {
    let worked_out = worked_out().into_iter();
    let worked_out: Vec<String> = worked_out
        .map(|(name, value)| format!("{value} AS {name}"))
        .collect();
    format!(
        "CREATE VIEW scorecard AS SELECT {}, {} FROM packed_scorecard",
        STORED.join(", "),
        worked_out.join(", ")
    )
}
