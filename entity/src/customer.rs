//! One tenant at one location.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique)]
    pub customer_id: String,
    pub location: i32,
    pub name: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
