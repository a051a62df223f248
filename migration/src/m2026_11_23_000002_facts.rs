//! Batches and the files of the fact store.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut batch = Table::create();
        batch
            .table("batch")
            .col(big_pk_auto("id"))
            .col(text("dataset"))
            .col(text("batch_id"))
            .col(big_integer_uniq("sequence"))
            .col(big_integer("rows"))
            .col(big_integer("rejected"))
            .col(timestamp_with_time_zone("committed_at"));
        manager.create_table(batch).await?;
        let mut by_id = Index::create();
        by_id.name("batch_dataset_batch_id").table("batch").unique();
        manager
            .create_index(by_id.col("dataset").col("batch_id").take())
            .await?;

        let mut fact_file = Table::create();
        fact_file
            .table("fact_file")
            .col(big_pk_auto("id"))
            .col(big_integer("batch"))
            .col(text("dataset"))
            .col(text_uniq("path"))
            .col(big_integer("rows"))
            .col(big_integer("bytes"))
            .col(big_integer("first_customer"))
            .col(big_integer("last_customer"))
            .col(integer("first_day"))
            .col(integer("last_day"))
            .foreign_key(
                ForeignKey::create()
                    .from("fact_file", "batch")
                    .to("batch", "id"),
            );
        manager.create_table(fact_file).await?;
        let mut by_batch = Index::create();
        by_batch.name("fact_file_batch").table("fact_file");
        manager.create_index(by_batch.col("batch").take()).await
    }
}
