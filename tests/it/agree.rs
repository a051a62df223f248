//! The whole product against the naive second reading of DATA.md: generated programs are ingested as files and
//! recomputed, and both exports must be equal to the byte, in CSV, and say the same in the other formats.
//!
//! Each program opens a database, so that there are few, and a failing one is made smaller for a bounded time only. The
//! kernel's own tests hold thousands against the same reading.

use std::sync::Arc;

use intake::{Reject, Source};
use naive::program::{FactUpload, Program, Ranges};
use peerband::app::App;
use peerband::config::{Config, DataDir};
use peerband::service::audit::Actor;
use peerband::service::export::{Export, Format};
use peerband::service::ingest::{OnReject, Outcome, Request, Watcher, delete_batch, ingest};
use peerband::service::recompute::{RecomputeError, StoppedAt, recompute_dates};
use peerband::service::run::Stopper;
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestCaseResult, TestError, TestRunner};

use crate::formats;
use crate::harness::exported::export;
use crate::harness::{database, parquet};

struct NoRejects;

impl Watcher for NoRejects {
    fn rejected(&self, file: &str, reject: &Reject) {
        panic!("{file}: {reject}");
    }

    fn progressed(&self, _bytes: u64) {}
}

fn config(program: &Program, database: &str) -> Config {
    let settings = &program.settings;
    let types: Vec<&str> = settings
        .association_precedence
        .iter()
        .map(|kind| kind.name())
        .collect();
    let ranges = match settings.ranges {
        Ranges::Exact => "exact",
        Ranges::Rounded => "rounded",
    };
    let env = [
        (
            "PROGRAM_REPORTING_CURRENCY",
            settings.reporting_currency.clone(),
        ),
        ("PROGRAM_ASSOCIATION_PRECEDENCE", types.join(",")),
        (
            "PROGRAM_NEW_CUSTOMER_GAP_DAYS",
            settings.new_customer_gap_days.to_string(),
        ),
        ("RELEASE_MIN_PEERS", settings.min_peers.to_string()),
        (
            "RELEASE_MIN_BAND_MEMBERS",
            settings.min_band_members.to_string(),
        ),
        ("RELEASE_RANGES", ranges.to_owned()),
        ("DATABASE_URL", database.to_owned()),
    ];
    Config::load(
        None,
        env.map(|(name, value)| (format!("PEERBAND_{name}"), value)),
    )
    .unwrap()
}

pub(crate) async fn send(
    app: &App,
    folder: &std::path::Path,
    dataset: &str,
    batch_id: &str,
    csv: &str,
) {
    // Usage comes as Parquet too, whose columns go another way than rows.
    let path = if dataset == "usage" && csv.len().is_multiple_of(2) {
        let path = folder.join("sent.parquet");
        std::fs::write(&path, parquet::usage(csv)).unwrap();
        path
    } else {
        let path = folder.join("sent.csv");
        std::fs::write(&path, csv).unwrap();
        path
    };
    let request = Request {
        by: Actor::command_line(),
        dataset: dataset.parse().unwrap(),
        batch_id: batch_id.to_owned(),
        files: vec![Source::from_path(&path).unwrap()],
        on_reject: OnReject::Batch,
    };
    let outcome = ingest(app, request, Arc::new(NoRejects)).await.unwrap();
    assert!(
        matches!(outcome, Outcome::Stored { .. }),
        "{dataset} {batch_id}: {outcome:?}"
    );
}

pub(crate) async fn exported(app: &App, what: Export, as_of: kernel::Day) -> String {
    let mut bytes = Vec::new();
    export(app, what, as_of, Format::Csv, &mut bytes)
        .await
        .unwrap();
    String::from_utf8(bytes)
        .unwrap()
        .replace("\r\n", naive::export::LINE_END)
}

/// Takes a program in, in a folder of its own.
pub(crate) async fn take_in(program: &Program, folder: &std::path::Path, url: &str) -> App {
    let data_dir = DataDir::new(folder.join("data"));
    let app = App::open(config(program, url), data_dir).await.unwrap();
    for (dataset, csv) in naive::files::reference_files(program) {
        send(&app, folder, dataset, "reference", &csv).await;
    }
    for upload in &program.uploads {
        carry_out(&app, folder, upload).await;
    }
    app
}

