//! Something that was done. A trigger of the database refuses to change or delete it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub at: DateTimeUtc,
    /// Who did it, such as `key 3 "me"` or `command line`.
    pub who: String,
    /// The address it came from; none for the command line.
    pub address: Option<String>,
    /// What was done, such as `api_key.create`.
    pub action: String,
    /// What it was done to, such as `api_key 3`.
    pub subject: String,
    /// The subject before, as JSON; none where there was nothing.
    pub before: Option<String>,
    /// The subject after, as JSON; none where nothing is left.
    pub after: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
