//! The program as its users run it: exit codes, what is told, what is stored. One file for each command.

mod batches;
mod demo;
mod export;
mod folder;
mod ingest;
mod readme;
mod recompute;
mod served;

use std::path::Path;
use std::process::{Command, Output};

use peerband::config::DataDir;

use crate::harness::database;

pub(crate) struct Sender {
    folder: tempfile::TempDir,
    database_url: String,
}

impl Sender {
    /// A data directory with one partner of record for one customer in France.
    pub(crate) fn new() -> Sender {
        let sender = Sender {
            folder: tempfile::tempdir().unwrap(),
            database_url: database::url_now(),
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

    /// For a test that looks into the database beside the program.
    pub(crate) fn database_url(&self) -> String {
        if self.database_url.is_empty() {
            let file = DataDir::new(self.path("data")).sqlite_file();
            return format!("sqlite://{}", text(&file));
        }
        self.database_url.clone()
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        database::program(&self.database_url)
            .env("PEERBAND_DATA_DIR", self.path("data"))
            .args(args)
            .output()
            .unwrap()
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

/// The program, with no settings but those a test gives it.
pub(crate) fn peerband() -> Command {
    database::program("")
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
