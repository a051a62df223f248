//! What was done, by whom; kept for good.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const KEPT_BY_SQLITE: [&str; 2] = [
    "CREATE TRIGGER audit_entry_is_not_changed BEFORE UPDATE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_entry_is_not_deleted BEFORE DELETE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
];

const KEPT_BY_POSTGRES: [&str; 2] = [
    "CREATE FUNCTION audit_entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
    "CREATE TRIGGER audit_entry_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
     FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_kept()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut audit_entry = Table::create();
        audit_entry
            .table("audit_entry")
            .col(big_pk_auto("id"))
            .col(timestamp_with_time_zone("at"))
            .col(text("who"))
            .col(text_null("address"))
            .col(text("action"))
            .col(text("subject"))
            .col(text_null("before"))
            .col(text_null("after"));
        manager.create_table(audit_entry).await?;
        let mut by_action = Index::create();
        by_action.name("audit_entry_action").table("audit_entry");
        let by_action = by_action.col("action").col("id").take();
        manager.create_index(by_action).await?;
        let kept = match manager.get_database_backend() {
            sea_orm::DatabaseBackend::Sqlite => KEPT_BY_SQLITE,
            _ => KEPT_BY_POSTGRES,
        };
        for statement in kept {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }
}
