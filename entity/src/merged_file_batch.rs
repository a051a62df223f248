//! A batch of which a merged file holds rows. Rows whose number stands for no batch are never read.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merged_file_batch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub file: i64,
    /// What the batch's rows bear in the file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub batch: i64,
    pub rows: i64,
}

impl ActiveModelBehavior for ActiveModel {}
