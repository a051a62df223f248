//! One file's rows of some customers, taken one customer after the other.
//!
//! A run holds one block of rows and the bytes of a part of its file; the next part is fetched meanwhile. Where files are
//! many, that would be much for each of them: then one run has the rows of all (see [`mod@crate::gather`]).

use std::collections::VecDeque;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::file::FileRef;
use crate::pick::{Pick, Picked, places_of};
use crate::scan::{Blocks, Part};
use crate::store::FactStore;

/// The rows that are decoded together: few, since every file of a bucket holds as many.
const BLOCK_ROWS: usize = 4 * 1024;
/// The rows of a file that are fetched together, in whole row groups.
const PART_ROWS: u64 = 64 * 1024;
/// The customer at the head of a run that has ended. No customer has this number.
pub(crate) const ENDED: u32 = u32::MAX;

pub(crate) struct Run<R> {
    store: FactStore,
    parts: VecDeque<Part>,
    ahead: Option<JoinHandle<Result<Part, Error>>>,
    blocks: Option<Blocks>,
    rows: Vec<R>,
    at: usize,
    /// All its rows, where they have been read before.
    gathered: Vec<R>,
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
            rows: Vec::new(),
            at: 0,
            gathered: rows,
        }
    }

    /// The customer of the next row.
    pub(crate) fn head(&self) -> u32 {
        self.rows.get(self.at).map_or(ENDED, Picked::customer)
    }

    /// Moves the rows of the customer at the head.
    pub(crate) fn take(
        &mut self,
        runtime: &Handle,
        pick: &Pick,
        into: &mut Vec<R>,
    ) -> Result<(), Error> {
        let customer = self.head();
        while self.head() == customer && customer != ENDED {
            let rest = &self.rows[self.at..];
            let same = rest.iter().position(|row| row.customer() != customer);
            let same = same.unwrap_or(rest.len());
            into.extend_from_slice(&rest[..same]);
            self.at += same;
            if self.at == self.rows.len() {
                self.fill(runtime, pick)?;
            }
        }
        Ok(())
    }

    /// Decodes the next block that has rows to take. To be called from a thread that may block.
    pub(crate) fn fill(&mut self, runtime: &Handle, pick: &Pick) -> Result<(), Error> {
        self.rows.clear();
        self.at = 0;
        if !self.gathered.is_empty() {
            self.rows = std::mem::take(&mut self.gathered);
        }
        while self.rows.is_empty() {
            let Some(blocks) = &mut self.blocks else {
                match self.next_part(runtime)? {
                    Some(part) => self.blocks = Some(part.open(BLOCK_ROWS)?),
                    None => return Ok(()),
                }
                continue;
            };
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
        }
        Ok(())
    }

    fn next_part(&mut self, runtime: &Handle) -> Result<Option<Part>, Error> {
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
