//! A partner's standing with a customer from one day to another.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "association")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner: i32,
    /// `DPOR`, `CPOR` or `CSP`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub association_type: String,
    /// The workload's offering; everything where it names none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub offering: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_on: i32,
    /// The first day that it no longer holds.
    pub ends_on: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
