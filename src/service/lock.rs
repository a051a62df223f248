//! Locks between processes that share a data directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::time::Duration;

use crate::config::DataDir;

/// How long until a held lock is asked for again.
const PATIENCE: Duration = Duration::from_millis(50);

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
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data_dir.lock(name))?;
    // Asked again and again rather than waited for in a thread, which could not be given up when the process is to stop.
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(PATIENCE).await,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}
