//! Everything, a product or a workload.

use sea_orm::entity::prelude::*;

/// The row of everything, which each slice of all products refers to.
pub const EVERYTHING: i32 = 0;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offering")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Empty for everything.
    pub product_id: String,
    /// Empty for everything and for a whole product.
    pub workload_id: String,
    pub name: String,
}

impl ActiveModelBehavior for ActiveModel {}
