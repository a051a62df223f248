//! One run: from the facts and reference data of now to a published snapshot of a date.

use facts::FileRef;
use kernel::{
    Bucket, Day, Rules, Scoring, Subscription, Tally, Unpublishable, Window, certified_people,
};

use crate::app::App;
use crate::clock;
use crate::service::lock;
use crate::service::run::{Asked, Run, Stopped};
use crate::store::claim::{NewRun, Slot};
use crate::store::inputs::Inputs;
use crate::store::publication::{self, Counts};
use crate::store::{StoreError, manifest};

/// The job's name.
pub const RECOMPUTE_SNAPSHOT: &str = "recompute_snapshot";

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
    #[error(transparent)]
    Stopped(#[from] Stopped),
    #[error("the date's slot of this night is settled, or another server works for it")]
    Taken,
    #[error("cannot use the database")]
    Store(#[from] StoreError),
    #[error("cannot read the fact store")]
    Facts(#[from] facts::Error),
    #[error("cannot use the data directory")]
    Io(#[from] std::io::Error),
    #[error("a part of the run ended without a word")]
    Lost,
}

/// Computes and publishes the snapshot of a date, as its next revision, and records the run whatever its end. The work
/// goes on to its end, or to where it is asked to stop, even if this future is dropped.
///
/// # Errors
/// Where the run must stop; nothing is published then, and the last snapshot stays.
pub async fn recompute(
    app: &App,
    as_of: Day,
    slot: Option<Slot>,
    asked: Asked,
) -> Result<Published, RecomputeError> {
    let app = app.clone();
    let work = tokio::spawn(async move {
        let new = NewRun {
            job: RECOMPUTE_SNAPSHOT,
            as_of,
            slot,
        };
        let run = Run::claim(app.db(), &new, asked).await?;
        let run = run.ok_or(RecomputeError::Taken)?;
        let result = compute(&app, as_of, &run).await;
        match &result {
            // Publishing has recorded it.
            Ok(_) => {}
            Err(RecomputeError::Stopped(why)) => run.stopped(*why, slot.is_some()).await?,
            Err(error) => run.failed(error.to_string()).await?,
        }
        result
    });
    work.await.map_err(|_| RecomputeError::Lost)?
}

async fn compute(app: &App, as_of: Day, run: &Run) -> Result<Published, RecomputeError> {
    let _lock = tokio::select! {
        lock = lock::computing(app.data_dir()) => lock?,
        why = run.stop() => return Err(why.into()),
    };
    publication::sweep_unpublished(app.db()).await?;
    let settings = app.config().settings();
    let window = Window::ending(as_of);
    let pinned = app.db().pin().await?;
    let (files, last_sequence) = manifest::live_files(&pinned).await?;
    let inputs = Inputs::load(&pinned, &settings.program).await?;
    drop(pinned);
    let fact_rows = files
        .iter()
        .map(|file| file.rows)
        .sum::<u64>()
        .cast_signed();
    let gap_days = settings.program.new_customer_gap_days;
    let (inputs, totals) = tally(app, inputs, &files, window, gap_days, run).await?;

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
    let claim = run.claimed();
    let now = clock::now();
    let mut building =
        publication::begin(app.db(), as_of.0, settings, last_sequence, claim, now).await?;
    building.counts.fact_rows = fact_rows;
    let mut scores = Vec::new();
    for slice in scoring.score(&totals) {
        scores.push(slice);
        if scores.len() == 64 {
            run.check()?;
            building.add(app.db(), &inputs, &scores).await?;
            scores.clear();
        }
    }
    building.add(app.db(), &inputs, &scores).await?;
    run.check()?;
    if !building.publish(app.db(), claim, clock::now()).await? {
        return Err(run.check().err().unwrap_or(Stopped::LeaseLost).into());
    }
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
    run: &Run,
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
        run.check()?;
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
