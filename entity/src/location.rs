//! A node of the location tree.

use sea_orm::entity::prelude::*;

/// The row of the world, which every tree stands under.
pub const WORLD: i32 = 0;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "location")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Empty for the world.
    pub location_id: String,
    /// None for the world alone.
    pub parent: Option<i32>,
    pub name: String,
    /// Part of the tree that a program has until it sends one of its own.
    pub built_in: bool,
    /// No longer part of the tree in use; earlier snapshots may still name it.
    pub retired: bool,
}

impl ActiveModelBehavior for ActiveModel {}
