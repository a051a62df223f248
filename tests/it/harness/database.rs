//! The database of one test: a SQLite file, or a PostgreSQL database of its own.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{ConnectionTrait, Database, DatabaseBackend};

/// Names a PostgreSQL server, such as `postgres://peerband@127.0.0.1:5433`, to run the same tests on. Databases are
/// made there and left behind: give it a throwaway one.
const SERVER: &str = "PEERBAND_TEST_POSTGRES";

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// The URL of an empty database, as the setting `database.url` takes it: empty for a SQLite file.
pub(crate) async fn url() -> String {
    let Ok(server) = std::env::var(SERVER) else {
        return String::new();
    };
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{count}", std::process::id());
    administer(&server, &format!("CREATE DATABASE {name}")).await;
    format!("{server}/{name}")
}

/// The table of the rows of scorecards, which are a view on SQLite.
pub(crate) fn scorecard_table() -> &'static str {
    if std::env::var_os(SERVER).is_some() {
        "scorecard"
    } else {
        "packed_scorecard"
    }
}

/// Removes the database behind the URL, for tests that make many of them.
pub(crate) async fn remove(url: &str) {
    // A SQLite file goes with its folder.
    if let Some((server, name)) = url.rsplit_once('/') {
        administer(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

/// The program on a database of [`url`].
pub(crate) fn program(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerband"));
    forget_tests(&mut command);
    if !url.is_empty() {
        command.env("PEERBAND_DATABASE_URL", url);
    }
    command
}

/// Takes from a command of the program what the environment says about tests: the program refuses variables of its name
/// that it does not know.
pub(crate) fn forget_tests(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PEERBAND_") {
            command.env_remove(name);
        }
    }
}

/// Lets numbers that the database gives go on after those of rows that were stored with numbers of their own.
pub(crate) async fn number_on(transaction: &impl ConnectionTrait) {
    if transaction.get_database_backend() == DatabaseBackend::Sqlite {
        return;
    }
    let numbers = "DO $$ DECLARE of record; BEGIN
        FOR of IN SELECT table_name AS name, column_name AS number FROM information_schema.columns
            WHERE table_schema = current_schema() AND (column_default LIKE 'nextval%' OR is_identity = 'YES') LOOP
            EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %I',
                of.name, of.number, of.number, of.name);
        END LOOP;
    END $$";
    transaction.execute_unprepared(numbers).await.unwrap();
}

async fn administer(server: &str, statement: &str) {
    let admin = Database::connect(format!("{server}/postgres"))
        .await
        .unwrap();
    admin.execute_unprepared(statement).await.unwrap();
    admin.close().await.unwrap();
}
