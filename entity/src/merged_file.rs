//! A file of the fact store that compaction made of others. It counts as those of `fact_file` do.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merged_file")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub dataset: String,
    /// Its place in the fact store.
    #[sea_orm(unique)]
    pub path: String,
    /// All it holds, those of batches that are gone too.
    pub rows: i64,
    pub bytes: i64,
    pub first_customer: i64,
    pub last_customer: i64,
    pub first_day: i32,
    pub last_day: i32,
}

impl ActiveModelBehavior for ActiveModel {}
