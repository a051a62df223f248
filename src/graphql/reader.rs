//! What one request reads through: loaders that remember, and the snapshots it has settled on.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use kernel::Day;
use tokio::sync::Mutex;

use super::error::Failure;
use crate::config::{Config, Graphql};
use crate::service::explain::{ExplainOf, Explained, Explainer, Explaining, Unexplained};
use crate::service::identity::Principal;
use crate::store::Db;
use crate::store::kept::{Keep, Known, SnapshotOf, SnapshotUntil};
use crate::store::loader::{RowLoader, Rows, SharedError, row_loader};
use crate::store::rights::Rights;
use crate::store::snapshot::{Snapshot, find_revision, find_snapshot, find_snapshot_until};

/// By date and revision, as they were asked for.
type Pinned = HashMap<(Option<Day>, Option<i32>), Option<Arc<Snapshot>>>;

/// The stores and settings as one request sees them. Made anew for each request.
pub struct Reader {
    pub db: Db,
    pub config: Arc<Config>,
    principal: Arc<Principal>,
    rows: RowLoader,
    explanations: DataLoader<Explainer, HashMapCache>,
    is_forgetful: bool,
    /// The snapshot of each date and revision that was asked for; held while one is looked up, so that it is looked up
    /// once.
    pinned: Mutex<Pinned>,
    /// Likewise the newest one of a day or before it.
    until: Mutex<HashMap<Day, Option<Arc<Snapshot>>>>,
}

/// The reader of the request that a field belongs to.
pub fn reader<'a>(ctx: &Context<'a>) -> &'a Reader {
    // The session extension of the schema gives every request one.
    ctx.data_unchecked::<Reader>()
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("db", &self.db)
            .finish_non_exhaustive()
    }
}

impl Reader {
    #[must_use]
    pub fn new(
        db: Db,
        config: Arc<Config>,
        principal: Arc<Principal>,
        explaining: Explaining,
        kept: Option<Known>,
    ) -> Reader {
        let who = principal.who().to_string();
        let explainer = Explainer { explaining, who };
        Reader {
            rows: row_loader(&db, principal.rights()).sharing(kept),
            explanations: DataLoader::with_cache(explainer, tokio::spawn, HashMapCache::default()),
            db,
            config,
            principal,
            is_forgetful: false,
            pinned: Mutex::default(),
            until: Mutex::default(),
        }
    }

    /// Who asks.
    #[must_use]
    pub fn principal(&self) -> &Arc<Principal> {
        &self.principal
    }

    /// Which rows whoever asks may read.
    #[must_use]
    pub fn rights(&self) -> &Rights {
        self.principal.rights()
    }

    #[must_use]
    pub fn limits(&self) -> Graphql {
        self.config.graphql
    }

    /// What finds rows, for whoever has to look for them later.
    #[must_use]
    pub fn rows(&self) -> &RowLoader {
        &self.rows
    }

    /// For whoever asks for long: nothing is remembered from one event to the next.
    #[must_use]
    pub fn forgetful(mut self) -> Reader {
        self.rows = self.rows.forgetful();
        self.explanations.enable_all_cache(false);
        self.is_forgetful = true;
        self
    }

    /// The row with this key.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn find<K>(&self, key: K) -> Result<Option<<Rows as Loader<K>>::Value>, Failure>
    where
        K: Keep<Row = <Rows as Loader<K>>::Value>,
        Rows: Loader<K, Error = SharedError>,
    {
        Ok(self.rows.load_one(key).await?)
    }

    /// The row that another row refers to.
    ///
    /// # Errors
    /// Where the store fails or does not have it.
    pub async fn get<K>(&self, key: K) -> Result<<Rows as Loader<K>>::Value, Failure>
    where
        K: Keep<Row = <Rows as Loader<K>>::Value>,
        Rows: Loader<K, Error = SharedError>,
    {
        let found = self.find(key.clone()).await?;
        found.ok_or_else(|| {
            crate::store::StoreError::Corrupt(format!("{key:?} is referred to and missing")).into()
        })
    }

    /// What is kept under a key, else what is found.
    async fn kept<K: Keep>(
        &self,
        key: K,
        find: impl AsyncFnOnce() -> Result<K::Row, Failure>,
    ) -> Result<K::Row, Failure> {
        let kept = self.rows.kept();
        if let Some(row) = kept.and_then(|kept| kept.get(&key)) {
            return Ok(row);
        }
        let row = find().await?;
        if let Some(kept) = kept {
            kept.keep(&key, &row);
        }
        Ok(row)
    }

    /// What a value is made of.
    ///
    /// # Errors
    /// Where a store fails.
    pub async fn explain(&self, of: ExplainOf) -> Result<Arc<Explained>, Failure> {
        let found = self.explanations.load_one(of).await?;
        // The loader gives an answer for each key.
        Ok(found.unwrap_or_else(|| Arc::new(Err(Unexplained::FactsChanged))))
    }

    /// The newest published snapshot, or that of a date; of its revisions the newest, or the one named. The same for
    /// the whole request.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn snapshot(
        &self,
        as_of: Option<Day>,
        revision: Option<i32>,
    ) -> Result<Option<Arc<Snapshot>>, Failure> {
        let mut pinned = self.pinned.lock().await;
        if self.is_forgetful {
            pinned.clear();
        }
        if let Some(snapshot) = pinned.get(&(as_of, revision)) {
            return Ok(snapshot.clone());
        }
        let snapshot = match revision {
            Some(revision) => find_revision(&self.db, self.rights(), as_of, revision)
                .await?
                .map(Arc::new),
            None => {
                let find = async || Ok(find_snapshot(&self.db, as_of).await?.map(Arc::new));
                self.kept(SnapshotOf(as_of), find).await?
            }
        };
        pinned.insert((as_of, revision), snapshot.clone());
        Ok(snapshot)
    }

    /// The newest published snapshot of a day, or of the last day before it that has one.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn snapshot_until(&self, day: Day) -> Result<Option<Arc<Snapshot>>, Failure> {
        let mut until = self.until.lock().await;
        if self.is_forgetful {
            until.clear();
        }
        if let Some(snapshot) = until.get(&day) {
            return Ok(snapshot.clone());
        }
        let find = async || Ok(find_snapshot_until(&self.db, day).await?.map(Arc::new));
        let snapshot = self.kept(SnapshotUntil(day), find).await?;
        until.insert(day, snapshot.clone());
        Ok(snapshot)
    }
}
