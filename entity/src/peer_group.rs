//! How many peers a metric has in a slice, and whether partners may see how they are spread.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "peer_group")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slice: i32,
    /// The metric's place in the scorecard, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub metric: i16,
    /// Above zero: a metric without a value has no row.
    pub peers: i32,
    /// The release rules let partners see bands and counts.
    pub released: bool,
    /// And rank, percentile and how many share a value.
    pub ranked: bool,
    /// Under protected ranges, the number of the rule by which less than everything is shown.
    pub rule: Option<i16>,
    /// How many values could have been told otherwise.
    pub told: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
