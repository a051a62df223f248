//! A copy of all rows of a table, in the form in which a run reads them. Triggers delete it with any change of the table.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "input_copy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub of_table: String,
    #[sea_orm(column_type = "Blob")]
    pub content: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
