//! Whose eyes a query is for, and the scope it opens.
//!
//! Everything below a snapshot carries its [`Scope`], so that nested fields cannot mix dates. There is no sign-in yet:
//! whoever asks is staff, and may look through a partner's eyes to see what it will see.

use async_graphql::{Context, Enum};
use kernel::Day;

use super::error::Failure;
use super::reader::reader;
use crate::service::scope::Viewer;

pub use crate::service::scope::Scope;

/// Whose eyes the figures are for.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// Program staff: exact figures of every partner.
    #[default]
    Staff,
    /// The partner itself, as a preview: its own values exactly; of its peers only what the release rules allow, and
    /// ranges as they are rounded for partners.
    Partner,
}

impl From<Audience> for Viewer {
    fn from(audience: Audience) -> Viewer {
        match audience {
            Audience::Staff => Viewer::Staff,
            Audience::Partner => Viewer::AnyPartner,
        }
    }
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
        Some(snapshot) => Ok(Scope::new(snapshot, audience)),
        None => Err(Failure::NotFound(match as_of {
            Some(day) => format!("asOf: no snapshot is published for {day}"),
            None => "no snapshot is published yet".to_owned(),
        })),
    }
}
