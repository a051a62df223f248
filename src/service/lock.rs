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

/// Waits until nobody else compacts the fact store, then keeps others from it.
///
/// # Errors
/// Where the lock's file cannot be made or locked.
pub async fn compacting(data_dir: &DataDir) -> io::Result<Lock> {
    acquire(data_dir, "compact").await
}

/// Keeps others from compacting the fact store, unless somebody does.
///
/// # Errors
/// Where the lock's file cannot be made or locked.
pub fn try_compacting(data_dir: &DataDir) -> io::Result<Option<Lock>> {
    try_acquire(data_dir, "compact")
}

/// Keeps others from writing batches, unless somebody does.
///
/// # Errors
/// Where the lock's file cannot be made or locked.
pub fn try_ingesting(data_dir: &DataDir) -> io::Result<Option<Lock>> {
    try_acquire(data_dir, "ingest")
}

/// Keeps others from computing snapshots, unless somebody does.
///
/// # Errors
/// Where the lock's file cannot be made or locked.
pub fn try_computing(data_dir: &DataDir) -> io::Result<Option<Lock>> {
    try_acquire(data_dir, "compute")
}

fn try_acquire(data_dir: &DataDir, name: &str) -> io::Result<Option<Lock>> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data_dir.lock(name))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

async fn acquire(data_dir: &DataDir, name: &str) -> io::Result<Lock> {
    // Asked again and again rather than waited for in a thread, which could not be given up when the process is to stop.
    loop {
        match try_acquire(data_dir, name)? {
            Some(lock) => return Ok(lock),
            None => tokio::time::sleep(PATIENCE).await,
        }
    }
}
