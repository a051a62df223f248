//! The opened product on a data directory of its own, with what a sender has sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use intake::{Reject, Source};
use peerband::app::App;
use peerband::config::{Config, DataDir};
use peerband::service::audit::Actor;
use peerband::service::ingest::{OnReject, Outcome, Request, Watcher, ingest};
use tempfile::TempDir;

use super::database;

/// One partner of record for one customer in France.
const PROGRAM: [(&str, &str); 4] = [
    ("products", "product_id,name\nsuite,Suite\n"),
    ("partners", "partner_id,name,country\np,P Ltd,FR\n"),
    ("customers", "customer_id,location_id\nc,FR\n"),
    (
        "associations",
        "customer_id,partner_id,association_type,starts_on\nc,p,DPOR,2020-01-01\n",
    ),
];

pub(crate) struct Product {
    pub(crate) app: App,
    settings: Vec<(String, String)>,
    folder: TempDir,
}

struct NoRejects;

impl Watcher for NoRejects {
    fn rejected(&self, file: &str, reject: &Reject) {
        panic!("{file}: {reject}");
    }

    fn progressed(&self, _bytes: u64) {}
}

impl Product {
    /// With the reference data of a small program and no facts, and settings given as their environment variables.
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Product {
        let product = Product::empty(settings).await;
        for (dataset, csv) in PROGRAM {
            product.send(dataset, "reference", csv).await;
        }
        product
    }

    /// With nothing in it.
    pub(crate) async fn empty(settings: &[(&str, &str)]) -> Product {
        let folder = tempfile::tempdir().unwrap();
        let mut settings: Vec<(String, String)> = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        settings.push(("PEERBAND_DATABASE_URL".to_owned(), database::url().await));
        Product {
            app: open(&settings, folder.path()).await,
            settings,
            folder,
        }
    }

    /// The same stores, opened once more as another server would.
    pub(crate) async fn another(&self) -> App {
        open(&self.settings, self.folder.path()).await
    }

    pub(crate) fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        data_dir(self.folder.path())
    }

    pub(crate) async fn send(&self, dataset: &str, batch_id: &str, csv: &str) {
        let path = self.folder.path().join("sent.csv");
        std::fs::write(&path, csv).unwrap();
        let request = Request {
            by: Actor::command_line(),
            dataset: dataset.parse().unwrap(),
            batch_id: batch_id.to_owned(),
            files: vec![Source::from_path(&path).unwrap()],
            on_reject: OnReject::Batch,
        };
        let outcome = ingest(&self.app, request, Arc::new(NoRejects)).await;
        assert!(
            matches!(outcome, Ok(Outcome::Stored { .. })),
            "{dataset} {batch_id}: {outcome:?}"
        );
    }

    /// Sends one amount as a batch of its own.
    pub(crate) async fn send_revenue(
        &self,
        batch_id: &str,
        day: &str,
        amount: &str,
        currency: &str,
    ) {
        let csv = format!(
            "event_id,customer_id,product_id,license_type,occurred_on,amount,currency\n\
             {batch_id},c,suite,WEB,{day},{amount},{currency}\n"
        );
        self.send("revenue", batch_id, &csv).await;
    }
}

async fn open(settings: &[(String, String)], folder: &Path) -> App {
    let config = Config::load(None, settings.iter().cloned()).unwrap();
    App::open(config, DataDir::new(data_dir(folder)))
        .await
        .unwrap()
}

fn data_dir(folder: &Path) -> PathBuf {
    folder.join("data")
}
