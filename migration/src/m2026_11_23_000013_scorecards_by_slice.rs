//! Scorecards are found by slice alone: what is asked of a partner is asked in slices, and an index by partner was a fifth
//! of what it takes to publish a snapshot.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut by_partner = Index::drop();
        by_partner
            .name("scorecard_snapshot_partner")
            .table("scorecard");
        manager.drop_index(by_partner).await
    }
}
