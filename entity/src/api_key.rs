//! A key that a program or a person asks with. The key itself is kept by whoever it was shown to.

use sea_orm::entity::prelude::*;

/// What a key's holder may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum Role {
    /// Everything.
    #[sea_orm(string_value = "admin")]
    Admin,
    /// Data and jobs, and no partner's figures.
    #[sea_orm(string_value = "operator")]
    Operator,
    /// Reads every partner, exactly.
    #[sea_orm(string_value = "analyst")]
    Analyst,
    /// Its own scorecards, and of its peers what the release rules allow.
    #[sea_orm(string_value = "partner")]
    Partner,
    /// The exports that its key names.
    #[sea_orm(string_value = "integrator")]
    Integrator,
}

impl Role {
    /// The role with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Role> {
        use sea_orm::Iterable;
        Role::iter().find(|role| role.name() == name)
    }

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Operator => "operator",
            Role::Analyst => "analyst",
            Role::Partner => "partner",
            Role::Integrator => "integrator",
        }
    }
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What people call it. Not unique: a key and the one that replaces it share it.
    pub name: String,
    pub role: Role,
    /// The exports that an integrator may take, separated by commas; empty for the other roles.
    pub exports: String,
    /// How the key begins, to tell keys apart by.
    pub prefix: String,
    /// SHA-256 of the key, as hexadecimal digits.
    #[sea_orm(unique)]
    pub hash: String,
    pub created_at: DateTimeUtc,
    /// From then on it is refused.
    pub expires_at: Option<DateTimeUtc>,
    /// To the minute.
    pub last_used_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
    /// The key that was made in its place.
    pub replaced_by: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
