//! A file that may lie in the fact store and does not count. No path is here and in `fact_file` or
//! `merged_file` at once.

use sea_orm::entity::prelude::*;

/// Why a file does not count, and so when it may be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum State {
    /// Of a batch that is being written. The transaction that makes the batch visible takes it off this list.
    #[sea_orm(string_value = "announced")]
    Announced,
    /// Of a compaction under way. The transaction that has it take the place of others takes it off this list.
    #[sea_orm(string_value = "merging")]
    Merging,
    /// Of a batch or a compaction that never became visible. Nobody has ever read it, so that it may go at once.
    #[sea_orm(string_value = "abandoned")]
    Abandoned,
    /// Of a batch that was replaced or deleted, or merged into others. A run that began before may still read it.
    #[sea_orm(string_value = "retired")]
    Retired,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uncounted_file")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Its place in the fact store.
    #[sea_orm(unique)]
    pub path: String,
    pub state: State,
}

impl ActiveModelBehavior for ActiveModel {}
