//! A file of the fact store. This table alone says which files count.

use sea_orm::entity::prelude::*;

/// What a file is to its readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum State {
    /// Part of a stored batch.
    #[sea_orm(string_value = "live")]
    Live,
    /// Announced before it is written, or no longer part of a batch: to be removed once nobody can read it.
    #[sea_orm(string_value = "leftover")]
    Leftover,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fact_file")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub batch: Option<i64>,
    pub dataset: String,
    pub state: State,
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
