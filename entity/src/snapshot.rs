//! Everything published for one as-of date.

use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum State {
    /// Being written; no reader sees it.
    #[sea_orm(string_value = "building")]
    Building,
    #[sea_orm(string_value = "published")]
    Published,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "snapshot")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub as_of: i32,
    /// 1 for the first snapshot of its date; each recompute adds one. Readers see the greatest published.
    pub revision: i32,
    pub state: State,
    /// The program settings it was computed with, as JSON.
    pub settings: String,
    /// The place in the commit order of the last batch it counts.
    pub last_sequence: i64,
    pub fact_rows: i64,
    pub slices: i64,
    pub scorecards: i64,
    pub peer_bands: i64,
    pub created_at: DateTimeUtc,
    pub published_at: Option<DateTimeUtc>,
    /// The run that wrote it; what it leaves unpublished when it ends is swept.
    pub run: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
