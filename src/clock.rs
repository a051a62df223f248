//! The one place that asks what time it is.

use chrono::{DateTime, Utc};

/// The current time.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
