//! The one place that asks what time it is.

use chrono::{DateTime, Utc};

/// The current time.
#[must_use]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
