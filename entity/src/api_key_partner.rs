//! A partner that an API key is for.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key_partner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub api_key: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner: i32,
}

impl ActiveModelBehavior for ActiveModel {}
