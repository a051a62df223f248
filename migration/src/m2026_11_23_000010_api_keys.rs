//! API keys and the partners that they are for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use super::by_primary_key;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut api_key = Table::create();
        api_key
            .table("api_key")
            .col(big_pk_auto("id"))
            .col(text("name"))
            .col(text("role"))
            .col(text("exports"))
            .col(text("prefix"))
            .col(text_uniq("hash"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("expires_at"))
            .col(timestamp_with_time_zone_null("last_used_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .col(big_integer_null("replaced_by"));
        manager.create_table(api_key).await?;

        let mut api_key_partner = Table::create();
        api_key_partner
            .table("api_key_partner")
            .col(big_integer("api_key"))
            .col(integer("partner"))
            .primary_key(Index::create().col("api_key").col("partner"))
            .foreign_key(
                ForeignKey::create()
                    .from("api_key_partner", "api_key")
                    .to("api_key", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .from("api_key_partner", "partner")
                    .to("partner", "id"),
            );
        let api_key_partner = by_primary_key(manager, &mut api_key_partner);
        manager.create_table(api_key_partner).await
    }
}
