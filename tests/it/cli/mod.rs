//! The program as its users run it: exit codes, what is told, what is stored. One file for each command.

mod audit;
mod batches;
mod demo;
mod export;
mod folder;
mod ingest;
mod keys;
mod readme;
mod recompute;
mod served;

use std::path::Path;
use std::process::{Command, Output};

use peerband::config::DataDir;
use sea_orm::ConnectionTrait;

use crate::harness::database;

pub(crate) struct Sender {
    folder: tempfile::TempDir,
    database: String,
}

impl Sender {
    /// A data directory with one partner of record for one customer in France.
    pub(crate) fn new() -> Sender {
        let sender = Sender {
            folder: tempfile::tempdir().unwrap(),
            database: wait(database::url()),
        };
        for (dataset, csv) in [
            ("products", "product_id,name\nsuite,Suite\n"),
            ("partners", "partner_id,name,country\np,P Ltd,FR\n"),
            ("customers", "customer_id,location_id\nc,FR\n"),
            (
                "associations",
                "customer_id,partner_id,association_type,starts_on\nc,p,DPOR,2020-01-01\n",
            ),
        ] {
            assert_eq!(
                sender.ingest(dataset, "all.csv", csv, &[]).status.code(),
                Some(0),
                "{dataset}"
            );
        }
        sender
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Changes the database behind the program's back.
    pub(crate) fn execute(&self, statement: &str) {
        execute(&self.database, &self.path("data"), statement);
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// The program with these arguments, on this data directory.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = database::program(&self.database);
        command
            .env("PEERBAND_DATA_DIR", self.path("data"))
            .args(args);
        command
    }

    pub(crate) fn ingest(&self, dataset: &str, name: &str, content: &str, more: &[&str]) -> Output {
        let file = self.path(name);
        std::fs::write(&file, content).unwrap();
        let mut args = vec!["ingest", dataset, text(&file)];
        args.extend(more);
        self.run(&args)
    }

    pub(crate) fn revenue(&self) -> String {
        let recomputed = self.run(&["recompute", "--as-of", "2026-10-31"]);
        assert_eq!(recomputed.status.code(), Some(0), "{}", stderr(&recomputed));
        let exported = self.run(&["export", "scorecards", "--as-of", "2026-10-31"]);
        let rows = String::from_utf8(exported.stdout).unwrap();
        let world = rows.lines().nth(1).unwrap();
        world.split(',').nth(5).unwrap().to_owned()
    }
}

/// Changes the database of a data directory behind the program's back.
pub(crate) fn execute(url: &str, data_dir: &Path, statement: &str) {
    let file = DataDir::new(data_dir.to_owned()).sqlite_file();
    let url = match url {
        "" => format!("sqlite://{}", text(&file)),
        url => url.to_owned(),
    };
    wait(async {
        let db = sea_orm::Database::connect(url).await.unwrap();
        db.execute_unprepared(statement).await.unwrap();
        db.close().await.unwrap();
    });
}

/// These tests run other processes, and wait for little themselves.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The one JSON object on standard output.
pub(crate) fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The columns of [`row`].
pub(crate) const HEADER: &str =
    "event_id,customer_id,product_id,license_type,occurred_on,amount,currency\n";

pub(crate) fn row(event_id: &str, customer_id: &str, amount: &str, currency: &str) -> String {
    format!("{event_id},{customer_id},suite,WEB,2026-10-01,{amount},{currency}\n")
}
