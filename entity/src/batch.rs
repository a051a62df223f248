//! A stored batch of facts, or the name of an upload of reference data.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "batch")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub dataset: String,
    /// Unique within its dataset.
    pub batch_id: String,
    /// Its place in the commit order: of the rows of one key, that of the greatest counts.
    #[sea_orm(unique)]
    pub sequence: i64,
    /// Rows stored.
    pub rows: i64,
    /// Rows left out, where the sender asked for that instead of a refusal.
    pub rejected: i64,
    pub committed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
