//! One walk over the facts for one or several dates, on all cores.

use std::num::NonZero;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use facts::{FactStore, FileRef, Places, Settled, Wanted};
use kernel::{Bucket, Certification, Day, Facts, Rules, Subscription, Tally, Window};
use tokio::task::JoinSet;

use super::RecomputeError;
use crate::service::run::Leash;
use crate::store::inputs::Inputs;

/// The fewest rows of a bucket: each reads at least one row group of each file that has its customers.
const BUCKET_ROWS_MIN: u64 = 64 * 1024;
/// Buckets for each core, so that cores end together. Not more, since each has to find its first row in every file;
/// memory grows with files, and not with the rows of a bucket.
const BUCKETS_PER_CORE: u64 = 4;

/// What is read of the facts before any bucket, since it does not lie with one customer.
#[derive(Debug)]
pub(super) struct Ahead {
    settled: Settled,
    /// For each date the newest observations in its window, by customer.
    subscriptions: Vec<Vec<Subscription>>,
    certifications: Vec<Certification>,
}

impl Ahead {
    pub(super) async fn read(
        facts: &FactStore,
        files: &[FileRef],
        dates: &[Day],
        places: &Places,
    ) -> Result<Ahead, facts::Error> {
        let windows: Vec<Window> = dates.iter().copied().map(Window::ending).collect();
        let (settled, subscriptions, certifications) = tokio::try_join!(
            facts.settle(files),
            facts.newest_subscriptions(files, &windows, places),
            facts.read_certifications(files, places),
        )?;
        Ok(Ahead {
            settled,
            subscriptions,
            certifications,
        })
    }
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

    pub(super) fn certifications(&self) -> &[Certification] {
        &self.0.ahead.certifications
    }

    pub(super) fn fact_rows(&self) -> u64 {
        self.0.files.iter().map(FileRef::counted_rows).sum()
    }

    /// The tally of each date, in their order.
    pub(super) async fn tally(&self, leashes: &[Leash]) -> Result<Vec<Tally>, RecomputeError> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let bucket_rows = self.fact_rows() / (cores as u64 * BUCKETS_PER_CORE);
        let bucket_rows = bucket_rows.max(BUCKET_ROWS_MIN);
        let buckets = Arc::new(facts::buckets(&self.0.files, bucket_rows));
        let next = Arc::new(AtomicUsize::new(0));
        let mut workers = JoinSet::new();
        for _ in 0..cores.min(buckets.len()) {
            let (walk, leashes) = (self.clone(), leashes.to_vec());
            let (buckets, next) = (buckets.clone(), next.clone());
            workers.spawn(async move {
                let mut tallies = vec![Tally::default(); walk.0.dates.len()];
                while let Some(customers) = buckets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    tallies = walk
                        .add_bucket(customers.clone(), tallies, &leashes)
                        .await?;
                }
                Ok::<_, RecomputeError>(tallies)
            });
        }
        let mut sums = vec![Tally::default(); self.0.dates.len()];
        let mut failed = None;
        while let Some(tallies) = workers.join_next().await {
            let tallies = match tallies.map_err(|_| RecomputeError::Lost).flatten() {
                Ok(tallies) => tallies,
                Err(error) => {
                    // The others end before the run does: nothing must read on once its lock is free.
                    next.store(buckets.len(), Ordering::Relaxed);
                    failed.get_or_insert(error);
                    continue;
                }
            };
            let added = tokio::task::spawn_blocking(move || {
                for (sum, tally) in sums.iter_mut().zip(tallies) {
                    *sum += tally;
                }
                sums
            });
            sums = added.await.map_err(|_| RecomputeError::Lost)?;
        }
        failed.map_or(Ok(sums), Err)
    }

    async fn add_bucket(
        &self,
        customers: Range<u32>,
        tallies: Vec<Tally>,
        leashes: &[Leash],
    ) -> Result<Vec<Tally>, RecomputeError> {
        let shared = &self.0;
        let wanted = Wanted {
            files: &shared.files,
            customers,
            days: needed_days(&shared.dates),
            settled: &shared.ahead.settled,
            places: &shared.inputs.numbers.places,
        };
        let (walk, leashes) = (self.clone(), leashes.to_vec());
        let add = move |tallies: &mut Vec<Tally>, customers: Range<u32>, facts: &mut Facts| {
            for leash in &leashes {
                leash.check()?;
            }
            walk.add(tallies, &customers, facts);
            Ok::<_, RecomputeError>(())
        };
        shared.facts.fold_bucket(wanted, tallies, add).await
    }

    /// Adds the facts of some customers to the tally of each date. The buffers are left behind.
    fn add(&self, tallies: &mut [Tally], customers: &Range<u32>, facts: &mut Facts) {
        let shared = &self.0;
        let bucket = Bucket::new(std::mem::take(facts));
        let dates = shared.dates.iter().zip(&shared.ahead.subscriptions);
        for ((date, subscriptions), tally) in dates.zip(tallies) {
            let rules = Rules {
                window: Window::ending(*date),
                catalog: &shared.inputs.catalog,
                associations: &shared.inputs.associations,
                rates: &shared.inputs.rates,
                new_customer_gap_days: shared.new_customer_gap_days,
            };
            tally.add(&rules, &bucket, within(subscriptions, customers));
        }
        *facts = bucket.into_facts();
    }
}

/// The rows of these customers, of rows sorted by customer.
fn within<'a>(rows: &'a [Subscription], customers: &Range<u32>) -> &'a [Subscription] {
    let from = rows.partition_point(|row| row.customer.0 < customers.start);
    let to = rows.partition_point(|row| row.customer.0 < customers.end);
    &rows[from..to]
}

/// The days of all windows.
fn needed_days(dates: &[Day]) -> RangeInclusive<Day> {
    let windows = || dates.iter().copied().map(Window::ending);
    let first = windows().map(|window| window.first).min();
    let last = windows().map(|window| window.last).max();
    first.unwrap_or(Day::FIRST)..=last.unwrap_or(Day::FIRST)
}
