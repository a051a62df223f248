//! The connection to the SQL store and its transactions.

use std::path::Path;
use std::time::{Duration, Instant};

use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{ConnectOptions as _, SqlitePool};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection,
    DatabaseTransaction, DbErr, IsolationLevel, RuntimeErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

/// How long a statement waits for another writer, and how long a pool may be exhausted.
const PATIENCE: Duration = Duration::from_secs(10);
/// A page of a new SQLite file. Snapshots are written and read in long rows of pages, of which larger ones are fewer.
const PAGE_BYTES: u32 = 8192;
/// So much of the write-ahead log is written in bulk before it is copied to its place: 64 MiB.
const BULK_CHECKPOINT_PAGES: u32 = (64 << 20) / PAGE_BYTES;
/// What a connection that writes much keeps of the file in memory: a page that is changed again and again before the commit
/// is then written once.
const WRITER_CACHE_KIB: u32 = 32 << 10;
/// Between two tries to open a file that is locked.
const LOCKED_PAUSE: Duration = Duration::from_millis(20);
/// No statement of ours runs longer on PostgreSQL.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(120);

/// What [`Db::begin`] begins.
pub type Transaction = DatabaseTransaction;

/// Any number of our own, the same in all versions.
const START_LOCK: i64 = 0x7065_6572_6261_6e64;

/// A connection that was at work so lately is taken to work still.
const TESTED_AFTER: Duration = Duration::from_secs(1);

/// Of those who each keep a connection for themselves: in one process there is one, in tests a few.
const LONE_MAX: u32 = 8;

/// Readers, the writers, and connections beside them. On SQLite there is one writer, so that writes queue instead of
/// failing. On PostgreSQL nothing but single statements that change nothing runs on the readers, so that there is nothing to
/// roll back on them, and each statement takes one round trip.
#[derive(Debug, Clone)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// On SQLite one more connection, for rows that count only once a later transaction says so: what it commits is on
    /// disk with the next commit of the writer. Whoever uses it holds the writer meanwhile, so that writes still queue.
    bulk: Option<SqlitePool>,
    /// For whoever asks one thing over and over, and keeps a connection for that.
    lone: DatabaseConnection,
}

/// A failure of the SQL store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database does not answer or refused a statement")]
    Sql(#[from] DbErr),
    #[error("the database holds something this version cannot read: {0}")]
    Corrupt(String),
    #[error(
        "another process took this work for that of one that had died, and gave its files up; do it again"
    )]
    Abandoned,
}

impl StoreError {
    /// Whether the database could not be reached, so that asking again later can help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self,
            StoreError::Sql(DbErr::Conn(_) | DbErr::ConnectionAcquire(_))
        )
    }
}

impl Db {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// Where it cannot be reached or a schema step fails.
    pub async fn open(url: &str, sqlite_file: &Path, connections: u32) -> Result<Db, StoreError> {
        let db = if url.is_empty() {
            Db {
                write: connect(&sqlite(writing(sqlite_file), 1)).await?,
                read: connect(&sqlite(reading(sqlite_file), connections)).await?,
                bulk: Some(bulk(sqlite_file)),
                lone: connect(&later(sqlite(reading(sqlite_file), LONE_MAX))).await?,
            }
        } else {
            Db {
                write: Database::connect(rolled_back(postgres(url, connections))).await?,
                read: Database::connect(later(postgres(url, connections))).await?,
                bulk: None,
                lone: Database::connect(later(postgres(url, LONE_MAX))).await?,
            }
        };
        db.migrate().await?;
        Ok(db)
    }

    /// Brings the schema up to date: all steps that are missing, or none of them. Of several servers that start at once
    /// one does it and the others find nothing missing.
    async fn migrate(&self) -> Result<(), StoreError> {
        // On SQLite a start must not wait for another writer where nothing is missing.
        if self.is_sqlite()
            && Migrator::get_pending_migrations(&self.write)
                .await?
                .is_empty()
        {
            return Ok(());
        }
        let txn = self.begin_start().await?;
        Migrator::up(&txn, None).await?;
        Ok(txn.commit().await?)
    }

