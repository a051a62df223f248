//! A data directory of one test, and the program run on it as a sender does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use facts::{BatchRows, FileBatches, FileRef};
use peerband::app::App;
use peerband::config::{Config, DataDir};
use peerband::store::manifest;
use tempfile::TempDir;

use super::database;

/// Customers of a [`Sender::with_customers`], `c0` to `c49`.
pub(crate) const CUSTOMERS: usize = 50;

pub(crate) struct Sender {
    folder: TempDir,
}

impl Sender {
    /// An empty folder, without a data directory.
    pub(crate) fn new() -> Sender {
        Sender {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// One product, two workloads and some customers in France and Japan, each with one of ten partners.
    pub(crate) fn with_customers() -> Sender {
        let sender = Sender::new();
        let mut partners = "partner_id,name,country\n".to_owned();
        let mut customers = "customer_id,location_id\n".to_owned();
        let mut associations = "customer_id,partner_id,association_type,starts_on\n".to_owned();
        for partner in 0..10 {
            writeln!(partners, "p{partner},Partner {partner},FR").unwrap();
        }
        for customer in 0..CUSTOMERS {
            let location = ["FR", "JP"][customer % 2];
            writeln!(customers, "c{customer},{location}").unwrap();
            writeln!(
                associations,
                "c{customer},p{},DPOR,2015-01-01",
                customer % 10
            )
            .unwrap();
        }
        let workloads = "workload_id,product_id,name\nmail,suite,Mail\nchat,suite,Chat\n";
        for (dataset, csv) in [
            ("products", "product_id,name\nsuite,Suite\n"),
            ("workloads", workloads),
            ("partners", &partners),
            ("customers", &customers),
            ("associations", &associations),
        ] {
            let output = sender.ingest(dataset, "all", csv);
            assert!(output.status.success(), "{dataset}: {}", stderr(&output));
        }
        sender
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> DataDir {
        DataDir::new(self.path("data"))
    }

    /// The program with these arguments, on this data directory.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.wrapped(&[], args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The same, started by another program, which `wrapper` begins with.
    pub(crate) fn wrapped(&self, wrapper: &[&str], args: &[&str]) -> Command {
        let mut words = wrapper.to_vec();
        words.push(env!("CARGO_BIN_EXE_peerband"));
        words.extend(args);
        let mut command = Command::new(words[0]);
        database::forget_tests(&mut command);
        command
            .args(&words[1..])
            .env("PEERBAND_DATA_DIR", self.path("data"));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Writes a file of one batch and gives the arguments that take it in.
    pub(crate) fn batch(&self, dataset: &str, batch_id: &str, csv: &str) -> [String; 5] {
        let file = self.path(&format!("{dataset}-{batch_id}.csv"));
        std::fs::write(&file, csv).unwrap();
        let file = file.to_str().unwrap().to_owned();
        ["ingest", dataset, &file, "--batch", batch_id].map(str::to_owned)
    }

    pub(crate) fn ingest(&self, dataset: &str, batch_id: &str, csv: &str) -> Output {
        let args = self.batch(dataset, batch_id, csv);
        self.run(&args.each_ref().map(String::as_str))
    }

    /// The product, opened by this process too.
    pub(crate) async fn open(&self) -> App {
        let config = Config::load(None, []).unwrap();
        App::open(config, self.data()).await.unwrap()
    }

    /// Every file below the fact store, as paths relative to it.
    pub(crate) fn fact_files(&self) -> BTreeSet<String> {
        let root = self.data().facts();
        let mut found = BTreeSet::new();
        files_below(&root, &root, &mut found);
        found
    }
}

/// The rows of each batch of facts, by dataset and batch_id; each of its files is there, whole and readable.
pub(crate) async fn stored_batches(app: &App) -> BTreeMap<(String, String), u64> {
    let (files, _) = manifest::live_files(&app.db().pin().await.unwrap())
        .await
        .unwrap();
    let mut batches = BTreeMap::new();
    for batch in manifest::list(app.db(), None).await.unwrap() {
        let Some(dataset) = facts::Dataset::from_name(&batch.dataset) else {
            continue;
        };
        let mut rows = 0;
        for file in files
            .iter()
            .filter_map(|file| of_batch(file, batch.sequence.unsigned_abs()))
        {
            assert_eq!(file.dataset, dataset);
            rows += app.facts().read_rows(&file).await.unwrap().len() as u64;
        }
        assert_eq!(
            rows,
            batch.rows.unsigned_abs(),
            "{dataset} {}",
            batch.batch_id
        );
        let twice = batches.insert((batch.dataset, batch.batch_id), rows);
        assert_eq!(twice, None);
    }
    batches
}

/// The file as if it held rows of this batch alone; none where it holds none.
fn of_batch(file: &FileRef, sequence: u64) -> Option<FileRef> {
    let mut file = file.clone();
    if let FileBatches::Several(batches) = &file.batches {
        let of_it = |batch: &Option<BatchRows>| batch.filter(|one| one.sequence == sequence);
        file.batches = FileBatches::Several(batches.iter().map(of_it).collect());
    }
    file.sequences().contains(&sequence).then_some(file)
}

/// The paths that count.
pub(crate) async fn live_paths(app: &App) -> BTreeSet<String> {
    let (files, _) = manifest::live_files(&app.db().pin().await.unwrap())
        .await
        .unwrap();
    files.into_iter().map(|file| file.path).collect()
}

/// So many rows of usage, each of a user of its own, spread over 24 months: 24 files.
pub(crate) fn usage_csv(rows: usize) -> String {
    let mut csv = "customer_id,user_id,product_id,workload_id,active_on\n".to_owned();
    for row in 0..rows {
        let (year, month) = (2024 + row % 24 / 12, row % 12 + 1);
        let customer = row * 7 % CUSTOMERS;
        writeln!(csv, "c{customer},u{row},suite,mail,{year}-{month:02}-10").unwrap();
    }
    csv
}

/// So many rows of revenue of October 2026, each of this amount.
pub(crate) fn revenue_csv(rows: usize, amount: usize) -> String {
    let mut csv =
        "event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency\n"
            .to_owned();
    for row in 0..rows {
        let customer = row * 7 % CUSTOMERS;
        let workload = ["mail", "chat"][row % 2];
        let day = row % 28 + 1;
        writeln!(
            csv,
            "e{row},c{customer},suite,{workload},WEB,2026-10-{day:02},{amount},USD"
        )
        .unwrap();
    }
    csv
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn files_below(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(root, &path, found);
        } else if let Ok(relative) = path.strip_prefix(root) {
            found.insert(relative.to_str().unwrap().to_owned());
        }
    }
}
