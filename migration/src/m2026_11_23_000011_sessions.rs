//! Browser sessions, and links that begin one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut session = Table::create();
        session
            .table("session")
            .col(big_pk_auto("id"))
            .col(text_uniq("hash"))
            .col(text("state"))
            .col(big_integer_null("api_key"))
            .col(text_null("claims"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .foreign_key(
                ForeignKey::create()
                    .from("session", "api_key")
                    .to("api_key", "id"),
            );
        manager.create_table(session).await?;
        let mut by_end = Index::create();
        by_end.name("session_expires_at").table("session");
        manager.create_index(by_end.col("expires_at").take()).await
    }
}
