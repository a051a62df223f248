//! Reading some columns of some row groups of many files, block by block.
//!
//! Parts of the next files are fetched while one is decoded; what is held at once is a few such parts and one block. Of local
//! files the system is told of the next part instead, and one is held.

use std::ops::Range;

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;

use crate::block::Block;
use crate::error::Error;
use crate::file::FileRef;
use crate::part::Part;
use crate::store::FactStore;

/// The rows of a file that are fetched together, in whole row groups.
const PART_ROWS: u64 = 64 * 1024;
/// The rows of a file that are decoded together.
const BLOCK_ROWS: usize = 16 * 1024;
/// The parts that are fetched ahead.
const PARTS_AHEAD: usize = 3;

/// Every customer there can be.
pub(crate) const ALL_CUSTOMERS: Range<u32> = 0..u32::MAX;

/// Where decoded blocks go.
pub(crate) trait Sink: Send + 'static {
    /// The columns that are decoded; all of them where empty.
    const COLUMNS: &'static [&'static str];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error>;
}

impl FactStore {
    /// Hands the row groups that may hold any of these customers to a sink, file by file as given.
    pub(crate) async fn scan<S: Sink>(
        &self,
        files: Vec<FileRef>,
        customers: Range<u32>,
        mut sink: S,
    ) -> Result<S, Error> {
        let parts = stream::iter(files)
            .map(|file| self.plan(file, customers.clone(), S::COLUMNS, PART_ROWS))
            .buffered(PARTS_AHEAD)
            .map_ok(|parts| stream::iter(parts.into_iter().map(Ok)))
            .try_flatten()
            .map_ok(|part| self.clone().fetch(part))
            .try_buffered(PARTS_AHEAD);
        // One thread decodes them all, so that its memory serves one after the other.
        let (sender, mut fetched) = mpsc::channel::<Part>(1);
        let store = self.clone();
        let decode = tokio::task::spawn_blocking(move || {
            let mut next = fetched.blocking_recv();
            while let Some(part) = next {
                next = fetched.try_recv().ok();
                if let Some(next) = &next {
                    next.announce(&store)?;
                }
                let mut blocks = part.open(&store, BLOCK_ROWS)?;
                while blocks.next(|block| sink.take(block))? {}
                next = next.or_else(|| fetched.blocking_recv());
            }
            Ok::<S, Error>(sink)
        });
        let mut parts = std::pin::pin!(parts);
        while let Some(part) = parts.try_next().await? {
            // Nobody takes it where decoding has failed, which is told below.
            if sender.send(part).await.is_err() {
                break;
            }
        }
        drop(sender);
        decode.await?
    }
}
