//! Whether the server is alive, and whether it can answer.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;

use crate::store::Db;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// Answers as long as the process does. Whoever watches it restarts the process where it does not.
pub async fn live() -> &'static str {
    "alive\n"
}

/// Whether requests can be answered now: the database does.
pub async fn ready(State(db): State<Db>) -> (StatusCode, &'static str) {
    match tokio::time::timeout(PATIENCE, db.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(_)) | Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        ),
    }
}
