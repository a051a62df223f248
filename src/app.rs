//! What every part of the product shares.

use std::path::PathBuf;
use std::sync::Arc;

use facts::FactStore;

use crate::config::{Config, DataDir};
use crate::store::{Db, StoreError};

/// The opened product: settings, both stores and where they lie. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    data_dir: DataDir,
    db: Db,
    facts: FactStore,
}

/// Why the product could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot make the data directory {path}")]
    DataDir {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot open the fact store")]
    Facts(#[from] facts::Error),
    #[error("cannot open the database")]
    Store(#[from] StoreError),
}

impl App {
    /// Opens or makes the data directory and brings the database's schema up to date.
    ///
    /// # Errors
    /// Where the directory cannot be made or the database cannot be reached.
    pub async fn open(config: Config, data_dir: DataDir) -> Result<App, OpenError> {
        std::fs::create_dir_all(data_dir.path()).map_err(|source| OpenError::DataDir {
            path: data_dir.path().to_owned(),
            source,
        })?;
        let db = Db::open(
            &config.database.url,
            &data_dir.sqlite_file(),
            config.database.connections,
        )
        .await?;
        crate::store::seed::seed(&db).await?;
        let facts = FactStore::local(data_dir.facts())?;
        let shared = Shared {
            config,
            data_dir,
            db,
            facts,
        };
        Ok(App {
            shared: Arc::new(shared),
        })
    }

    #[must_use]
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    #[must_use]
    pub fn data_dir(&self) -> &DataDir {
        &self.shared.data_dir
    }

    #[must_use]
    pub fn db(&self) -> &Db {
        &self.shared.db
    }

    #[must_use]
    pub fn facts(&self) -> &FactStore {
        &self.shared.facts
    }
}
