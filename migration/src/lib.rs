//! The schema of the SQL store, as steps that never change once released.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m2026_11_23_000001_reference;
mod m2026_11_23_000002_facts;
mod m2026_11_23_000003_snapshots;
mod m2026_11_23_000004_runs;
mod m2026_11_23_000005_uncounted_files;
mod m2026_11_23_000006_text_by_bytes;
mod m2026_11_23_000010_api_keys;
mod m2026_11_23_000011_sessions;
mod m2026_11_23_000012_audit_log;
mod m2026_11_23_000013_scorecards_by_slice;
mod m2026_11_23_000020_packed_scorecards;
mod m2026_11_23_000030_merged_files;
mod m2026_11_23_000030_release_reports;
mod m2026_11_23_000040_change_counts;
mod m2026_11_23_000050_scorecard_view;
mod m2026_11_30_000060_input_copies;

/// Applies the steps in order. Run it in a transaction: SQLite does not get one of its own for each step.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m2026_11_23_000001_reference::Migration),
            Box::new(m2026_11_23_000002_facts::Migration),
            Box::new(m2026_11_23_000003_snapshots::Migration),
            Box::new(m2026_11_23_000004_runs::Migration),
            Box::new(m2026_11_23_000005_uncounted_files::Migration),
            Box::new(m2026_11_23_000006_text_by_bytes::Migration),
            Box::new(m2026_11_23_000010_api_keys::Migration),
            Box::new(m2026_11_23_000011_sessions::Migration),
            Box::new(m2026_11_23_000012_audit_log::Migration),
            Box::new(m2026_11_23_000013_scorecards_by_slice::Migration),
            Box::new(m2026_11_23_000020_packed_scorecards::Migration),
            Box::new(m2026_11_23_000030_release_reports::Migration),
            Box::new(m2026_11_23_000030_merged_files::Migration),
            Box::new(m2026_11_23_000040_change_counts::Migration),
            Box::new(m2026_11_23_000050_scorecard_view::Migration),
            Box::new(m2026_11_30_000060_input_copies::Migration),
        ]
    }
}

/// SQLite stores a table by its primary key only when it is asked to.
fn by_primary_key(
    manager: &SchemaManager<'_>,
    table: &mut TableCreateStatement,
) -> TableCreateStatement {
    if manager.get_database_backend() == sea_orm::DatabaseBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table.take()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// They came in at once; a step that databases know by its name is not renamed.
    const SHARED: [&str; 2] = [
        "m2026_11_23_000030_release_reports",
        "m2026_11_23_000030_merged_files",
    ];

    #[test]
    fn each_step_has_a_number_of_its_own() {
        let mut by_number: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for step in Migrator::migrations() {
            let name = step.name().to_owned();
            let number: String = name.chars().take("m2026_11_23_000000".len()).collect();
            by_number.entry(number).or_default().push(name);
        }
        by_number.retain(|_, names| names.len() > 1);
        let shared: Vec<Vec<String>> = by_number.into_values().collect();
        assert_eq!(shared, [SHARED.map(str::to_owned)]);
    }

    #[test]
    fn steps_are_listed_by_number() {
        let steps = Migrator::migrations();
        let numbers: Vec<&str> = steps.iter().map(|step| &step.name()[..18]).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
    }
}
