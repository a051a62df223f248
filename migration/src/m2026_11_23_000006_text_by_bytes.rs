//! Text compares by its bytes, as DATA.md orders ids.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// SQLite compares so anyway. PostgreSQL follows the language of its database, which orders ids and names in another way
/// than cursors, exports and the kernel do.
const ALL_TEXT_COLUMNS: &str = r#"
DO $$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
    LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE text COLLATE "C"', found.table_name, found.column_name);
    END LOOP;
END $$
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == sea_orm::DatabaseBackend::Postgres {
            let connection = manager.get_connection();
            connection.execute_unprepared(ALL_TEXT_COLUMNS).await?;
        }
        Ok(())
    }
}
