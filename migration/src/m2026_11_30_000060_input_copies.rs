//! Copies of what a run reads all of, in the form in which it reads it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// The tables that are copied.
const TABLES: [&str; 2] = ["customer", "association"];

const DROP_ON_POSTGRES: &str =
    "CREATE FUNCTION drop_input_copy() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN DELETE FROM input_copy WHERE of_table = TG_TABLE_NAME; RETURN NULL; END $$";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut input_copy = Table::create();
        input_copy
            .table("input_copy")
            .col(text("of_table").primary_key())
            .col(blob("content"));
        manager.create_table(input_copy).await?;
        let connection = manager.get_connection();
        let is_sqlite = manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite;
        if !is_sqlite {
            connection.execute_unprepared(DROP_ON_POSTGRES).await?;
        }
        for table in TABLES {
            if is_sqlite {
                for event in ["INSERT", "UPDATE", "DELETE"] {
                    let trigger = on_sqlite(table, event);
                    connection.execute_unprepared(&trigger).await?;
                }
            } else {
                connection.execute_unprepared(&on_postgres(table)).await?;
            }
        }
        Ok(())
    }
}

/// In the transaction of the change, so that nobody sees a copy of what is not so any more.
fn on_sqlite(table: &str, event: &str) -> String {
    let name = event.to_lowercase();
    format!(
        "CREATE TRIGGER {table}_{name}_drops_copy AFTER {event} ON {table}
         BEGIN DELETE FROM input_copy WHERE of_table = '{table}'; END"
    )
}

/// Once for each statement, however many rows it has.
fn on_postgres(table: &str) -> String {
    format!(
        "CREATE TRIGGER {table}_drops_copy AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
         FOR EACH STATEMENT EXECUTE FUNCTION drop_input_copy()"
    )
}
