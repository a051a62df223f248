//! One walk over the facts for one or several dates, on all cores.

use std::iter;
use std::num::NonZero;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use facts::{FactStore, FileRef, Places, Settled, Wanted};
use futures_util::future::try_join_all;
use kernel::{
    Bucket, Certification, CertifiedPeople, Day, Facts, Rules, Subscription, Tally, Window,
    certified_people,
};
use tokio::task::{JoinHandle, JoinSet};

use super::RecomputeError;
use super::publish::blocking;
use super::shares::Shares;
use crate::service::run::Leash;
use crate::store::inputs::Inputs;

/// The fewest rows of a bucket: each reads at least one row group of each file that has its customers.
const BUCKET_ROWS_MIN: u64 = 64 * 1024;
/// Buckets for each core, so that cores end together.
const BUCKETS_PER_CORE: u64 = 64;
/// The same where a walk cannot go on from one bucket to the next, so that each has to find its first row in every file.
const BUCKETS_PER_CORE_APART: u64 = 4;

/// What is read of the facts before any bucket, since it does not lie with one customer.
#[derive(Debug)]
pub(super) struct Ahead {
    settled: Settled,
    certifications: Vec<Certification>,
}

impl Ahead {
    pub(super) async fn read(
        facts: &FactStore,
        files: &[FileRef],
        places: &Places,
    ) -> Result<Ahead, facts::Error> {
        let (settled, certifications) = tokio::try_join!(
            facts.settle(files),
            facts.read_certifications(files, places)
        )?;
        Ok(Ahead {
            settled,
            certifications,
        })
    }
}

/// For each date the newest observations of subscriptions in its window, by customer, while they are read. They do not lie
/// with one customer either, but no bucket has to wait for them: reading them keeps one core busy, and buckets the others.
#[derive(Debug)]
pub(super) struct Newest(JoinHandle<Result<Vec<Vec<Subscription>>, facts::Error>>);

impl Newest {
    pub(super) fn read(
        facts: &FactStore,
        files: &[FileRef],
        dates: &[Day],
        places: &Places,
    ) -> Newest {
        let (facts, files, places) = (facts.clone(), files.to_vec(), places.clone());
        let windows: Vec<Window> = dates.iter().copied().map(Window::ending).collect();
        Newest(tokio::spawn(async move {
            facts.newest_subscriptions(&files, &windows, &places).await
        }))
    }

    /// To be waited for whatever happens: nothing must read on once a run's lock is free.
    pub(super) async fn end(self) -> Result<Vec<Vec<Subscription>>, RecomputeError> {
        Ok(self.0.await.map_err(|_| RecomputeError::Lost)??)
    }
}

/// All that a date's scorecards are made of.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) tally: Tally,
    pub(super) certified: CertifiedPeople,
}

/// What does not change during a run. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Walk(Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) facts: FactStore,
    pub(super) files: Vec<FileRef>,
    pub(super) inputs: Inputs,
    pub(super) dates: Vec<Day>,
    pub(super) new_customer_gap_days: u32,
    pub(super) ahead: Ahead,
}

impl Walk {
    pub(super) fn new(shared: Shared) -> Walk {
        Walk(Arc::new(shared))
    }

    pub(super) fn inputs(&self) -> &Inputs {
        &self.0.inputs
    }

    pub(super) fn fact_rows(&self) -> u64 {
        self.0.files.iter().map(FileRef::counted_rows).sum()
    }

    /// What each date counts, in their order.
    pub(super) async fn count(
        &self,
        newest: Newest,
        leashes: &[Leash],
    ) -> Result<Vec<Counted>, RecomputeError> {
        let walk = self.clone();
        // Beside the buckets, so that no core waits for it in the end.
        let certified = blocking(move || walk.certified());
        let (walked, certified) = tokio::join!(self.walk(leashes), certified);
        let newest = newest.end().await;
        let (walked, certified, newest) = (walked?, certified?, Arc::new(newest?));
        // Each core goes on with what it has.
        let cores = walked.len();
        let added = walked.into_iter().enumerate().map(|(core, mut tallies)| {
            let (walk, newest) = (self.clone(), newest.clone());
            blocking(move || {
                walk.add_subscriptions(&mut tallies, &newest, core, cores);
                tallies
            })
        });
        let mut sums = vec![Tally::default(); self.0.dates.len()];
        for tallies in try_join_all(added).await? {
            for (sum, tally) in sums.iter_mut().zip(tallies) {
                *sum += tally;
            }
        }
        let counted = sums.into_iter().zip(certified);
        Ok(counted
            .map(|(tally, certified)| Counted { tally, certified })
            .collect())
    }

