//! One file's rows of some customers, taken some customers at a time.
//!
//! A run holds a block or two of rows and the bytes of a part of its file. The next part is fetched meanwhile; of a local file
//! the system is told of it instead, and whoever decodes it reads it, so that no thread waits for another. Where files are
//! many, that would be much for each of them: then one run has the rows of all (see [`mod@crate::gather`]).

use std::collections::VecDeque;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::block::Blocks;
use crate::error::Error;
use crate::file::FileRef;
use crate::part::Part;
use crate::pick::{Pick, Picked, places_of};
use crate::store::FactStore;

/// The rows that are decoded together: few, since every file of a bucket holds as many.
const BLOCK_ROWS: usize = 2 * 1024;
/// The rows of a file that are fetched together, in whole row groups.
const PART_ROWS: u64 = 32 * 1024;
/// The customer at the head of a run that has ended. No customer has this number.
pub(crate) const ENDED: u32 = u32::MAX;

pub(crate) struct Run<R> {
    store: FactStore,
    parts: VecDeque<Part>,
    ahead: Option<JoinHandle<Result<Part, Error>>>,
    blocks: Option<Blocks>,
    /// In order of customer. Those before `at` have been taken.
    rows: Vec<R>,
    at: usize,
    /// Where the rows that are ready to be taken end.
    ready: usize,
}

impl<R: Picked> Run<R> {
    /// Looks up where the file's rows lie, and reads none of them yet.
    pub(crate) async fn plan(
        store: FactStore,
        file: FileRef,
        pick: &Pick,
    ) -> Result<Run<R>, Error> {
        let customers = pick.customers.clone();
        let parts = store.plan(file, customers, R::COLUMNS, PART_ROWS).await?;
        Ok(Run {
            parts: parts.into(),
            ..Run::gathered(store, Vec::new())
        })
    }

    /// Rows that have been read, by customer.
    pub(crate) fn gathered(store: FactStore, rows: Vec<R>) -> Run<R> {
        Run {
            store,
            parts: VecDeque::new(),
            ahead: None,
            blocks: None,
            rows,
            at: 0,
            ready: 0,
        }
    }

    /// The customer of the next row. It is known once [`Run::read_to`] was called.
    pub(crate) fn head(&self) -> u32 {
        self.rows.get(self.at).map_or(ENDED, Picked::customer)
    }

    /// Decodes all rows of customers before this one, and the first row after them: they are ready then. To be called from
    /// a thread that may block.
    pub(crate) fn read_to(&mut self, end: u32, runtime: &Handle, pick: &Pick) -> Result<(), Error> {
        let is_before = |row: &R| row.customer() < end;
        while self.rows.last().is_none_or(is_before) && self.decode_next(runtime, pick)? {}
        self.ready = self.at + self.rows[self.at..].partition_point(is_before);
        Ok(())
    }

    /// The rows that are ready, in order of customer.
    pub(crate) fn ready(&self) -> &[R] {
        &self.rows[self.at..self.ready]
    }

    /// They have been taken.
    pub(crate) fn advance(&mut self) {
        self.at = self.ready;
    }

    /// Decodes one block more; whether there was one.
    fn decode_next(&mut self, runtime: &Handle, pick: &Pick) -> Result<bool, Error> {
        let blocks = loop {
            match &mut self.blocks {
                Some(blocks) => break blocks,
                None => match self.next_part(runtime)? {
                    Some(part) => self.blocks = Some(part.open(&self.store, BLOCK_ROWS)?),
                    None => return Ok(false),
                },
            }
        };
        self.rows.drain(..self.at);
        self.at = 0;
        let rows = &mut self.rows;
        let mut has_later = false;
        let more = blocks.next(|block| {
            let at = places_of(block, &pick.customers)?;
            has_later = at.end < block.len();
            if at.is_empty() {
                return Ok(());
            }
            R::read(block, at, pick, rows)
        })?;
        // The file is sorted by customer: what follows a later customer is later too.
        if has_later {
            self.parts.clear();
            self.ahead = None;
        }
        if has_later || !more {
            self.blocks = None;
        }
        Ok(true)
    }

    fn next_part(&mut self, runtime: &Handle) -> Result<Option<Part>, Error> {
        if self.store.is_local() {
            let part = self.parts.pop_front();
            if let Some(next) = self.parts.front() {
                next.announce(&self.store)?;
            }
            return Ok(part);
        }
        let ahead = self.ahead.take().or_else(|| self.fetch_next(runtime));
        let Some(ahead) = ahead else {
            return Ok(None);
        };
        self.ahead = self.fetch_next(runtime);
        Ok(Some(runtime.block_on(ahead)??))
    }

    fn fetch_next(&mut self, runtime: &Handle) -> Option<JoinHandle<Result<Part, Error>>> {
        let part = self.parts.pop_front()?;
        Some(runtime.spawn(self.store.clone().fetch(part)))
    }
}
