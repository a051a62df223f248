//! Which run writes a snapshot, and whether an operator wants a run stopped.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut job_run = Table::alter();
        job_run
            .table("job_run")
            .add_column(boolean("cancel_requested").default(false));
        manager.alter_table(job_run).await?;
        let mut snapshot = Table::alter();
        snapshot
            .table("snapshot")
            .add_column(big_integer_null("run"));
        manager.alter_table(snapshot).await?;
        let mut by_state = Index::create();
        by_state.name("job_run_state").table("job_run");
        manager.create_index(by_state.col("state").take()).await?;
        let mut by_state = Index::create();
        by_state.name("snapshot_state").table("snapshot");
        manager.create_index(by_state.col("state").take()).await
    }
}
