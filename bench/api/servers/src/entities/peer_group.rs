//! Peer groups.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "peer_group")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slice: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub metric: i16,
    pub peers: i32,
    pub released: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelatedEntity)]
pub enum RelatedEntity {}

impl ActiveModelBehavior for ActiveModel {}
