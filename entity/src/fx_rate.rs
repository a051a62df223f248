//! A currency's rate to the reporting currency from a day on.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fx_rate")]
pub struct Model {
    /// ISO 4217.
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub rate_date: i32,
    /// The rate is `digits` ÷ 10 to the power of `places`; at most 18 digits.
    pub digits: i64,
    /// 0 to 9.
    pub places: i16,
}

impl ActiveModelBehavior for ActiveModel {}
