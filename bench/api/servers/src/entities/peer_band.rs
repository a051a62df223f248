//! Peer bands.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "peer_band")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slice: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub metric: i16,
    #[sea_orm(primary_key, auto_increment = false)]
    pub band: i16,
    pub min_numerator: String,
    pub min_denominator: i64,
    pub max_numerator: String,
    pub max_denominator: i64,
    pub partners: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelatedEntity)]
pub enum RelatedEntity {}

impl ActiveModelBehavior for ActiveModel {}
