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
    #[error(
        "cannot open the database {place}; see that it is there, can be read and written, has space and is locked by nobody"
    )]
    Store {
        place: String,
        #[source]
        source: StoreError,
    },
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
        let db = open_db(&config, &data_dir)
            .await
            .map_err(|source| OpenError::Store {
                place: place(&config, &data_dir),
                source,
            })?;
        App::over(config, data_dir, db)
    }

    /// Over a database that is open.
    ///
    /// # Errors
    /// Where the fact store cannot be opened.
    pub fn over(config: Config, data_dir: DataDir, db: Db) -> Result<App, OpenError> {
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

async fn open_db(config: &Config, data_dir: &DataDir) -> Result<Db, StoreError> {
    let database = &config.database;
    let db = Db::open(&database.url, &data_dir.sqlite_file(), database.connections).await?;
    crate::store::seed::seed(&db).await?;
    Ok(db)
}

/// Where the database lies; a URL may hold a password and is not told.
fn place(config: &Config, data_dir: &DataDir) -> String {
    if config.database.url.is_empty() {
        data_dir.sqlite_file().display().to_string()
    } else {
        "that database.url names".to_owned()
    }
}
