//! Whose eyes a query is for, and the scope it opens.
//!
//! Everything below a snapshot carries its [`Scope`], so that nested fields cannot mix dates. Staff may look through a
//! partner's eyes to see what it will see; nobody sees more than the principal of the request may.

use std::sync::Arc;

use async_graphql::{Context, Enum};
use kernel::Day;

use super::error::Failure;
use super::reader::reader;
use crate::store::snapshot::Snapshot;

pub use crate::service::scope::Scope;

/// Whose eyes the figures are for.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// One's own: exact figures of every partner for program staff, and for a partner what `PARTNER` shows.
    #[default]
    Staff,
    /// The partner itself, as a preview: its own values exactly; of its peers only what the release rules allow, and
    /// ranges as they are rounded for partners.
    Partner,
}

impl Audience {
    /// The scope through these eyes. Nobody sees more than before.
    #[must_use]
    pub fn narrow(self, scope: &Scope) -> Scope {
        match self {
            Audience::Staff => scope.clone(),
            Audience::Partner => scope.as_partner(),
        }
    }
}

/// A snapshot through the eyes of whoever asks.
#[must_use]
pub fn scope_of(ctx: &Context<'_>, snapshot: Arc<Snapshot>) -> Scope {
    Scope::new(snapshot, reader(ctx).principal().viewer())
}

/// The scope of the snapshot of a date, or of the newest one.
///
/// # Errors
/// Where nothing is published for it.
pub async fn open(
    ctx: &Context<'_>,
    as_of: Option<Day>,
    audience: Audience,
) -> Result<Scope, Failure> {
    match reader(ctx).snapshot(as_of, None).await? {
        Some(snapshot) => Ok(audience.narrow(&scope_of(ctx, snapshot))),
        None => Err(Failure::NotFound(match as_of {
            Some(day) => format!("asOf: no snapshot is published for {day}"),
            None => "no snapshot is published yet".to_owned(),
        })),
    }
}

/// # Errors
/// Where whoever asks may see no figures at all.
pub fn check_figures(scope: &Scope) -> Result<(), Failure> {
    if scope.sees_figures() {
        Ok(())
    } else {
        Err(Failure::Forbidden(
            "figures are for the roles admin, analyst and partner",
        ))
    }
}

/// # Errors
/// Where whoever asks may not see batches and runs.
pub fn check_operations(ctx: &Context<'_>) -> Result<(), Failure> {
    if reader(ctx).rights().operations() {
        Ok(())
    } else {
        Err(Failure::Forbidden(
            "batches, jobs and their runs are for the roles admin and operator",
        ))
    }
}

/// # Errors
/// Where whoever asks may not see or change API keys.
pub fn check_keys(ctx: &Context<'_>) -> Result<(), Failure> {
    if reader(ctx).rights().keys() {
        Ok(())
    } else {
        Err(Failure::Forbidden(
            "API keys and the audit log are for the role admin",
        ))
    }
}
