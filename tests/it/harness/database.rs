//! The database of one test: a SQLite file, or a PostgreSQL database of its own.

use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{ConnectionTrait, Database};

/// Names a PostgreSQL server, such as `postgres://peerband@127.0.0.1:5433`, to run the same tests on. Databases are
/// made there and left behind: give it a throwaway one.
pub(crate) const SERVER: &str = "PEERBAND_TEST_POSTGRES";

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Empty for a SQLite file.
pub(crate) async fn url() -> String {
    let Ok(server) = std::env::var(SERVER) else {
        return String::new();
    };
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{count}", std::process::id());
    let admin = Database::connect(format!("{server}/postgres"))
        .await
        .unwrap();
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    admin.close().await.unwrap();
    format!("{server}/{name}")
}
