//! Rows by key, for many keys at once.
//!
//! Rows that are not for everybody are only there for whoever has the right to them.
//! Each noun implements [`Loader`] for [`Rows`] and its own key types; whatever one request asks for at the same time
//! becomes one statement, and what other requests have read is not read again while nothing has changed (`kept.rs`).

mod batch;

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::dataloader::Loader;

use self::batch::{Batch, Leading, Turn};
use super::kept::{Keep, Known};
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

/// The most keys of one statement: three numbers of each stay below the 32,766 that SQLite binds.
const KEYS_MAX: usize = 10_000;

/// Collects the keys that one request asks for together and remembers what was found, so that it reads one truth.
///
/// Whoever asks first lets all others of the request ask too, and then reads for all of them: no timer, and no other task,
/// decides what is together. Cheap to clone.
#[derive(Clone)]
pub struct RowLoader {
    rows: Rows,
    kept: Option<Known>,
    is_forgetful: bool,
    /// By the type of the key.
    batches: Arc<Mutex<HashMap<TypeId, Box<dyn Any + Send>>>>,
}

impl std::fmt::Debug for RowLoader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowLoader")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// A loader for one request, of the rows that these rights are for.
#[must_use]
pub fn row_loader(db: &Db, rights: &Rights) -> RowLoader {
    RowLoader {
        rows: Rows {
            db: db.clone(),
            rights: rights.clone(),
        },
        kept: None,
        is_forgetful: false,
        batches: Arc::default(),
    }
}

impl RowLoader {
    /// Reads what others have read too, as long as it is what the counts at the beginning of this request say.
    #[must_use]
    pub fn sharing(mut self, kept: Option<Known>) -> RowLoader {
        self.kept = kept;
        self
    }

    /// For whoever asks for long: nothing is remembered.
    #[must_use]
    pub fn forgetful(mut self) -> RowLoader {
        self.is_forgetful = true;
        self.kept = None;
        self
    }

    /// What other requests have read; none where nothing is shared.
    #[must_use]
    pub fn kept(&self) -> Option<&Known> {
        self.kept.as_ref()
    }

    /// The row with this key.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn load_one<K>(
        &self,
        key: K,
    ) -> Result<Option<<Rows as Loader<K>>::Value>, SharedError>
    where
        K: Keep<Row = <Rows as Loader<K>>::Value>,
        Rows: Loader<K, Error = SharedError>,
    {
        loop {
            match self.with(|batch| self.ask(batch, &key)) {
                Turn::Found(row) => return Ok(row),
                // Those who wait are many and of one task, which tokio would interrupt half way: then they would not go on
                // together.
                Turn::Wait(told) => match tokio::task::unconstrained(told).await {
                    Ok(told) => return told,
                    // Whoever read for all has gone away: somebody else does it.
                    Err(_) => continue,
                },
                Turn::Lead => return self.lead(key).await,
            }
        }
    }

    /// Reads for everybody who asks by now.
    async fn lead<K>(&self, key: K) -> Result<Option<<Rows as Loader<K>>::Value>, SharedError>
    where
        K: Keep<Row = <Rows as Loader<K>>::Value>,
        Rows: Loader<K, Error = SharedError>,
    {
        let leading = Leading::new(|| drop(self.with(Batch::<K>::begin)));
        // The others are polled by the same task: once it runs again they have asked. The second time is for those who
        // waited for one another.
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        leading.end();
        let waiting = self.with(Batch::<K>::begin);
        let keys: HashSet<K> = waiting.iter().map(|(key, _)| key.clone()).collect();
        let mut keys: Vec<K> = keys.into_iter().filter(|other| *other != key).collect();
        keys.push(key.clone());
        let read = self.read(&keys).await;
        let found = |key: &K| match &read {
            Ok(rows) => Ok(rows.get(key).cloned()),
            Err(error) => Err(error.clone()),
        };
        if read.is_ok() && !self.is_forgetful {
            self.with(|batch| {
                for key in &keys {
                    if let Ok(row) = found(key) {
                        batch.remember(key, row);
                    }
                }
            });
        }
        for (key, told) in waiting {
            // Who has gone away need not know.
            let _ = told.send(found(&key));
        }
        found(&key)
    }

    async fn read<K>(
        &self,
        keys: &[K],
    ) -> Result<HashMap<K, <Rows as Loader<K>>::Value>, SharedError>
    where
        K: Keep<Row = <Rows as Loader<K>>::Value>,
        Rows: Loader<K, Error = SharedError>,
    {
        let mut rows = HashMap::new();
        for keys in keys.chunks(KEYS_MAX) {
            rows.extend(self.rows.load(keys).await?);
        }
        if let Some(kept) = &self.kept {
            for (key, row) in &rows {
                kept.keep(key, row);
            }
        }
        Ok(rows)
    }

    /// What is known already, or whose turn it is to read.
    fn ask<K: Keep>(&self, batch: &mut Batch<K>, key: &K) -> Turn<K> {
        if let Some(row) = batch.found(key) {
            return Turn::Found(row);
        }
        let Some(row) = self.kept.as_ref().and_then(|kept| kept.get(key)) else {
            return batch.wait(key);
        };
        // Hidden and absent are the same.
        let row = key.is_visible(&row, &self.rows.rights).then_some(row);
        batch.remember(key, row.clone());
        Turn::Found(row)
    }

    /// What is asked by keys of one type.
    fn with<K, Told>(&self, act: impl FnOnce(&mut Batch<K>) -> Told) -> Told
    where
        K: Keep,
    {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = batches
            .entry(TypeId::of::<K>())
            .or_insert_with(|| Box::new(Batch::<K>::default()));
        match batch.downcast_mut() {
            Some(batch) => act(batch),
            // It is of the type that it was made for.
            None => act(&mut Batch::default()),
        }
    }
}