    /// The certified people of each date.
    fn certified(&self) -> Vec<CertifiedPeople> {
        let Shared {
            inputs,
            dates,
            ahead,
            ..
        } = &*self.0;
        let of = |date: &Day| {
            certified_people(&inputs.catalog, &inputs.exams, &ahead.certifications, *date)
        };
        dates.iter().map(of).collect()
    }

    /// Tallies of the facts that lie with customers, of each core for each date.
    async fn walk(&self, leashes: &[Leash]) -> Result<Vec<Vec<Tally>>, RecomputeError> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let per_core = if facts::walks_on(&self.0.files) {
            BUCKETS_PER_CORE
        } else {
            BUCKETS_PER_CORE_APART
        };
        let bucket_rows = self.fact_rows() / (cores as u64 * per_core);
        let bucket_rows = bucket_rows.max(BUCKET_ROWS_MIN);
        let shares = Arc::new(Shares::new(
            facts::buckets(&self.0.files, bucket_rows),
            cores,
        ));
        let mut workers = JoinSet::new();
        for core in 0..cores {
            let (walk, leashes) = (self.clone(), leashes.to_vec());
            let shares = shares.clone();
            let buckets = iter::from_fn(move || shares.next(core));
            workers.spawn(async move { walk.add_buckets(buckets, &leashes).await });
        }
        let mut walked = Ok(Vec::with_capacity(cores));
        while let Some(tallies) = workers.join_next().await {
            match tallies.map_err(|_| RecomputeError::Lost).flatten() {
                Ok(tallies) => {
                    if let Ok(walked) = &mut walked {
                        walked.push(tallies);
                    }
                }
                Err(error) => {
                    // The others end before the run does: nothing must read on once its lock is free.
                    shares.withdraw();
                    if walked.is_ok() {
                        walked = Err(error);
                    }
                }
            }
        }
        walked
    }

    /// The tallies of these buckets, for each date.
    async fn add_buckets(
        &self,
        buckets: impl Iterator<Item = Range<u32>> + Send + 'static,
        leashes: &[Leash],
    ) -> Result<Vec<Tally>, RecomputeError> {
        let shared = &self.0;
        let wanted = Wanted {
            files: &shared.files,
            customers: 0..u32::MAX,
            days: needed_days(&shared.dates),
            settled: &shared.ahead.settled,
            places: &shared.inputs.numbers.places,
        };
        let tallies = vec![Tally::default(); shared.dates.len()];
        let (walk, leashes) = (self.clone(), leashes.to_vec());
        let add = move |tallies: &mut Vec<Tally>, facts: &mut Facts| {
            for leash in &leashes {
                leash.check()?;
            }
            walk.add(tallies, facts);
            Ok::<_, RecomputeError>(())
        };
        (shared.facts.fold_buckets(wanted, buckets, tallies, add)).await
    }

    /// Adds the facts of some customers to the tally of each date. The buffers are left behind.
    fn add(&self, tallies: &mut [Tally], facts: &mut Facts) {
        let shared = &self.0;
        let bucket = Bucket::new(std::mem::take(facts));
        for (date, tally) in shared.dates.iter().zip(tallies) {
            tally.add(&self.rules(*date), &bucket);
        }
        *facts = bucket.into_facts();
    }

    /// Adds one of so many parts of all subscriptions to the tally of each date, which is closed.
    fn add_subscriptions(
        &self,
        tallies: &mut [Tally],
        newest: &[Vec<Subscription>],
        part: usize,
        parts: usize,
    ) {
        for ((date, rows), tally) in self.0.dates.iter().zip(newest).zip(tallies) {
            let rows = &rows[rows.len() * part / parts..rows.len() * (part + 1) / parts];
            tally.add_subscriptions(&self.rules(*date), rows);
            tally.close();
        }
    }

    fn rules(&self, date: Day) -> Rules<'_> {
        let shared = &self.0;
        Rules {
            window: Window::ending(date),
            catalog: &shared.inputs.catalog,
            associations: &shared.inputs.associations,
            rates: &shared.inputs.rates,
            new_customer_gap_days: shared.new_customer_gap_days,
        }
    }
}

/// The days of all windows.
fn needed_days(dates: &[Day]) -> RangeInclusive<Day> {
    let windows = || dates.iter().copied().map(Window::ending);
    let first = windows().map(|window| window.first).min();
    let last = windows().map(|window| window.last).max();
    first.unwrap_or(Day::FIRST)..=last.unwrap_or(Day::FIRST)
}
