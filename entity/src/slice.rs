//! One offering at one location; shared by all snapshots.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "slice")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub offering: i32,
    pub location: i32,
}

impl ActiveModelBehavior for ActiveModel {}
