//! Runs and what they publish.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use super::by_primary_key;

/// Each metric's name, and whether its values are fractions.
const METRICS: [(&str, bool); 8] = [
    ("revenue", true),
    ("new_customers", false),
    ("net_paid_seats", false),
    ("certified_people", false),
    ("production_instances", false),
    ("monthly_active_users", true),
    ("mau_per_assigned_seat", true),
    ("net_promoter_score", true),
];

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut job_run = Table::create();
        job_run
            .table("job_run")
            .col(big_pk_auto("id"))
            .col(text("job"))
            .col(integer("as_of"))
            .col(text_null("slot"))
            .col(text("trigger"))
            .col(text("state"))
            .col(timestamp_with_time_zone("started_at"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .col(big_integer("fence"))
            .col(big_integer("lease_until"))
            .col(big_integer_null("fact_rows"))
            .col(big_integer_null("scorecards"))
            .col(big_integer_null("peer_bands"))
            .col(big_integer_null("snapshot"))
            .col(text_null("error"));
        manager.create_table(job_run).await?;
        let mut by_slot = Index::create();
        by_slot.name("job_run_job_slot").table("job_run").unique();
        manager
            .create_index(by_slot.col("job").col("slot").take())
            .await?;

        let mut snapshot = Table::create();
        snapshot
            .table("snapshot")
            .col(big_pk_auto("id"))
            .col(integer("as_of"))
            .col(integer("revision"))
            .col(text("state"))
            .col(text("settings"))
            .col(big_integer("last_sequence"))
            .col(big_integer("fact_rows"))
            .col(big_integer("slices"))
            .col(big_integer("scorecards"))
            .col(big_integer("peer_bands"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("published_at"));
        manager.create_table(snapshot).await?;
        let mut by_date = Index::create();
        by_date
            .name("snapshot_as_of_revision")
            .table("snapshot")
            .unique();
        manager
            .create_index(by_date.col("as_of").col("revision").take())
            .await?;

        let mut slice = Table::create();
        slice
            .table("slice")
            .col(pk_auto("id"))
            .col(integer("offering"))
            .col(integer("location"));
        manager.create_table(slice).await?;
        let mut by_filters = Index::create();
        by_filters
            .name("slice_offering_location")
            .table("slice")
            .unique();
        manager
            .create_index(by_filters.col("offering").col("location").take())
            .await?;

        let mut peer_group = Table::create();
        peer_group
            .table("peer_group")
            .col(big_integer("snapshot"))
            .col(integer("slice"))
            .col(small_integer("metric"))
            .col(integer("peers"))
            .col(boolean("released"))
            .primary_key(Index::create().col("snapshot").col("slice").col("metric"));
        manager
            .create_table(by_primary_key(manager, &mut peer_group))
            .await?;

        let mut peer_band = Table::create();
        peer_band
            .table("peer_band")
            .col(big_integer("snapshot"))
            .col(integer("slice"))
            .col(small_integer("metric"))
            .col(small_integer("band"))
            .col(text("min_numerator"))
            .col(big_integer("min_denominator"))
            .col(text("max_numerator"))
            .col(big_integer("max_denominator"))
            .col(integer("partners"))
            .primary_key(
                Index::create()
                    .col("snapshot")
                    .col("slice")
                    .col("metric")
                    .col("band"),
            );
        manager
            .create_table(by_primary_key(manager, &mut peer_band))
            .await?;

        let mut scorecard = Table::create();
        scorecard
            .table("scorecard")
            .col(big_integer("snapshot"))
            .col(integer("slice"))
            .col(integer("partner"))
            .col(text_null("revenue_ten_thousandths"))
            .col(big_integer_null("yearly_users"))
            .col(big_integer_null("assigned_seats"))
            .col(big_integer_null("promoters"))
            .col(big_integer_null("detractors"))
            .col(big_integer_null("responses"));
        for (metric, is_fraction) in METRICS {
            scorecard.col(match (metric, is_fraction) {
                ("certified_people", _) => big_integer(metric),
                (_, true) => double_null(metric),
                (_, false) => big_integer_null(metric),
            });
        }
        for (metric, _) in METRICS {
            scorecard
                .col(small_integer_null(format!("{metric}_band")))
                .col(integer_null(format!("{metric}_rank")))
                .col(integer_null(format!("{metric}_less")));
        }
        scorecard.primary_key(Index::create().col("snapshot").col("slice").col("partner"));
        manager
            .create_table(by_primary_key(manager, &mut scorecard))
            .await?;
        let mut by_partner = Index::create();
        by_partner
            .name("scorecard_snapshot_partner")
            .table("scorecard");
        manager
            .create_index(by_partner.col("snapshot").col("partner").take())
            .await
    }
}
