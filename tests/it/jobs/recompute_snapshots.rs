//! `recompute_snapshots`: which dates a night computes, and what is recorded of each.

use chrono::{DateTime, Utc};
use peerband::app::App;
use peerband::jobs::recompute_snapshots::recompute_snapshots;
use peerband::service::run::{Stopped, Stopper};
use peerband::store::job_run::{JobRun, JobRunFilter, JobRunState, JobTrigger, list_job_runs};
use peerband::store::paging::Page;
use peerband::store::snapshot::{find_snapshot, published_dates};

use crate::harness::product::Product;

/// Long before every night of these tests.
const BEGINNING: &str = "2026-01-01T00:00:00Z";

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Wakes up at the moment, and gives how many dates were worked on.
async fn wake(app: &App, now: &str) -> usize {
    let asked = Stopper::default().listen();
    let outcomes = recompute_snapshots(app, moment(now), moment(BEGINNING), &asked).await;
    outcomes.unwrap().len()
}

/// Every run, oldest first.
async fn runs(app: &App) -> Vec<JobRun> {
    let page = Page {
        limit: 1_000,
        after: None,
        before: None,
        from_back: false,
    };
    let runs = list_job_runs(app.db(), &JobRunFilter::default(), &page).await;
    let mut runs: Vec<JobRun> = runs.unwrap().rows.into_iter().map(|(_, run)| run).collect();
    runs.reverse();
    runs
}

async fn dates_and_states(app: &App) -> Vec<(String, JobRunState)> {
    let runs = runs(app).await;
    let told = runs
        .into_iter()
        .map(|run| (kernel::Day(run.as_of).to_string(), run.state));
    told.collect()
}

fn check(told: &[(String, JobRunState)], expected: &[(&str, JobRunState)]) {
    let told: Vec<_> = told
        .iter()
        .map(|(date, state)| (date.as_str(), *state))
        .collect();
    assert_eq!(told, expected);
}

use JobRunState::{Failed, Missed, Running, Skipped, Succeeded};

#[tokio::test]
async fn a_night_computes_the_day_before_once() {
    let product = Product::start(&[]).await;
    product.send_revenue("a", "2026-06-01", "10", "USD").await;
    assert_eq!(wake(&product.app, "2026-06-10T02:00:00Z").await, 1);
    assert_eq!(wake(&product.app, "2026-06-10T02:01:00Z").await, 0);
    assert_eq!(wake(&product.app, "2026-06-11T01:59:59Z").await, 0);
    check(
        &dates_and_states(&product.app).await,
        &[("2026-06-09", Succeeded)],
    );

    let run = runs(&product.app).await.remove(0);
    let snapshot = find_snapshot(product.app.db(), None).await.unwrap();
    let snapshot = snapshot.unwrap();
    assert_eq!(snapshot.as_of.to_string(), "2026-06-09");
    assert_eq!(run.snapshot, Some(snapshot.key.0));
    assert_eq!(run.trigger, JobTrigger::Schedule);
    assert_eq!(
        (run.fact_rows, run.scorecards, run.peer_bands),
        (Some(1), Some(snapshot.scorecards), Some(0))
    );
    assert!(run.ended_at >= Some(run.started_at));
    assert_eq!(run.error, None);

    assert_eq!(wake(&product.app, "2026-06-11T02:00:00Z").await, 1);
    check(
        &dates_and_states(&product.app).await,
        &[("2026-06-09", Succeeded), ("2026-06-10", Succeeded)],
    );
}

#[tokio::test]
async fn the_night_is_that_of_the_programs_time_zone() {
    let zone = [("PEERBAND_PROGRAM_TIMEZONE", "Pacific/Auckland")];
    let product = Product::start(&zone).await;
    product.send_revenue("a", "2026-06-01", "10", "USD").await;
    // 02:00 of June 11th there.
    assert_eq!(wake(&product.app, "2026-06-10T14:00:00Z").await, 1);
    check(
        &dates_and_states(&product.app).await,
        &[("2026-06-10", Succeeded)],
    );
}

#[tokio::test]
async fn a_server_that_starts_anew_has_missed_nothing() {
    let product = Product::start(&[]).await;
    product.send_revenue("a", "2026-06-01", "10", "USD").await;
    let asked = Stopper::default().listen();
    let (now, since) = (
        moment("2026-06-10T12:00:00Z"),
        moment("2026-06-10T11:00:00Z"),
    );
    let outcomes = recompute_snapshots(&product.app, now, since, &asked).await;
    assert!(outcomes.unwrap().is_empty());
    assert!(runs(&product.app).await.is_empty());

    // Once it has run, a night during which no server ran is made up for as soon as one starts.
    wake(&product.app, "2026-06-11T02:00:00Z").await;
    let (now, since) = (
        moment("2026-06-12T12:00:00Z"),
        moment("2026-06-12T11:59:00Z"),
    );
    let outcomes = recompute_snapshots(&product.app, now, since, &asked).await;
    assert_eq!(outcomes.unwrap().len(), 1);
    check(
        &dates_and_states(&product.app).await,
        &[("2026-06-10", Succeeded), ("2026-06-11", Succeeded)],
    );
}

