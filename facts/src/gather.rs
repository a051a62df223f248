//! The rows of a bucket from many files, read one file after the other.
//!
//! Files that are read side by side hold a block and a part each, all the time: much, where there is a small file for each
//! day. So of many files a bucket's rows are held instead, which [`crate::buckets()`] keeps few, and sorted by customer.

use std::ops::Range;

use crate::block::Block;
use crate::error::Error;
use crate::file::FileRef;
use crate::pick::{Pick, Picked, places_of};
use crate::run::Run;
use crate::scan::Sink;
use crate::store::FactStore;

/// The most files of a dataset that a bucket reads side by side, but in tests.
pub(crate) const SIDE_BY_SIDE_FILES: usize = 64;

/// One run with the rows of all these files, of one customer file by file as given.
pub(crate) async fn gather<R: Picked>(
    store: &FactStore,
    files: Vec<FileRef>,
    pick: &Pick,
) -> Result<Run<R>, Error> {
    let gathered = Gathered {
        pick: pick.clone(),
        rows: Vec::with_capacity(expected(&files, &pick.customers)),
    };
    let mut gathered = store.scan(files, pick.customers.clone(), gathered).await?;
    let sorted = tokio::task::spawn_blocking(move || {
        // They are sorted file by file, which makes it merging.
        gathered.rows.sort_by_key(Picked::customer);
        gathered.rows
    });
    Ok(Run::gathered(store.clone(), sorted.await?))
}

/// About how many rows of these customers the files hold, taken as evenly spread: a list that grows by doubling leaves twice its
/// memory behind.
fn expected(files: &[FileRef], customers: &Range<u32>) -> usize {
    let rows = files.iter().map(|file| {
        let of_file = u64::from(file.last_customer.abs_diff(file.first_customer)) + 1;
        let first = file.first_customer.max(customers.start);
        let end = file.last_customer.saturating_add(1).min(customers.end);
        file.rows as f64 * f64::from(end.saturating_sub(first)) / of_file as f64
    });
    rows.sum::<f64>().ceil() as usize
}

struct Gathered<R> {
    pick: Pick,
    rows: Vec<R>,
}

impl<R: Picked> Sink for Gathered<R> {
    const COLUMNS: &'static [&'static str] = R::COLUMNS;

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        let at = places_of(block, &self.pick.customers)?;
        R::read(block, at, &self.pick, &mut self.rows)
    }
}
