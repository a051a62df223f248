//! The program as a sender runs it: exit codes, what is told, what is stored.

use std::path::Path;
use std::process::Output;

use crate::harness::database;

struct Sender {
    folder: tempfile::TempDir,
    database: String,
}

impl Sender {
    /// A data directory with one partner of record for one customer in France.
    fn new() -> Sender {
        let sender = Sender {
            folder: tempfile::tempdir().unwrap(),
            database: tokio::runtime::Runtime::new()
                .unwrap()
                .block_on(database::url()),
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

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        database::program(&self.database)
            .env("PEERBAND_DATA_DIR", self.path("data"))
            .args(args)
            .output()
            .unwrap()
    }

    fn ingest(&self, dataset: &str, name: &str, content: &str, more: &[&str]) -> Output {
        let file = self.path(name);
        std::fs::write(&file, content).unwrap();
        let mut args = vec!["ingest", dataset, text(&file)];
        args.extend(more);
        self.run(&args)
    }

    fn revenue(&self) -> String {
        let recomputed = self.run(&["recompute", "--as-of", "2026-10-31"]);
        assert_eq!(recomputed.status.code(), Some(0), "{}", stderr(&recomputed));
        let exported = self.run(&["export", "scorecards", "--as-of", "2026-10-31"]);
        let rows = String::from_utf8(exported.stdout).unwrap();
        let world = rows.lines().nth(1).unwrap();
        world.split(',').nth(5).unwrap().to_owned()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const HEADER: &str = "event_id,customer_id,product_id,license_type,occurred_on,amount,currency\n";

fn row(event_id: &str, customer_id: &str, amount: &str, currency: &str) -> String {
    format!("{event_id},{customer_id},suite,WEB,2026-10-01,{amount},{currency}\n")
}

#[test]
fn a_rejected_row_refuses_its_batch_or_only_itself() {
    let sender = Sender::new();
    let file = format!(
        "{HEADER}{}{}",
        row("e1", "c", "10.5", "USD"),
        row("e2", "nobody", "1", "USD")
    );
    let rejects = sender.path("rejects.csv");
    let refused = sender.ingest("revenue", "a.csv", &file, &["--rejects", text(&rejects)]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("line 3"), "{}", stderr(&refused));
    let told = std::fs::read_to_string(&rejects).unwrap();
    assert_eq!(
        told,
        "dataset,file,line,column,value,reason\nrevenue,a.csv,3,customer_id,nobody,is unknown\n"
    );
    let listed = sender.run(&["batches", "list", "revenue"]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().count(), 1);

    let stored = sender.ingest("revenue", "a.csv", &file, &["--on-reject", "row"]);
    assert_eq!(stored.status.code(), Some(2));
    assert_eq!(sender.revenue(), "10.5000");
}

#[test]
fn the_last_batch_counts_and_deleting_it_brings_the_earlier_row_back() {
    let sender = Sender::new();
    for (name, amount) in [("a.csv", "1"), ("b.csv", "2")] {
        let stored = sender.ingest(
            "revenue",
            name,
            &format!("{HEADER}{}", row("e", "c", amount, "USD")),
            &[],
        );
        assert_eq!(stored.status.code(), Some(0), "{}", stderr(&stored));
    }
    assert_eq!(sender.revenue(), "2.0000");
    assert_eq!(
        sender
            .run(&["batches", "delete", "revenue", "b"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(sender.revenue(), "1.0000");
    assert_eq!(
        sender
            .run(&["batches", "delete", "revenue", "b"])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(
        sender
            .run(&["batches", "delete", "partners", "all"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn an_amount_without_a_rate_stops_the_run_and_publishes_nothing() {
    let sender = Sender::new();
    let file = format!("{HEADER}{}", row("e", "c", "1", "CHF"));
    assert_eq!(
        sender.ingest("revenue", "a.csv", &file, &[]).status.code(),
        Some(0)
    );
    let stopped = sender.run(&["recompute", "--as-of", "2026-10-31"]);
    assert_eq!(stopped.status.code(), Some(1));
    assert!(
        stderr(&stopped).contains("CHF first on 2026-10-01"),
        "{}",
        stderr(&stopped)
    );
    let exported = sender.run(&["export", "scorecards", "--as-of", "2026-10-31"]);
    assert_eq!(exported.status.code(), Some(1));
}

#[test]
fn files_that_cannot_be_taken_are_refused_with_the_reason() {
    let sender = Sender::new();
    let unknown = sender.ingest(
        "products",
        "p.csv",
        "product_id,name,colour\nx,X,red\n",
        &[],
    );
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("colour"), "{}", stderr(&unknown));

    let circle = "location_id,parent_id,name\na,b,A\nb,a,B\n";
    let refused = sender.ingest("locations", "l.csv", circle, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("circle"), "{}", stderr(&refused));

    // The customer in France must lie in the sent tree.
    let homeless = sender.ingest("locations", "l.csv", "location_id,name\nx,X\n", &[]);
    assert_eq!(homeless.status.code(), Some(2));
    assert!(stderr(&homeless).contains("FR"), "{}", stderr(&homeless));
    let sent = sender.ingest(
        "locations",
        "l.csv",
        "location_id,name\nFR,Frankreich\n",
        &[],
    );
    assert_eq!(sent.status.code(), Some(0), "{}", stderr(&sent));
}
