//! Protected ranges: before a snapshot is out, its release is attacked, metric by metric on all cores.

use std::num::NonZero;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Decision, Metric, Protected, Protection, Shown, SliceScores};

use super::RecomputeError;
use super::publish::{Inputs, blocking};
use crate::service::run::Leash;
use crate::store::Db;
use crate::store::publication::{Building, Decided};
use crate::store::release_report::{Earlier, find_earlier, save};

/// Decides what partners are shown of each slice, and keeps why. `scores` are all of the snapshot, in their order.
pub(super) async fn protect(
    db: &Db,
    inputs: &Arc<Inputs>,
    building: &Building,
    scores: &Arc<Vec<SliceScores>>,
    leash: &Leash,
) -> Result<Vec<Decided>, RecomputeError> {
    let earlier = find_earlier(db, building.as_of).await?;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let earlier = &earlier;
    let protected: Vec<(Metric, Protected)> = stream::iter(Metric::ALL)
        .map(|metric| async move {
            leash.check()?;
            protect_metric(db, inputs, metric, scores, earlier).await
        })
        .buffered(cores)
        .try_collect()
        .await?;
    let everything = Decision {
        shown: Shown::Everything,
        rule: None,
        values: 0,
    };
    let mut decided: Vec<Decided> = vec![[everything; Metric::COUNT]; scores.len()];
    for (metric, protected) in &protected {
        if protected.bounded_after > 0 {
            // Only where values, trees or the settings have changed so that what is out already tells more now.
            let bounded = protected.bounded_after;
            tracing::warn!(%metric, bounded, "earlier snapshots tell values that nothing can protect any more");
        }
        for (of_slice, decision) in decided.iter_mut().zip(&protected.decisions) {
            of_slice[metric.index()] = *decision;
        }
    }
    let numbers = &inputs.walk.inputs().numbers;
    save(db, building.id, earlier, numbers, &protected).await?;
    Ok(decided)
}

async fn protect_metric(
    db: &Db,
    inputs: &Arc<Inputs>,
    metric: Metric,
    scores: &Arc<Vec<SliceScores>>,
    earlier: &Earlier,
) -> Result<(Metric, Protected), RecomputeError> {
    let numbers = &inputs.walk.inputs().numbers;
    let earlier = earlier.knowledge(db, metric, numbers).await?;
    let (inputs, scores) = (inputs.clone(), scores.clone());
    let protected = blocking(move || {
        let reference = inputs.walk.inputs();
        let protection = Protection {
            catalog: &reference.catalog,
            release: &inputs.release,
            owners: &reference.numbers.owners,
        };
        protection.protect(metric, &scores, &earlier)
    });
    Ok((metric, protected.await?))
}
