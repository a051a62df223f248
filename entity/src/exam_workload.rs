//! A workload that an exam counts for.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exam_workload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub exam: i32,
    /// The workload's offering.
    #[sea_orm(primary_key, auto_increment = false)]
    pub offering: i32,
    /// The first day on which passes no longer count.
    pub counts_until: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