/// Stores or deletes a batch.
pub(crate) async fn carry_out(app: &App, folder: &std::path::Path, upload: &FactUpload) {
    let dataset = upload.dataset().name();
    match upload {
        FactUpload::Store { batch, rows } => {
            let csv = naive::files::upload_csv(rows);
            send(app, folder, dataset, batch, &csv).await;
        }
        FactUpload::Delete { batch, .. } => {
            let by = Actor::command_line();
            let deleted = delete_batch(app, &by, dataset.parse().unwrap(), batch).await;
            deleted.unwrap();
        }
    }
}

async fn check(program: &Program, as_of: naive::date::Date) -> TestCaseResult {
    let folder = tempfile::tempdir().unwrap();
    let url = database::url().await;
    let app = take_in(program, folder.path(), &url).await;
    // In one walk over the facts, each date must be what it is by itself.
    let dates = [as_of.plus(-200), as_of];
    let days = dates.map(|date| date.to_string().parse::<kernel::Day>().unwrap());
    let asked = Stopper::default().listen();
    let stopped = recompute_dates(&app, &Actor::command_line(), &days, asked, |_| {})
        .await
        .err();
    for (date, day) in dates.into_iter().zip(days) {
        match naive::evaluate::evaluate(program, date) {
            Ok(expected) => {
                prop_assert!(stopped.as_ref().is_none_or(|stopped| stopped.as_of > day));
                same_lines(
                    "scorecards",
                    &naive::export::scorecards_csv(&expected),
                    &exported(&app, Export::Scorecards, day).await,
                )?;
                same_lines(
                    "peer bands",
                    &naive::export::peer_bands_csv(&expected),
                    &exported(&app, Export::PeerBands, day).await,
                )?;
                for what in [Export::Scorecards, Export::PeerBands] {
                    formats::check(&app, what, day).await;
                }
            }
            Err(missing) => {
                let Some(StoppedAt { as_of, error }) = stopped else {
                    let told = format!("published {date} without {missing:?}");
                    return Err(TestCaseError::fail(told));
                };
                prop_assert_eq!(as_of, day);
                let RecomputeError::Unpublishable(kernel::Unpublishable::MissingRates(rates)) =
                    error
                else {
                    return Err(TestCaseError::fail(format!("{date}: {error}")));
                };
                let rates: Vec<_> = rates
                    .iter()
                    .map(|(currency, day)| (currency.to_string(), day.to_string()))
                    .collect();
                let missing: Vec<_> = missing
                    .iter()
                    .map(|m| (m.currency.clone(), m.first_date.to_string()))
                    .collect();
                prop_assert_eq!(rates, missing);
                break;
            }
        }
    }
    drop(app);
    database::remove(&url).await;
    Ok(())
}

/// Names the first line that differs; the lines before it agree.
fn same_lines(what: &str, expected: &str, found: &str) -> TestCaseResult {
    if expected == found {
        return Ok(());
    }
    let (mut expected, mut found) = (expected.lines(), found.lines());
    for line in 1.. {
        let (expected, found) = (expected.next(), found.next());
        if expected != found || expected.is_none() {
            let text = |line: Option<&str>| line.unwrap_or("no such line").to_owned();
            return Err(TestCaseError::fail(format!(
                "line {line} of the {what} differs\nthe naive reading: {}\nthe product: {}",
                text(expected),
                text(found)
            )));
        }
    }
    Ok(())
}

#[test]
fn generated_programs_are_published_as_the_contract_reads() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cases = std::env::var("PEERBAND_TEST_PROGRAMS").map_or(60, |cases| cases.parse().unwrap());
    let mut runner = TestRunner::new(Cases {
        cases,
        failure_persistence: None,
        max_shrink_iters: 400,
        max_shrink_time: 120_000,
        ..Cases::default()
    });
    let outcome = runner.run(&naive::strategy::scene(), |(program, as_of)| {
        runtime.block_on(check(&program, as_of))
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(difference, (program, as_of))) => {
            panic!(
                "{difference}\n\nas of {as_of}:\n{}",
                naive::files::listing(&program)
            )
        }
        Err(error) => panic!("{error}"),
    }
}
