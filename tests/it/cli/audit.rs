//! What is done on the command line is told to the audit log, in the transaction that does it.

use sea_orm::{Database, EntityTrait, QueryOrder};

use super::{HEADER, Sender, row, stderr, text, wait};
use entity::audit_entry::{Column, Entity, Model};
use peerband::config::DataDir;

const AS_OF: [&str; 2] = ["--as-of", "2026-10-31"];

impl Sender {
    /// All entries, the oldest first.
    fn audited(&self) -> Vec<Model> {
        let url = match &*self.database {
            "" => {
                let file = DataDir::new(self.path("data")).sqlite_file();
                format!("sqlite://{}", text(&file))
            }
            url => url.to_owned(),
        };
        wait(async {
            let db = Database::connect(url).await.unwrap();
            let entries = Entity::find().order_by_asc(Column::Id).all(&db).await;
            db.close().await.unwrap();
            entries.unwrap()
        })
    }

    fn done(&self, args: &[&str]) {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }

    fn send(&self, amount: &str) -> std::process::Output {
        let file = format!("{HEADER}{}", row("e", "c", amount, "USD"));
        self.ingest("revenue", "a.csv", &file, &[])
    }
}

#[test]
fn every_command_that_changes_or_hands_out_is_told() {
    let sender = Sender::new();
    let before = sender.audited().len();
    assert_eq!(before, 4, "the reference data");
    assert!(sender.send("1").status.success() && sender.send("2").status.success());
    sender.done(&["recompute", AS_OF[0], AS_OF[1]]);
    sender.done(&["export", "scorecards", AS_OF[0], AS_OF[1]]);
    sender.done(&["export", "peer-bands", AS_OF[0], AS_OF[1]]);
    sender.done(&["batches", "delete", "revenue", "a"]);
    // These change nothing.
    sender.done(&["batches", "list"]);
    sender.done(&["runs"]);
    assert_eq!(sender.send("no amount").status.code(), Some(2));
    let twice = sender.run(&["batches", "delete", "revenue", "a"]);
    assert_eq!(twice.status.code(), Some(2));
    let never = sender.run(&["export", "scorecards", "--as-of", "1999-01-01"]);
    assert_eq!(never.status.code(), Some(1));

    let entries = sender.audited().split_off(before);
    let told: Vec<(&str, &str)> = entries
        .iter()
        .map(|entry| (&*entry.action, &*entry.subject))
        .collect();
    assert_eq!(
        told,
        [
            ("batch.store", "batch revenue a"),
            ("batch.store", "batch revenue a"),
            ("job_run.start", "job_run 1"),
            ("export.take", "scorecards 2026-10-31"),
            ("export.take", "peer_bands 2026-10-31"),
            ("batch.delete", "batch revenue a"),
        ]
    );
    for entry in &entries {
        assert_eq!((&*entry.who, &entry.address), ("command line", &None));
    }
    assert_eq!(entries[0].before, None);
    for replaced in [&entries[1], &entries[5]] {
        let before = replaced.before.as_deref().unwrap();
        assert!(before.contains("\"rows\":1"), "{before}");
    }
    assert_eq!(
        entries[2].after.as_deref(),
        Some("{\"as_of\":\"2026-10-31\",\"job\":\"recompute_snapshot\"}")
    );
}

#[test]
fn what_cannot_be_told_is_not_done() {
    let sender = Sender::new();
    assert!(sender.send("1").status.success());
    sender.done(&["recompute", AS_OF[0], AS_OF[1]]);
    let state = || {
        let lists = [&["batches", "list"][..], &["runs", "list"], &["runs"]];
        lists.map(|args| sender.run(args).stdout)
    };
    let before = state();

    sender.execute("ALTER TABLE audit_entry RENAME TO taken_away");
    let failed = |output: std::process::Output, what: &str| {
        assert_eq!(output.status.code(), Some(1), "{what}");
        assert_eq!(output.stdout, b"", "{what}");
    };
    failed(sender.send("2"), "a batch that replaces another");
    let partners = "partner_id,name,country\nq,Q Ltd,FR\n";
    failed(
        sender.ingest("partners", "more.csv", partners, &[]),
        "reference data",
    );
    let locations = "location_id,name\nFR,France\n";
    failed(
        sender.ingest("locations", "more.csv", locations, &[]),
        "locations",
    );
    failed(
        sender.run(&["batches", "delete", "revenue", "a"]),
        "a deletion",
    );
    failed(sender.run(&["recompute", AS_OF[0], AS_OF[1]]), "a run");
    failed(
        sender.run(&["export", "scorecards", AS_OF[0], AS_OF[1]]),
        "an export",
    );
    sender.execute("ALTER TABLE taken_away RENAME TO audit_entry");

    assert_eq!(state(), before);
}
