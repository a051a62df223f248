//! `compact_facts`: once a night, after its dates, where anything is due.

use chrono::{DateTime, Utc};
use peerband::app::App;
use peerband::jobs::compact_facts::compact_facts;
use peerband::jobs::recompute_snapshots::recompute_snapshots;
use peerband::service::compact::COMPACT_FACTS;
use peerband::service::run::{Stopped, Stopper};
use peerband::store::job_run::{JobRunFilter, JobRunState, JobTrigger, list_job_runs};
use peerband::store::paging::Page;

use crate::harness::product::Product;
use crate::harness::sender::live_paths;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Wakes up at the moment; whether anything was merged.
async fn wake(app: &App, now: &str) -> bool {
    let asked = Stopper::default().listen();
    let outcome = compact_facts(app, moment(now), &asked).await.unwrap();
    outcome.map(Result::unwrap).is_some()
}

async fn compute(app: &App, now: &str) {
    let (asked, now) = (Stopper::default().listen(), moment(now));
    let since = moment("2026-01-01T00:00:00Z");
    recompute_snapshots(app, now, since, &asked).await.unwrap();
}

/// The date and end of each run, oldest first.
async fn runs(app: &App) -> Vec<(String, JobRunState)> {
    let page = Page {
        limit: 1_000,
        after: None,
        before: None,
        from_back: false,
    };
    let filter = JobRunFilter {
        job: Some(COMPACT_FACTS.to_owned()),
        states: None,
    };
    let runs = list_job_runs(app.db(), &filter, &page).await.unwrap().rows;
    assert!(
        runs.iter()
            .all(|(_, run)| run.trigger == JobTrigger::Schedule)
    );
    let told = runs.into_iter().rev();
    told.map(|(_, run)| (kernel::Day(run.as_of).to_string(), run.state))
        .collect()
}

fn of(runs: &[(&str, JobRunState)]) -> Vec<(String, JobRunState)> {
    let runs = runs.iter();
    runs.map(|(date, state)| ((*date).to_owned(), *state))
        .collect()
}

#[tokio::test]
async fn each_night_merges_what_is_due_once() {
    let product = Product::start(&[("PEERBAND_COMPACTION_SMALL_FILES_MAX", "2")]).await;
    let app = &product.app;
    let send = async |batch: &str| product.send_revenue(batch, "2026-06-01", "10", "USD").await;
    for batch in ["a", "b"] {
        send(batch).await;
    }
    // Not before the night's dates are settled.
    assert!(!wake(app, "2026-06-10T02:00:00Z").await);
    assert_eq!(runs(app).await, of(&[]));
    compute(app, "2026-06-10T02:00:00Z").await;
    // Two files are not more than two.
    assert!(!wake(app, "2026-06-10T02:00:00Z").await);
    let skipped = ("2026-06-09", JobRunState::Skipped);
    assert_eq!(runs(app).await, of(&[skipped]));

    send("c").await;
    assert!(!wake(app, "2026-06-10T23:00:00Z").await);
    compute(app, "2026-06-11T02:00:00Z").await;
    assert!(wake(app, "2026-06-11T02:00:00Z").await);
    assert_eq!(live_paths(app).await.len(), 1);
    assert!(!wake(app, "2026-06-11T02:01:00Z").await);
    let merged = ("2026-06-10", JobRunState::Succeeded);
    assert_eq!(runs(app).await, of(&[skipped, merged]));
}

#[tokio::test]
async fn a_server_that_is_told_not_to_does_not() {
    for setting in ["COMPACTION", "SCHEDULE"] {
        let name = format!("PEERBAND_{setting}_ENABLED");
        let settings = [
            (name.as_str(), "false"),
            ("PEERBAND_COMPACTION_SMALL_FILES_MAX", "1"),
        ];
        let product = Product::start(&settings).await;
        for batch in ["a", "b"] {
            product.send_revenue(batch, "2026-06-01", "10", "USD").await;
        }
        compute(&product.app, "2026-06-10T02:00:00Z").await;
        assert!(!wake(&product.app, "2026-06-10T02:00:00Z").await);
        assert_eq!(runs(&product.app).await, of(&[]));
    }
}

#[tokio::test]
async fn a_server_that_is_being_stopped_leaves_the_night_to_the_next() {
    let product = Product::start(&[("PEERBAND_COMPACTION_SMALL_FILES_MAX", "1")]).await;
    for batch in ["a", "b"] {
        product.send_revenue(batch, "2026-06-01", "10", "USD").await;
    }
    let night = "2026-06-10T02:00:00Z";
    compute(&product.app, night).await;
    let stopper = Stopper::default();
    stopper.stop(Stopped::ShuttingDown);
    let outcome = compact_facts(&product.app, moment(night), &stopper.listen()).await;
    assert!(outcome.unwrap().is_none());
    assert_eq!(runs(&product.app).await, of(&[]));
    assert!(wake(&product.another().await, night).await);
    assert_eq!(live_paths(&product.app).await.len(), 1);
}
