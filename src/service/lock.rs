//! Locks between processes that share a data directory.

use std::fs::{File, OpenOptions};
use std::io;

use crate::config::DataDir;

/// Held while it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Waits until nobody else writes batches, then keeps others from it.
///
/// # Errors
/// Where the lock's file cannot be made or locked.
pub async fn ingesting(data_dir: &DataDir) -> io::Result<Lock> {
    acquire(data_dir, "ingest").await
}

/// Waits until nobody else computes snapshots, then keeps others from it.
///
/// # Errors
/// Where the lock's file cannot be made or locked.
pub async fn computing(data_dir: &DataDir) -> io::Result<Lock> {
    acquire(data_dir, "compute").await
}

async fn acquire(data_dir: &DataDir, name: &str) -> io::Result<Lock> {
    let path = data_dir.lock(name);
    let lock = tokio::task::spawn_blocking(move || {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        file.lock()?;
        Ok(Lock { _file: file })
    });
    lock.await.map_err(io::Error::other)?
}
