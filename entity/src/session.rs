//! A browser that has signed in, or a link that lets one in.

use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum State {
    /// Signed in.
    #[sea_orm(string_value = "open")]
    Open,
    /// A link that begins one session, once.
    #[sea_orm(string_value = "link")]
    Link,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// SHA-256 of the token that the browser holds, as hexadecimal digits.
    #[sea_orm(unique)]
    pub hash: String,
    pub state: State,
    /// The key that was signed in with. The session ends with it.
    pub api_key: Option<i64>,
    /// What an identity provider has said of whoever signed in, as JSON; none with a key.
    pub claims: Option<String>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
