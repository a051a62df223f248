//! The pages: the list of partners and each partner's scorecard, as HTML that needs no script.
//!
//! A handler opens a scope, reads, and hands plain texts to a template of `templates/`. What a viewer may see is decided
//! by `service::scope`, how figures are written by [`number`] and [`date`]; queries live in the store.

pub mod asset;
pub mod failure;
pub mod home;
pub mod scorecard;

mod date;
mod number;
mod page;

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;

use crate::config::Config;
use crate::service::scope::Viewer;
use crate::store::Db;

/// How long the database may take over one page.
const PATIENCE: Duration = Duration::from_secs(10);

/// What every page reads from.
#[derive(Clone, Debug)]
pub struct Pages {
    pub db: Db,
    pub config: Arc<Config>,
}

/// Tells the pages who asks. There is no sign-in yet: whoever asks is staff.
pub fn viewer() -> Extension<Viewer> {
    Extension(Viewer::Staff)
}

/// Gives up on a page that takes too long.
async fn in_time<T>(
    reading: impl Future<Output = Result<T, failure::Failure>>,
) -> Result<T, failure::Failure> {
    tokio::time::timeout(PATIENCE, reading)
        .await
        .unwrap_or(Err(failure::Failure::Slow))
}
