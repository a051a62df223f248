//! Many rows of one table at once. All full statements have the same text, which the connection keeps prepared.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IdenStatic, Iterable, ModelTrait,
    Statement, Value,
};

use super::StoreError;

/// Parameters of one statement: both databases take more.
const PARAMETERS_MAX: usize = 32_000;

/// Inserts rows whose keys are not there yet.
pub(super) async fn insert<Entity>(
    txn: &DatabaseTransaction,
    rows: &[Entity::Model],
) -> Result<(), StoreError>
where
    Entity: EntityTrait,
{
    let columns: Vec<Entity::Column> = Entity::Column::iter().collect();
    let rows_at_once = PARAMETERS_MAX / columns.len();
    let backend = txn.get_database_backend();
    let mut text = String::new();
    let mut text_rows = 0;
    for rows in rows.chunks(rows_at_once) {
        if text_rows != rows.len() {
            text = statement::<Entity>(backend, &columns, rows.len());
            text_rows = rows.len();
        }
        let values: Vec<Value> = rows
            .iter()
            .flat_map(|row| columns.iter().map(|column| row.get(*column)))
            .collect();
        txn.execute_raw(Statement::from_sql_and_values(backend, &text, values))
            .await?;
    }
    Ok(())
}

fn statement<Entity: EntityTrait>(
    backend: DbBackend,
    columns: &[Entity::Column],
    rows: usize,
) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.as_str()))
        .collect();
    let mut text = format!(
        "INSERT INTO \"{}\" ({}) VALUES ",
        Entity::default().table_name(),
        names.join(", ")
    );
    for parameter in 0..rows * columns.len() {
        let starts_row = parameter % columns.len() == 0;
        text.push_str(match (starts_row, parameter) {
            (true, 0) => "(",
            (true, _) => "), (",
            (false, _) => ", ",
        });
        text.push_str(&match backend {
            DbBackend::Postgres => format!("${}", parameter + 1),
            _ => "?".to_owned(),
        });
    }
    text.push(')');
    text
}
