//! From a tally to a published snapshot: slices are scored on all cores and written as they come.

use std::num::NonZero;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{
    CertifiedPeople, Day, Offering, Partner, ReleaseRules, Scoring, Slice, SliceScores, Tally,
    Totals, certified_people,
};

use super::tally::Walk;
use super::{Published, RecomputeError};
use crate::app::App;
use crate::clock;
use crate::service::run::{Run, Stopped};
use crate::store::publication;

/// What the snapshots of one run share.
#[derive(Debug)]
pub(super) struct Inputs {
    /// The settings, as JSON.
    pub(super) settings: String,
    pub(super) release: ReleaseRules,
    pub(super) last_sequence: i64,
    pub(super) walk: Walk,
}

/// A date's totals, ready to be scored.
struct Scorable {
    inputs: Arc<Inputs>,
    certified: CertifiedPeople,
    totals: Vec<(Slice, Partner, Totals)>,
}

pub(super) async fn publish(
    app: &App,
    inputs: &Arc<Inputs>,
    as_of: Day,
    run: &Run,
    tally: Tally,
) -> Result<Published, RecomputeError> {
    let scorable = blocking({
        let inputs = inputs.clone();
        move || {
            let reference = inputs.walk.inputs();
            let passes = inputs.walk.certifications();
            let (catalog, exams) = (&reference.catalog, &reference.exams);
            let certified = certified_people(catalog, exams, passes, as_of);
            let totals = tally.finish()?;
            Ok::<_, RecomputeError>(Scorable {
                inputs,
                certified,
                totals,
            })
        }
    });
    let scorable = Arc::new(scorable.await??);

    let db = app.db();
    let (claim, leash) = (run.claimed(), run.leash());
    let mut building = publication::begin(
        db,
        as_of.0,
        inputs.settings.clone(),
        inputs.last_sequence,
        claim,
        clock::now(),
    )
    .await?;
    building.counts.fact_rows = inputs.walk.fact_rows().cast_signed();
    let reference = inputs.walk.inputs();
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut scored = stream::iter(0..reference.catalog.offerings())
        .map(|offering| {
            let scorable = scorable.clone();
            blocking(move || scorable.score(Offering(offering as u32)))
        })
        .buffered(cores);
    while let Some(slices) = scored.try_next().await? {
        leash.check()?;
        building.add(db, reference, &slices).await?;
    }
    leash.check()?;
    if !building.publish(db, claim, clock::now()).await? {
        return Err(leash.check().err().unwrap_or(Stopped::LeaseLost).into());
    }
    Ok(Published {
        snapshot: building.id,
        as_of,
        revision: building.revision,
        counts: building.counts,
    })
}

impl Scorable {
    fn score(&self, offering: Offering) -> Vec<SliceScores> {
        let reference = self.inputs.walk.inputs();
        let scoring = Scoring {
            catalog: &reference.catalog,
            certified: &self.certified,
            release: &self.inputs.release,
            owners: &reference.owners,
        };
        scoring.score_offering(offering, &self.totals)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, RecomputeError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| RecomputeError::Lost)
}
