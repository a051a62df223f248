//! Runs: from the facts and reference data of now to published snapshots of dates.

mod protect;
mod publish;
mod shares;
mod tally;

use std::collections::VecDeque;
use std::sync::Arc;

use kernel::{Day, Unpublishable};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::app::App;
use crate::service::audit::Actor;
use crate::service::copies;
use crate::service::lock;
use crate::service::run::{Asked, Leash, Run, Stopped};
use crate::store::claim::{NewRun, Slot};
use crate::store::inputs::{Inputs, Numbers};
use crate::store::publication::{self, Counts};
use crate::store::{StoreError, manifest};
use tally::{Ahead, Newest, Walk};

/// The job's name.
pub const RECOMPUTE_SNAPSHOT: &str = "recompute_snapshot";

/// The most dates that are tallied in one walk over the facts. Each holds totals of its own.
const DATES_TOGETHER: usize = 12;
/// What the totals of all dates of a walk may take.
const TALLIES_BYTES: i64 = 512 << 20;
/// What the totals of one date take for each of its scorecards, on two cores.
const TALLY_BYTES_PER_SCORECARD: i64 = 200;

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

/// The date at which several stopped, and why.
#[derive(Debug, thiserror::Error)]
#[error("{as_of}: nothing was published")]
pub struct StoppedAt {
    pub as_of: Day,
    #[source]
    pub error: RecomputeError,
}

/// A date's claimed run.
struct Work {
    as_of: Day,
    run: Run,
}

/// Computes and publishes the snapshot of a date, as its next revision, and records the run whatever its end. The work
/// goes on to its end, or to where it is asked to stop, even if this future is dropped.
///
/// # Errors
/// Where the run must stop; nothing is published then, and the last snapshot stays.
pub async fn recompute(
    app: &App,
    by: &Actor,
    as_of: Day,
    slot: Option<Slot>,
    asked: Asked,
) -> Result<Published, RecomputeError> {
    let mut published = None;
    let tell = |one: &Published| published = Some(*one);
    let done = claim_and_carry_out(app, by, &[as_of], slot, asked, tell).await;
    done.map_err(|stopped| stopped.error)?;
    published.ok_or(RecomputeError::Lost)
}

/// The same for several dates, in their order, as an operator asks for them. Facts are read once for many of them.
///
/// # Errors
/// At the first date where the run must stop; those before it are published and told.
pub async fn recompute_dates(
    app: &App,
    by: &Actor,
    dates: &[Day],
    asked: Asked,
    mut tell: impl FnMut(&Published),
) -> Result<(), StoppedAt> {
    let mut rest = dates;
    while let Some(first) = rest.first() {
        let largest = publication::most_scorecards(app.db()).await;
        let largest = largest.map_err(|error| StoppedAt {
            as_of: *first,
            error: error.into(),
        })?;
        let (together, later) = rest.split_at(dates_together(largest).min(rest.len()));
        claim_and_carry_out(app, by, together, None, asked.clone(), &mut tell).await?;
        rest = later;
    }
    Ok(())
}

/// As many dates as memory has room for, where the largest snapshot so far has so many scorecards. Where there is none
/// the first date goes alone and tells.
fn dates_together(scorecards: Option<i64>) -> usize {
    let of_one = scorecards.map(|scorecards| TALLY_BYTES_PER_SCORECARD * scorecards.max(1));
    let fitting = of_one.map_or(1, |bytes| TALLIES_BYTES / bytes);
    fitting.clamp(1, DATES_TOGETHER as i64) as usize
}

/// Claims the run of a date as an operator asks for it. Gives its number, and the work, which is to be run in a task that
/// nobody cancels.
///
/// # Errors
/// Where the run cannot be claimed.
pub async fn start(
    app: &App,
    by: &Actor,
    as_of: Day,
    asked: Asked,
) -> Result<(i64, impl Future<Output = ()> + Send + 'static), RecomputeError> {
    let app = app.clone();
    // Claiming writes: nobody may cancel it either.
    let claiming = tokio::spawn({
        let (app, by) = (app.clone(), by.clone());
        async move { claim_all(&app, &by, &[as_of], None, &asked).await }
    });
    let claimed = claiming.await.map_err(|_| RecomputeError::Lost)?;
    let works = claimed.map_err(|stopped| stopped.error)?;
    let run = works.front().map_or(0, |work| work.run.claimed().run);
    let work = async move {
        let (sender, _) = unbounded_channel();
        if let Err(stopped) = work_off(&app, works, &sender, false).await {
            let error: &dyn std::error::Error = &stopped.error;
            tracing::warn!(%as_of, error, "not published; the last snapshot stays");
        }
    };
    Ok((run, work))
}

/// Computes every measure, band and rank of a date in memory and keeps nothing: a run without its publication, for
/// benchmarks. It is neither claimed nor recorded.
///
/// # Errors
/// Where a run would have to stop.
pub async fn score(app: &App, as_of: Day) -> Result<Counts, RecomputeError> {
    let _lock = lock::computing(app.data_dir()).await?;
    let (inputs, newest) = pin(app, vec![as_of]).await?;
    let counted = inputs.walk.count(newest, &[]).await?.pop();
    publish::score(&inputs, counted.ok_or(RecomputeError::Lost)?).await
}

async fn claim_and_carry_out(
    app: &App,
    by: &Actor,
    dates: &[Day],
    slot: Option<Slot>,
    asked: Asked,
    mut tell: impl FnMut(&Published),
) -> Result<(), StoppedAt> {
    let (sender, mut published) = unbounded_channel();
    let (app, by, dates) = (app.clone(), by.clone(), dates.to_vec());
    let first = dates.first().copied().unwrap_or(Day::FIRST);
    let work = tokio::spawn(async move {
        let works = claim_all(&app, &by, &dates, slot, &asked).await?;
        work_off(&app, works, &sender, slot.is_some()).await
    });
    while let Some(one) = published.recv().await {
        tell(&one);
    }
    let lost = |_| StoppedAt {
        as_of: first,
        error: RecomputeError::Lost,
    };
    work.await.map_err(lost)?
}

