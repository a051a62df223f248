//! What protecting a metric of a snapshot came to, and what can be known of its values now.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot: i64,
    /// The metric's place in the scorecard, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub metric: i16,
    pub values: i64,
    /// Values that could have been told within 10 % before anything was withheld against it.
    pub bounded_before: i64,
    pub bounded_after: i64,
    /// For the next snapshot, packed.
    #[sea_orm(column_type = "Blob")]
    pub knowledge: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
