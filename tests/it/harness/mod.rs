//! A served program: a database of its own, the real router on a free port, and a client.

pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod database;
pub(crate) mod exported;
pub(crate) mod idp;
pub(crate) mod keys;
pub(crate) mod parquet;
pub(crate) mod product;
pub(crate) mod program;
pub(crate) mod sender;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use peerband::app::App;
use peerband::config::{Config, DataDir};
use peerband::listen::serve as serve_until;
use peerband::router::router;
use peerband::service::operation::Operations;
use peerband::store::Db;
use peerband::store::api_key::Role;
use tempfile::TempDir;

use program::Program;

/// A running server. Its files go with it.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) program: Program,
    pub(crate) db: Db,
    /// Of an admin: what tests ask with unless they say otherwise.
    pub(crate) key: String,
    pub(crate) app: App,
    reads: Arc<AtomicUsize>,
    statements: Arc<Mutex<Vec<String>>>,
    _folder: TempDir,
}

impl Server {
    /// Serves the sample program with the default settings.
    pub(crate) async fn start() -> Server {
        Server::start_with(&[]).await
    }

    /// Serves the sample program with some settings, given as their environment variables.
    pub(crate) async fn start_with(settings: &[(&str, &str)]) -> Server {
        let env = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(None, env).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let url = database::url().await;
        let file = folder.path().join("peerband.db");
        let connections = config.database.connections;
        let mut db = Db::open(&url, &file, connections).await.unwrap();
        let program = Program::sample();
        program.store(&db, &config.settings()).await;

        let reads = Arc::new(AtomicUsize::new(0));
        let statements = Arc::new(Mutex::new(Vec::new()));
        let (counter, log) = (reads.clone(), statements.clone());
        let key = keys::key(&db, Role::Admin, &[]).await;
        db.watch_reads(move |sql| {
            // Who asks, and whether anything has changed, is looked up once for each request, whatever it asks for.
            if sql.contains("\"api_key") || sql.contains("\"change_count\"") {
                return;
            }
            counter.fetch_add(1, Ordering::Relaxed);
            log.lock().unwrap().push(sql.to_owned());
        });

        let data_dir = DataDir::new(folder.path().to_owned());
        let app = App::over(config, data_dir, db.clone()).unwrap();
        let address = serve(&Operations::new(&app)).await;
        Server {
            address,
            program,
            db,
            key,
            app,
            reads,
            statements,
            _folder: folder,
        }
    }

    /// Another server on the same database, and what ends it; gives its address.
    pub(crate) async fn another(&self) -> (String, Operations) {
        let operations = Operations::new(&self.app);
        (serve(&operations).await, operations)
    }

    /// How many statements have been read with since this was last asked.
    pub(crate) fn take_reads(&self) -> usize {
        self.statements.lock().unwrap().clear();
        self.reads.swap(0, Ordering::Relaxed)
    }

    /// The statements themselves, for a failure's message.
    pub(crate) fn statements(&self) -> Vec<String> {
        self.statements.lock().unwrap().clone()
    }
}

pub(crate) async fn serve(operations: &Operations) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = router(operations).unwrap();
    let http = operations.app().config().http.clone();
    let until = std::future::pending();
    tokio::spawn(serve_until(listener, router, http, until));
    address
}
