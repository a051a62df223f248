//! Batches that cannot be stored: the sender is told where and what to do, nothing stays behind, and the next batch
//! goes through.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Output};

use peerband::store::uncounted_file;
use sea_orm::{ConnectionTrait, Database};

use crate::harness::sender::{Sender, live_paths, revenue_csv, stderr, stored_batches, usage_csv};

/// Checks that a batch failed as a whole: told with its place and these words, and nothing of it anywhere.
async fn check_refused(sender: &Sender, output: &Output, code: i32, told: &[&str]) {
    let stderr = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    for told in told {
        assert!(stderr.contains(told), "\"{told}\" is not in: {stderr}");
    }
    let app = sender.open().await;
    assert!(stored_batches(&app).await.is_empty());
    assert!(sender.fact_files().is_empty(), "{:?}", sender.fact_files());
    assert!(uncounted_file::list(app.db()).await.unwrap().is_empty());
}

async fn check_stored(sender: &Sender, dataset: &str, csv: &str) {
    let output = sender.ingest(dataset, "next", csv);
    assert!(output.status.success(), "{}", stderr(&output));
    let app = sender.open().await;
    assert_eq!(sender.fact_files(), live_paths(&app).await);
    let rows = csv.lines().count() as u64 - 1;
    let stored = stored_batches(&app).await;
    assert_eq!(stored[&(dataset.to_owned(), "next".to_owned())], rows);
}

#[tokio::test]
async fn a_reject_after_many_rows_refuses_the_whole_batch() {
    let sender = Sender::with_customers();
    let mut csv = revenue_csv(20_000, 1);
    csv.push_str("last,nobody,suite,mail,WEB,2026-10-01,1,USD\n");
    let output = sender.ingest("revenue", "big", &csv);
    check_refused(
        &sender,
        &output,
        2,
        &["line 20002", "customer_id", "nobody"],
    )
    .await;
    check_stored(&sender, "revenue", &revenue_csv(10, 1)).await;
}

#[tokio::test]
async fn a_file_that_ends_early_refuses_the_whole_batch() {
    let sender = Sender::with_customers();
    let file = sender.path("usage.csv.gz");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, usage_csv(5000).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    std::fs::write(&file, &packed[..packed.len() - 100]).unwrap();
    let output = sender.run(&["ingest", "usage", file.to_str().unwrap()]);
    check_refused(&sender, &output, 2, &["usage.csv.gz", "nothing stored"]).await;
    check_stored(&sender, "usage", &usage_csv(100)).await;
}

#[tokio::test]
async fn a_full_disk_stores_nothing_and_is_told() {
    let sender = Sender::with_customers();
    // No file may grow beyond 1 MiB, which that of these rows would, and no log of the database does.
    let csv = revenue_csv(60_000, 1);
    let args = sender.batch("revenue", "big", &csv);
    let output = limited(&sender, 1024, &args).output().unwrap();
    let data = sender.data();
    let told = [
        "revenue big",
        data.path().to_str().unwrap(),
        "fact file revenue/",
        "check its space",
    ];
    check_refused(&sender, &output, 1, &told).await;
    check_stored(&sender, "revenue", &revenue_csv(10, 1)).await;
}

/// Files of the database too are small here, so that writes fail at every step of a batch in turn.
#[tokio::test]
async fn a_disk_that_fills_up_at_any_moment_stores_a_batch_whole_or_not_at_all() {
    let sender = Sender::with_customers();
    let app = sender.open().await;
    let csv = usage_csv(500);
    let (mut stored_ones, mut failed_ones) = (0, 0);
    for room in (0..160).step_by(8) {
        let before = stored_batches(&app).await;
        let batch_id = format!("b{room}");
        let args = sender.batch("usage", &batch_id, &csv);
        // The log keeps its length while this process has the database open too.
        let log = std::fs::metadata(sender.path("data/peerband.db-wal")).unwrap();
        let kibibytes = log.len() / 1024 + room;
        let output = limited(&sender, kibibytes, &args).output().unwrap();
        let mut expected = before;
        if output.status.success() {
            expected.insert(("usage".to_owned(), batch_id), 500);
            stored_ones += 1;
        } else {
            assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
            assert!(stderr(&output).contains("space"), "{}", stderr(&output));
            failed_ones += 1;
        }
        assert_eq!(stored_batches(&app).await, expected, "{}", stderr(&output));
    }
    assert!(
        stored_ones > 0 && failed_ones > 0,
        "{stored_ones} {failed_ones}"
    );
    check_stored(&sender, "usage", &usage_csv(100)).await;
    assert!(uncounted_file::list(app.db()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_fact_store_that_cannot_be_written_is_told() {
    let sender = Sender::with_customers();
    let told = ["usage a", "fact file usage/", "permissions"];
    check_read_only(&sender, &sender.data().facts(), &told).await;
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_written_is_told() {
    let sender = Sender::with_customers();
    let data = sender.data();
    let told = [data.path().to_str().unwrap(), "can be read and written"];
    check_read_only(&sender, data.path(), &told).await;
}

async fn check_read_only(sender: &Sender, folder: &Path, told: &[&str]) {
    let csv = usage_csv(100);
    let args = sender.batch("usage", "a", &csv);
    let args = args.each_ref().map(String::as_str);
    change_mode("a-w", folder);
    let output = if File::create(folder.join("probe")).is_ok() {
        // Whoever may write wherever they like, as root may, has to give that up.
        std::fs::remove_file(folder.join("probe")).unwrap();
        let without = "-dac_override,-dac_read_search";
        sender.wrapped(&["setpriv", "--bounding-set", without], &args)
    } else {
        sender.wrapped(&[], &args)
    }
    .output();
    change_mode("u+w", folder);
    check_refused(sender, &output.unwrap(), 1, told).await;
    check_stored(sender, "usage", &csv).await;
}

#[tokio::test]
async fn a_locked_database_is_told() {
    let sender = Sender::with_customers();
    let file = sender.data().sqlite_file();
    let other = Database::connect(format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let csv = usage_csv(100);
    let args = sender.batch("usage", "a", &csv);
    let args = args.each_ref().map(String::as_str);
    let output = sender.run(&args);
    other.execute_unprepared("ROLLBACK").await.unwrap();
    other.close().await.unwrap();
    let data = sender.data();
    let told = ["usage a", data.path().to_str().unwrap(), "locked"];
    check_refused(&sender, &output, 1, &told).await;
    check_stored(&sender, "usage", &csv).await;
}

/// The program where no file can grow beyond so much.
fn limited(sender: &Sender, kibibytes: u64, args: &[String]) -> Command {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // The signal that comes with the limit would kill the process; a full disk sends none.
    let script = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$@\"");
    sender.wrapped(&["bash", "-c", &script, "bash"], &args)
}

fn change_mode(mode: &str, folder: &Path) {
    let changed = Command::new("chmod")
        .args(["-R", mode])
        .arg(folder)
        .status();
    assert!(changed.unwrap().success());
}