#[tokio::test]
async fn missing_dates_are_filled_or_recorded_as_missed() {
    let policy = [("PEERBAND_SCHEDULE_CATCH_UP_DAYS", "2")];
    let product = Product::start(&policy).await;
    product.send_revenue("a", "2026-06-01", "10", "USD").await;
    wake(&product.app, "2026-06-10T02:00:00Z").await;
    assert_eq!(wake(&product.app, "2026-06-15T09:00:00Z").await, 3);
    check(
        &dates_and_states(&product.app).await,
        &[
            ("2026-06-09", Succeeded),
            ("2026-06-10", Missed),
            ("2026-06-11", Missed),
            ("2026-06-14", Succeeded),
            ("2026-06-12", Succeeded),
            ("2026-06-13", Succeeded),
        ],
    );
    assert_eq!(wake(&product.app, "2026-06-15T09:01:00Z").await, 0);
    assert_eq!(wake(&product.app, "2026-06-16T02:00:00Z").await, 1);
}

#[tokio::test]
async fn a_failed_date_tells_why_and_is_tried_again_the_next_night() {
    let product = Product::start(&[]).await;
    product.send_revenue("a", "2026-06-01", "10", "CHF").await;
    assert_eq!(wake(&product.app, "2026-06-10T02:00:00Z").await, 1);
    // Not each minute.
    assert_eq!(wake(&product.app, "2026-06-10T02:01:00Z").await, 0);
    let run = runs(&product.app).await.remove(0);
    assert_eq!(run.state, Failed);
    let error = run.error.unwrap();
    assert!(error.contains("CHF first on 2026-06-01"), "{error}");
    assert!(published_dates(product.app.db()).await.unwrap().is_empty());

    let rates = "currency,rate_date,rate\nCHF,2026-01-01,1.1\n";
    product.send("fx_rates", "rates", rates).await;
    assert_eq!(wake(&product.app, "2026-06-11T02:00:00Z").await, 2);
    check(
        &dates_and_states(&product.app).await,
        &[
            ("2026-06-09", Failed),
            ("2026-06-10", Succeeded),
            ("2026-06-09", Succeeded),
        ],
    );
}

#[tokio::test]
async fn nothing_is_published_before_there_is_a_fact() {
    let product = Product::start(&[]).await;
    assert_eq!(wake(&product.app, "2026-06-10T02:00:00Z").await, 0);
    assert_eq!(wake(&product.app, "2026-06-10T02:01:00Z").await, 0);
    check(
        &dates_and_states(&product.app).await,
        &[("2026-06-09", Skipped)],
    );
    assert!(published_dates(product.app.db()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_schedule_that_is_off_runs_nothing() {
    let off = [("PEERBAND_SCHEDULE_ENABLED", "false")];
    let product = Product::start(&off).await;
    product.send_revenue("a", "2026-06-01", "10", "USD").await;
    assert_eq!(wake(&product.app, "2026-06-10T02:00:00Z").await, 0);
    assert!(runs(&product.app).await.is_empty());
}

#[tokio::test]
async fn of_several_servers_one_runs_each_date() {
    let product = Product::start(&[]).await;
    product.send_revenue("a", "2026-06-01", "10", "USD").await;
    wake(&product.app, "2026-06-08T02:00:00Z").await;
    let (second, third) = (product.another().await, product.another().await);
    let now = "2026-06-10T02:00:00Z";
    tokio::join!(
        wake(&product.app, now),
        wake(&second, now),
        wake(&third, now)
    );
    let mut told = dates_and_states(&product.app).await;
    told.sort_by(|a, b| a.0.cmp(&b.0));
    check(
        &told,
        &[
            ("2026-06-07", Succeeded),
            ("2026-06-08", Succeeded),
            ("2026-06-09", Succeeded),
        ],
    );
}

#[tokio::test]
async fn a_server_that_is_stopped_leaves_its_date_to_the_next() {
    let product = Product::start(&[]).await;
    product.send_revenue("a", "2026-06-01", "10", "USD").await;
    let stopper = Stopper::default();
    let asked = stopper.listen();
    // Held by somebody else, so that the run is still waiting when it is asked to stop.
    let computing = peerband::service::lock::computing(product.app.data_dir()).await;
    let (outcomes, ()) = tokio::join!(
        recompute_snapshots(
            &product.app,
            moment("2026-06-10T02:00:00Z"),
            moment(BEGINNING),
            &asked
        ),
        async {
            while runs(&product.app).await.is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            stopper.stop(Stopped::ShuttingDown);
        }
    );
    assert!(outcomes.unwrap()[0].result.is_err());
    drop(computing);
    let run = runs(&product.app).await.remove(0);
    assert_eq!((run.state, run.lease_until), (Running, 0));

    assert_eq!(
        wake(&product.another().await, "2026-06-10T02:01:00Z").await,
        1
    );
    let run = runs(&product.app).await.remove(0);
    assert_eq!((run.state, run.fence), (Succeeded, 2));
}
