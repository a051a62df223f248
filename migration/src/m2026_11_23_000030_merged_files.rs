//! Files that hold rows of several batches. Those of one batch stay in `fact_file`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use super::by_primary_key;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut merged_file = Table::create();
        merged_file
            .table("merged_file")
            .col(big_pk_auto("id"))
            .col(text("dataset"))
            .col(text_uniq("path"))
            .col(big_integer("rows"))
            .col(big_integer("bytes"))
            .col(big_integer("first_customer"))
            .col(big_integer("last_customer"))
            .col(integer("first_day"))
            .col(integer("last_day"));
        manager.create_table(merged_file).await?;

        let mut merged_file_batch = Table::create();
        merged_file_batch
            .table("merged_file_batch")
            .col(big_integer("file"))
            .col(integer("number"))
            .col(big_integer("batch"))
            .col(big_integer("rows"))
            .primary_key(Index::create().col("file").col("number"))
            .foreign_key(
                ForeignKey::create()
                    .from("merged_file_batch", "file")
                    .to("merged_file", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .from("merged_file_batch", "batch")
                    .to("batch", "id"),
            );
        manager
            .create_table(by_primary_key(manager, &mut merged_file_batch))
            .await?;
        let mut by_batch = Index::create();
        by_batch
            .name("merged_file_batch_batch")
            .table("merged_file_batch");
        manager.create_index(by_batch.col("batch").take()).await
    }
}
