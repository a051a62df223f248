//! One run: from the facts and reference data of now to a published snapshot of a date.

use facts::FileRef;
use kernel::{
    Bucket, Day, Rules, Scoring, Subscription, Tally, Unpublishable, Window, certified_people,
};

use crate::app::App;
use crate::clock;
use crate::service::lock;
use crate::store::inputs::Inputs;
use crate::store::publication::{self, Counts};
use crate::store::{StoreError, manifest};

/// Rows of facts held at once, about.
const BUCKET_ROWS: u64 = 2_000_000;

/// What a run has published.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    pub snapshot: i64,
    pub as_of: Day,
    pub revision: i32,
    pub counts: Counts,
}

/// Why a run published nothing.
#[derive(Debug, thiserror::Error)]
pub enum RecomputeError {
    #[error(transparent)]
    Unpublishable(#[from] Unpublishable),
    #[error("cannot use the database")]
    Store(#[from] StoreError),
    #[error("cannot read the fact store")]
    Facts(#[from] facts::Error),
    #[error("cannot use the data directory")]
    Io(#[from] std::io::Error),
    #[error("a part of the run ended without a word")]
    Lost,
}

/// Computes and publishes the snapshot of a date, as its next revision.
///
/// # Errors
/// Where the run must stop; nothing is published then, and the last snapshot stays.
pub async fn recompute(app: &App, as_of: Day) -> Result<Published, RecomputeError> {
    let _lock = lock::computing(app.data_dir()).await?;
    // Whoever holds the lock is the only run, so that whatever is unpublished was left by one that died.
    publication::sweep_unpublished(app.db()).await?;
    let settings = app.config().settings();
    let window = Window::ending(as_of);
    let (files, last_sequence) = manifest::live_files(app.db().read()).await?;
    let inputs = Inputs::load(app.db().read(), &settings.program).await?;
    let fact_rows = files
        .iter()
        .map(|file| file.rows)
        .sum::<u64>()
        .cast_signed();
    let gap_days = settings.program.new_customer_gap_days;
    let (inputs, totals) = tally(app, inputs, &files, window, gap_days).await?;

    let certifications = app
        .facts()
        .read_certifications(&files, &inputs.places)
        .await?;
    let certified = certified_people(&inputs.catalog, &inputs.exams, &certifications, as_of);
    let release = settings.release.rules();
    let scoring = Scoring {
        catalog: &inputs.catalog,
        certified: &certified,
        release: &release,
        owners: &inputs.owners,
    };
    // A settings struct of texts and numbers always has a JSON form.
    let settings = serde_json::to_string(&settings).unwrap_or_default();
    let mut building =
        publication::begin(app.db(), as_of.0, settings, last_sequence, clock::now()).await?;
    building.counts.fact_rows = fact_rows;
    let mut scores = Vec::new();
    for slice in scoring.score(&totals) {
        scores.push(slice);
        if scores.len() == 64 {
            building.add(app.db(), &inputs, &scores).await?;
            scores.clear();
        }
    }
    building.add(app.db(), &inputs, &scores).await?;
    building.publish(app.db(), clock::now()).await?;
    Ok(Published {
        snapshot: building.id,
        as_of,
        revision: building.revision,
        counts: building.counts,
    })
}

type Totals = Vec<(kernel::Slice, kernel::Partner, kernel::Totals)>;

async fn tally(
    app: &App,
    inputs: Inputs,
    files: &[FileRef],
    window: Window,
    new_customer_gap_days: u32,
) -> Result<(Inputs, Totals), RecomputeError> {
    let days = window.first..=window.last;
    let facts = app.facts();
    let settled = facts.settle(files).await?;
    let observed = facts
        .read_subscriptions(files, days.clone(), &inputs.places)
        .await?;
    let subscriptions = kernel::newest_subscriptions(&observed, window);
    drop(observed);
    let mut inputs = inputs;
    let mut tally = Tally::default();
    for customers in facts::buckets(files, BUCKET_ROWS) {
        let read = facts
            .read_bucket(
                files,
                customers.clone(),
                days.clone(),
                &settled,
                &inputs.places,
            )
            .await?;
        let from = subscriptions.partition_point(|row| row.customer.0 < customers.start);
        let to = subscriptions.partition_point(|row| row.customer.0 < customers.end);
        let here: Vec<Subscription> = subscriptions[from..to].to_vec();
        let walk = tokio::task::spawn_blocking(move || {
            let rules = Rules {
                window,
                catalog: &inputs.catalog,
                associations: &inputs.associations,
                rates: &inputs.rates,
                new_customer_gap_days,
            };
            tally.add(&rules, &Bucket::new(read), &here);
            (inputs, tally)
        });
        (inputs, tally) = walk.await.map_err(|_| RecomputeError::Lost)?;
    }
    let totals = tally.finish()?;
    Ok((inputs, totals))
}