/// Claims the run of each date, in their order.
async fn claim_all(
    app: &App,
    by: &Actor,
    dates: &[Day],
    slot: Option<Slot>,
    asked: &Asked,
) -> Result<VecDeque<Work>, StoppedAt> {
    let mut works = VecDeque::with_capacity(dates.len());
    for as_of in dates.iter().copied() {
        let new = NewRun {
            job: RECOMPUTE_SNAPSHOT,
            as_of,
            slot,
        };
        let claimed = Run::claim(app.db(), by, &new, asked.clone()).await;
        let run = claimed.map_err(RecomputeError::from).transpose();
        let run = run.unwrap_or(Err(RecomputeError::Taken));
        let run = run.map_err(|error| StoppedAt { as_of, error })?;
        works.push_back(Work { as_of, run });
    }
    Ok(works)
}

/// Carries claimed runs out and records where they stopped.
async fn work_off(
    app: &App,
    mut works: VecDeque<Work>,
    published: &UnboundedSender<Published>,
    is_scheduled: bool,
) -> Result<(), StoppedAt> {
    let first = works.front().map_or(Day::FIRST, |work| work.as_of);
    let Err(error) = carry_out(app, &mut works, published).await else {
        return Ok(());
    };
    // Those before have been published and have left.
    let as_of = works.front().map_or(first, |work| work.as_of);
    if let Err(unrecorded) = end(works, &error, is_scheduled).await {
        let unrecorded: &dyn std::error::Error = &unrecorded;
        tracing::error!(%as_of, error = unrecorded, "a run's end is not recorded; it will be found lost");
    }
    Err(StoppedAt { as_of, error })
}

/// Records the end of the first run, and that those after it did not come to their turn.
async fn end(
    works: VecDeque<Work>,
    error: &RecomputeError,
    is_scheduled: bool,
) -> Result<(), StoreError> {
    let mut is_first = true;
    for work in works {
        match error {
            RecomputeError::Stopped(why) => work.run.stopped(*why, is_scheduled).await?,
            error if is_first => work.run.failed(error.to_string()).await?,
            _ => work.run.stopped(Stopped::Cancelled, is_scheduled).await?,
        }
        is_first = false;
    }
    Ok(())
}

/// Publishes one date after the other, and takes each from the front once it is.
async fn carry_out(
    app: &App,
    works: &mut VecDeque<Work>,
    published: &UnboundedSender<Published>,
) -> Result<(), RecomputeError> {
    let leashes: Vec<Leash> = works.iter().map(|work| work.run.leash().clone()).collect();
    let Some(first) = leashes.first() else {
        return Ok(());
    };
    let _lock = tokio::select! {
        lock = lock::computing(app.data_dir()) => lock?,
        why = first.stop() => return Err(why.into()),
    };
    publication::sweep_unpublished(app.db()).await?;
    copies::make(app).await;
    let dates = works.iter().map(|work| work.as_of).collect();
    let (run, newest) = pin(app, dates).await?;
    for counted in run.walk.count(newest, &leashes).await? {
        let Some(work) = works.front() else { break };
        let one = publish::publish(app, &run, work.as_of, &work.run, counted).await?;
        // Nobody listening is no reason to stop.
        let _ = published.send(one);
        works.pop_front();
    }
    Ok(())
}

/// Pins what the snapshots of these dates are computed from.
async fn pin(app: &App, dates: Vec<Day>) -> Result<(Arc<publish::Inputs>, Newest), RecomputeError> {
    let settings = app.config().settings();
    let pinned = app.db().pin().await?;
    let (files, last_sequence) = manifest::live_files(&pinned).await?;
    let numbers = Numbers::load(&pinned).await?;
    // Facts are read while the database answers.
    let newest = Newest::read(app.facts(), &files, &dates, &numbers.places);
    let ahead = {
        let (facts, files, places) = (app.facts().clone(), files.clone(), numbers.places.clone());
        tokio::spawn(async move { Ahead::read(&facts, &files, &places).await })
    };
    let inputs = Inputs::load(&pinned, &settings.program, numbers).await;
    let ahead = ahead.await.map_err(|_| RecomputeError::Lost);
    drop(pinned);
    let (inputs, ahead) = match (inputs, ahead) {
        (Ok(inputs), Ok(Ok(ahead))) => (inputs, ahead),
        (inputs, ahead) => {
            // Why it ended is not told where another reason comes first.
            let _ = newest.end().await;
            inputs?;
            ahead??;
            return Err(RecomputeError::Lost);
        }
    };
    let walk = Walk::new(tally::Shared {
        facts: app.facts().clone(),
        files,
        inputs,
        dates,
        new_customer_gap_days: settings.program.new_customer_gap_days,
        ahead,
    });
    let inputs = publish::Inputs {
        // A settings struct of texts and numbers always has a JSON form.
        settings: serde_json::to_string(&settings).unwrap_or_default(),
        release: settings.release.rules(),
        last_sequence,
        walk,
    };
    Ok((Arc::new(inputs), newest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_share_a_walk_as_far_as_their_totals_have_room() {
        assert_eq!(dates_together(None), 1);
        assert_eq!(dates_together(Some(0)), DATES_TOGETHER);
        assert_eq!(dates_together(Some(160_000)), DATES_TOGETHER);
        assert_eq!(dates_together(Some(500_000)), 5);
        assert_eq!(dates_together(Some(100_000_000)), 1);
    }
}
