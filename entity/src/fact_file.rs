//! A file of the fact store that holds rows of one batch. This table and `merged_file` alone say which files count.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fact_file")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub batch: i64,
    pub dataset: String,
    /// Its place in the fact store.
    #[sea_orm(unique)]
    pub path: String,
    pub rows: i64,
    pub bytes: i64,
    pub first_customer: i64,
    pub last_customer: i64,
    pub first_day: i32,
    pub last_day: i32,
}

impl ActiveModelBehavior for ActiveModel {}
