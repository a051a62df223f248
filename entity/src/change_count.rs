//! How often something has changed, counted by triggers in the transaction of each change.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_count")]
pub struct Model {
    /// `keys`, or `answers`: whatever answers about published snapshots are made of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: String,
    pub count: i64,
}

impl ActiveModelBehavior for ActiveModel {}