    /// Begins a transaction that one starting server has at a time.
    pub(super) async fn begin_start(&self) -> Result<Transaction, StoreError> {
        let txn = self.begin().await?;
        // SQLite has one writer at a time anyway.
        if !self.is_sqlite() {
            txn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({START_LOCK})"))
                .await?;
        }
        Ok(txn)
    }

    /// For statements that change nothing.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Connections that may be kept.
    pub(super) fn lone(&self) -> &DatabaseConnection {
        &self.lone
    }

    /// Where writes go.
    pub(super) fn writer(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Where rows go that a later transaction makes count, on SQLite.
    pub(super) fn bulk(&self) -> Option<&SqlitePool> {
        self.bulk.as_ref()
    }

    /// A transaction in which every read sees the same state. It is ended by dropping it.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn pin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            // SQLite has no other.
            isolation_level: (!self.is_sqlite()).then_some(IsolationLevel::RepeatableRead),
            access_mode: (!self.is_sqlite()).then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
        };
        let connections = if self.is_sqlite() {
            &self.read
        } else {
            &self.write
        };
        Ok(connections.begin_with_options(options).await?)
    }

    /// Begins a transaction that may write. Never race or time out this future: run it in a task that nobody cancels
    /// (`App::finish`).
    ///
    /// # Errors
    /// Where the database does not answer or another writer does not give way in time.
    pub async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.write.begin_with_options(options).await?)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.read.ping().await?)
    }

    /// Calls a function after each statement of a reader, with its text.
    pub fn watch_reads(&mut self, watch: impl Fn(&str) + Send + Sync + 'static) {
        self.read
            .set_metric_callback(move |info| watch(&info.statement.sql));
    }

    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.read.get_database_backend() == DatabaseBackend::Sqlite
    }
}

/// Connects to SQLite. Of several processes that make a file at once all but one are told that it is locked, whatever the
/// busy timeout: only one can turn its write-ahead log on, and nobody waits for that.
async fn connect(options: &ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    let begun = Instant::now();
    loop {
        match Database::connect(options.clone()).await {
            Err(error) if is_locked(&error) && begun.elapsed() < PATIENCE => {
                tokio::time::sleep(LOCKED_PAUSE).await;
            }
            connected => return connected,
        }
    }
}

fn is_locked(error: &DbErr) -> bool {
    /// The primary code of SQLite's "database is locked"; what stands above its lowest byte tells why.
    const BUSY: i32 = 5;
    let DbErr::Conn(RuntimeErr::SqlxError(error)) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(DatabaseError::code);
    let code = code.and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == BUSY)
}

fn sqlite(of_each: SqliteConnectOptions, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |_| of_each.clone());
    options
}

fn reading(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .busy_timeout(PATIENCE)
        .page_size(PAGE_BYTES)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .disable_statement_logging()
}

fn writing(file: &Path) -> SqliteConnectOptions {
    reading(file).pragma("cache_size", format!("-{WRITER_CACHE_KIB}"))
}

fn bulk(file: &Path) -> SqlitePool {
    let options = writing(file)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("wal_autocheckpoint", BULK_CHECKPOINT_PAGES.to_string());
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options)
}

fn postgres(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .statement_timeout(STATEMENT_TIMEOUT)
        .set_application_name("peerband")
        .sqlx_logging(false)
        // That a connection has nothing to roll back is what we hope for, and no warning.
        .map_sqlx_postgres_opts(|options| options.options([("client_min_messages", "error")]));
    options
}

/// For connections on which transactions begin.
fn rolled_back(mut options: ConnectOptions) -> ConnectOptions {
    let connections = options.get_max_connections().unwrap_or_default();
    options
        .max_connections(connections.max(2))
        // A begin() that was given up leaves its transaction open on the connection; whatever is handed out next must
        // not continue it. The server warns of a ROLLBACK without a transaction, and refuses BEGIN in a failed one: then
        // the connection is closed.
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    use sea_orm::sqlx::Executor;
                    Ok(connection.execute("BEGIN; ROLLBACK").await.is_ok())
                })
            })
        });
    options
}

/// For connections that are not made before somebody needs them, and not tried before each statement. Where the server has
/// gone within that second, a read fails that can be asked again; writers are tried each time.
fn later(mut options: ConnectOptions) -> ConnectOptions {
    options
        .min_connections(0)
        .connect_lazy(true)
        .test_before_acquire_if_idle_for(TESTED_AFTER);
    options
}
