//! What was withheld from partners and why, and what earlier snapshots told: for `release.ranges` = `protected`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use super::by_primary_key;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for mut column in [
            boolean("ranked").default(true).take(),
            small_integer_null("rule"),
            integer_null("told"),
        ] {
            let mut peer_group = Table::alter();
            peer_group.table("peer_group").add_column(&mut column);
            manager.alter_table(peer_group).await?;
        }
        let mut release_report = Table::create();
        release_report
            .table("release_report")
            .col(big_integer("snapshot"))
            .col(small_integer("metric"))
            .col(big_integer("values"))
            .col(big_integer("bounded_before"))
            .col(big_integer("bounded_after"))
            .col(blob("knowledge"))
            .primary_key(Index::create().col("snapshot").col("metric"));
        manager
            .create_table(by_primary_key(manager, &mut release_report))
            .await
    }
}
