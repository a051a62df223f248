//! Files that may lie in the fact store and do not count.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut uncounted_file = Table::create();
        uncounted_file
            .table("uncounted_file")
            .col(big_pk_auto("id"))
            .col(text_uniq("path"))
            .col(text("state"));
        manager.create_table(uncounted_file).await
    }
}
