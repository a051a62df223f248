//! A company that sells or services.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique)]
    pub partner_id: String,
    pub name: String,
    pub country: String,
    pub partner_type: Option<String>,
    pub tier: Option<String>,
    /// Companies of one owner share it.
    pub group_id: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
