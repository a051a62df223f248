//! Rows by key, for many keys at once.
//!
//! Rows that are not for everybody are only there for whoever has the right to them.
//! Each noun implements [`Loader`](async_graphql::dataloader::Loader) for [`Rows`] and its own key types; whatever is
//! asked for at the same time becomes one statement.

use std::sync::Arc;

use async_graphql::dataloader::{DataLoader, HashMapCache};

use super::rights::Rights;
use super::{Db, StoreError};

/// A failure that several askers share.
pub type SharedError = Arc<StoreError>;

/// Every row that can be looked up by a key.
#[derive(Clone, Debug)]
pub struct Rows {
    pub(super) db: Db,
    pub(super) rights: Rights,
}

/// Collects the keys that are asked for together and remembers what was found, so that one request reads one truth.
pub type RowLoader = DataLoader<Rows, HashMapCache>;

/// The most keys of one statement: three numbers of each stay below the 32,766 that SQLite binds.
const KEYS_MAX: usize = 10_000;

/// A loader for one request, of the rows that these rights are for.
#[must_use]
pub fn row_loader(db: &Db, rights: &Rights) -> RowLoader {
    DataLoader::with_cache(
        Rows {
            db: db.clone(),
            rights: rights.clone(),
        },
        tokio::spawn,
        HashMapCache::default(),
    )
    .max_batch_size(KEYS_MAX)
}
