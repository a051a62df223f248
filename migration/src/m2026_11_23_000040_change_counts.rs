//! How often keys and what answers are made of have changed, so that a server knows whether what it keeps still holds.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// What is counted, and the tables whose changes count.
const TOPICS: [(&str, &[&str]); 2] = [
    ("keys", &["api_key", "api_key_partner"]),
    ("answers", &["snapshot", "partner", "offering", "location"]),
];

const COUNT_ON_POSTGRES: &str = "CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN UPDATE change_count SET count = count + 1 WHERE topic = TG_ARGV[0]; RETURN NULL; END $$";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut change_count = Table::create();
        change_count
            .table("change_count")
            .col(text("topic").primary_key())
            .col(big_integer("count"));
        manager.create_table(change_count).await?;
        let connection = manager.get_connection();
        let is_sqlite = manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite;
        if !is_sqlite {
            connection.execute_unprepared(COUNT_ON_POSTGRES).await?;
        }
        for (topic, tables) in TOPICS {
            let insert = format!("INSERT INTO change_count (topic, count) VALUES ('{topic}', 0)");
            connection.execute_unprepared(&insert).await?;
            for table in tables {
                if is_sqlite {
                    for event in ["INSERT", "UPDATE", "DELETE"] {
                        let trigger = on_sqlite(topic, table, event);
                        connection.execute_unprepared(&trigger).await?;
                    }
                } else {
                    let trigger = on_postgres(topic, table);
                    connection.execute_unprepared(&trigger).await?;
                }
            }
        }
        Ok(())
    }
}

/// In the transaction of the change, so that both are seen at once, or neither.
fn on_sqlite(topic: &str, table: &str, event: &str) -> String {
    let name = event.to_lowercase();
    format!(
        "CREATE TRIGGER {table}_{name}_is_counted AFTER {event} ON {table}
         BEGIN UPDATE change_count SET count = count + 1 WHERE topic = '{topic}'; END"
    )
}

/// Once for each statement, however many rows it has.
fn on_postgres(topic: &str, table: &str) -> String {
    format!(
        "CREATE TRIGGER {table}_is_counted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
         FOR EACH STATEMENT EXECUTE FUNCTION count_change('{topic}')"
    )
}
