//! From a tally to a published snapshot: slices are scored on all cores and written as they come.

use std::num::NonZero;
use std::pin::pin;
use std::sync::{Arc, OnceLock};

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use kernel::{CertifiedPeople, Day, Offering, Ranges, ReleaseRules, Scoring, SliceScores, Tallied};

use super::protect::protect;
use super::tally::{Counted, Walk};
use super::{Published, RecomputeError};
use crate::app::App;
use crate::clock;
use crate::service::run::{Run, Stopped};
use crate::store::publication::{self, Counts};

/// Scorecards that are written together, or those of one offering where it has more.
const SCORECARDS_TOGETHER: usize = 16 * 1024;

/// Offerings, or stretches of their locations, that are scored ahead of the one that is waited for, for each core.
const AHEAD_PER_CORE: usize = 2;
/// Totals of an offering, about, that make a stretch of its locations: else all would wait for a large one.
const TOTALS_OF_STRETCH: usize = 16 * 1024;

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
    totals: Tallied,
}

pub(super) async fn publish(
    app: &App,
    inputs: &Arc<Inputs>,
    as_of: Day,
    run: &Run,
    counted: Counted,
) -> Result<Published, RecomputeError> {
    let scorable = Scorable::new(inputs, counted).await?;
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
    let mut scored = pin!(scorable.score());
    if inputs.release.ranges == Ranges::Protected {
        let mut all = Vec::new();
        while let Some(slices) = scored.try_next().await? {
            leash.check()?;
            all.extend(slices);
        }
        let all = Arc::new(all);
        let decided = protect(db, inputs, &building, &all, leash).await?;
        building.add(db, reference, &all, &decided).await?;
    } else {
        // Offerings with few scorecards are written together: each writing has a price of its own.
        let (mut together, mut scorecards) = (Vec::new(), 0);
        while let Some(slices) = scored.try_next().await? {
            leash.check()?;
            scorecards += slices
                .iter()
                .map(|slice| slice.scorecards.len())
                .sum::<usize>();
            together.extend(slices);
            if scorecards >= SCORECARDS_TOGETHER {
                building.add(db, reference, &together, &[]).await?;
                together.clear();
                scorecards = 0;
            }
        }
        building.add(db, reference, &together, &[]).await?;
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

/// Scores every slice and keeps no more than how many there were.
pub(super) async fn score(
    inputs: &Arc<Inputs>,
    counted: Counted,
) -> Result<Counts, RecomputeError> {
    let scorable = Scorable::new(inputs, counted).await?;
    let mut counts = Counts {
        fact_rows: inputs.walk.fact_rows().cast_signed(),
        ..Counts::default()
    };
    let mut scored = pin!(scorable.score());
    while let Some(slices) = scored.try_next().await? {
        for slice in slices {
            counts.slices += 1;
            counts.scorecards += slice.scorecards.len() as i64;
            counts.peer_bands += slice.bands.len() as i64;
        }
    }
    Ok(counts)
}

impl Scorable {
    async fn new(inputs: &Arc<Inputs>, counted: Counted) -> Result<Arc<Scorable>, RecomputeError> {
        let totals = blocking(move || counted.tally.finish()).await?;
        Ok(Arc::new(Scorable {
            inputs: inputs.clone(),
            certified: counted.certified,
            totals: totals?,
        }))
    }

    /// All slices in their order, those of some locations of an offering together, scored on all cores.
    fn score(self: &Arc<Self>) -> impl Stream<Item = Result<Vec<SliceScores>, RecomputeError>> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let offerings = self.inputs.walk.inputs().catalog.offerings();
        let offerings = (0..offerings).map(|at| Offering(at as u32));
        let scorable = self.clone();
        let stretches = offerings.flat_map(move |offering| {
            let stretches = scorable.totals.len_of(offering) / TOTALS_OF_STRETCH + 1;
            let totals = Arc::new(OnceLock::new());
            (0..stretches).map(move |at| (offering, totals.clone(), (at, stretches)))
        });
        let scorable = self.clone();
        stream::iter(stretches)
            .map(move |(offering, totals, stretch)| {
                let scorable = scorable.clone();
                blocking(move || {
                    // Whoever comes first adds them up for all stretches.
                    let totals = totals.get_or_init(|| scorable.totals.of(offering));
                    scorable.scoring().score_offering(offering, totals, stretch)
                })
            })
            .buffered(AHEAD_PER_CORE * cores)
    }

    fn scoring(&self) -> Scoring<'_> {
        let reference = self.inputs.walk.inputs();
        Scoring {
            catalog: &reference.catalog,
            certified: &self.certified,
            release: &self.inputs.release,
            owners: &reference.numbers.owners,
        }
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, RecomputeError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| RecomputeError::Lost)
}
