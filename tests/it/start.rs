//! Several servers that start at once on a database that is not made yet.

use std::path::Path;

use migration::{Migrator, MigratorTrait};
use peerband::store::{Db, seed};

use crate::harness::database;

const SERVERS: usize = 4;

#[tokio::test]
async fn servers_that_start_at_once_make_one_schema() {
    let folder = tempfile::tempdir().unwrap();
    let url = database::url().await;
    let file = folder.path().join("peerband.db");
    let starts = (0..SERVERS).map(|_| tokio::spawn(start(url.clone(), file.clone())));
    for start in starts.collect::<Vec<_>>() {
        let db = start.await.unwrap();
        let pending = Migrator::get_pending_migrations(db.read()).await.unwrap();
        assert!(pending.is_empty());
    }
}

async fn start(url: String, file: impl AsRef<Path>) -> Db {
    let db = Db::open(&url, file.as_ref(), 2).await.unwrap();
    seed::seed(&db).await.unwrap();
    db
}
