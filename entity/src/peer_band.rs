//! A non-empty quartile of a metric in a slice: its range and how many partners it holds.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "peer_band")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slice: i32,
    /// The metric's place in the scorecard, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub metric: i16,
    /// 1 (lowest) to 4.
    #[sea_orm(primary_key, auto_increment = false)]
    pub band: i16,
    /// The ends are exact: numerator (a decimal integer, which can exceed 64 bits for money) ÷ denominator.
    pub min_numerator: String,
    pub min_denominator: i64,
    pub max_numerator: String,
    pub max_denominator: i64,
    pub partners: i32,
}

impl ActiveModelBehavior for ActiveModel {}
