//! Reading a bucket: all facts of a contiguous range of customers, as the kernel takes them.
//!
//! Every file is sorted by customer, so that a bucket is one walk over all of its files side by side: what is held is a
//! block and a part or two of each file, however many facts the bucket has, and nothing is sorted by customer. Of row
//! groups at the edge of two buckets each decodes its own rows, and the customers of all. Where a dataset has many files,
//! its rows are gathered first.

use std::cmp::Reverse;
use std::ops::{Range, RangeInclusive};

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Day, Facts, Instances, Revenue, SeatChange, Survey, UsageMonth};
use tokio::runtime::Handle;

use crate::error::Error;
use crate::file::FileRef;
use crate::gather::gather;
use crate::pick::{Observed, Pick, Picked};
use crate::places::Places;
use crate::run::{ENDED, Run};
use crate::settle::Settled;
use crate::store::FactStore;

/// About how many rows are handed on together: few enough to stay in a processor's cache until they are used.
const HANDED_ROWS: usize = 16 * 1024;
/// The files whose footers are looked up at once.
const PLANNED_AHEAD: usize = 8;

/// The facts of a bucket that a run whose windows lie within `days` can need: of seat changes all up to the last of the
/// days, of the rest those of the days. Subscriptions are not among them: see [`FactStore::newest_subscriptions`].
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Files of other datasets may be among them and are not read.
    pub files: &'a [FileRef],
    pub customers: Range<u32>,
    pub days: RangeInclusive<Day>,
    pub settled: &'a Settled,
    pub places: &'a Places,
}

impl FactStore {
    /// Folds a bucket: `add` is given all facts of some customers, some thousands of rows at a time, in order of customer,
    /// and may leave its emptied buffers behind for the next.
    ///
    /// One user may have several rows for a month, one for each file; they add up as sets.
    ///
    /// # Errors
    /// Where a file cannot be read, names an offering without a place, or is not part of `settled`; and where `add` fails.
    pub async fn fold_bucket<T, E>(
        &self,
        wanted: Wanted<'_>,
        mut sum: T,
        mut add: impl FnMut(&mut T, &mut Facts) -> Result<(), E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let pick = Pick {
            customers: wanted.customers,
            days: wanted.days,
            settled: wanted.settled.clone(),
            places: wanted.places.clone(),
        };
        let mut side_by_side = SideBySide::plan(self, wanted.files, pick).await?;
        let folded = tokio::task::spawn_blocking(move || {
            side_by_side.fill()?;
            let mut facts = Facts::default();
            while side_by_side.head() != ENDED {
                side_by_side.next_into(&mut facts)?;
                add(&mut sum, &mut facts)?;
                facts.clear();
            }
            Ok(sum)
        });
        folded.await.map_err(Error::from)?
    }

    /// All facts of a bucket at once, in order of customer: for few customers.
    ///
    /// # Errors
    /// As [`FactStore::fold_bucket`].
    pub async fn read_bucket(
        &self,
        files: &[FileRef],
        customers: Range<u32>,
        days: RangeInclusive<Day>,
        settled: &Settled,
        places: &Places,
    ) -> Result<Facts, Error> {
        let wanted = Wanted {
            files,
            customers,
            days,
            settled,
            places,
        };
        let add = |all: &mut Facts, some: &mut Facts| {
            all.append(some);
            Ok(())
        };
        self.fold_bucket(wanted, Facts::default(), add).await
    }
}

/// All files of a bucket.
struct SideBySide {
    runtime: Handle,
    pick: Pick,
    revenue: Lane<Revenue>,
    seat_changes: Lane<SeatChange>,
    usage: Lane<UsageMonth>,
    instances: Lane<Observed>,
    surveys: Lane<Survey>,
    observed: Vec<Observed>,
}

impl SideBySide {
    async fn plan(store: &FactStore, files: &[FileRef], pick: Pick) -> Result<SideBySide, Error> {
        Ok(SideBySide {
            runtime: Handle::current(),
            revenue: Lane::plan(store, files, &pick).await?,
            seat_changes: Lane::plan(store, files, &pick).await?,
            usage: Lane::plan(store, files, &pick).await?,
            instances: Lane::plan(store, files, &pick).await?,
            surveys: Lane::plan(store, files, &pick).await?,
            observed: Vec::new(),
            pick,
        })
    }

    /// Reads the first rows of every file.
    fn fill(&mut self) -> Result<(), Error> {
        let (runtime, pick) = (&self.runtime, &self.pick);
        self.revenue.fill(runtime, pick)?;
        self.seat_changes.fill(runtime, pick)?;
        self.usage.fill(runtime, pick)?;
        self.instances.fill(runtime, pick)?;
        self.surveys.fill(runtime, pick)
    }

    /// The customer of the next facts.
    fn head(&self) -> u32 {
        (self.revenue.head)
            .min(self.seat_changes.head)
            .min(self.usage.head)
            .min(self.instances.head)
            .min(self.surveys.head)
    }

    /// Appends the facts of the next customers.
    fn next_into(&mut self, facts: &mut Facts) -> Result<(), Error> {
        let (runtime, pick) = (&self.runtime, &self.pick);
        while facts.len() < HANDED_ROWS {
            let next = self.head();
            if next == ENDED {
                break;
            }
            self.revenue.take(next, runtime, pick, &mut facts.revenue)?;
            self.seat_changes
                .take(next, runtime, pick, &mut facts.seat_changes)?;
            self.usage.take(next, runtime, pick, &mut facts.usage)?;
            self.surveys.take(next, runtime, pick, &mut facts.surveys)?;
            self.instances
                .take(next, runtime, pick, &mut self.observed)?;
            newest_of_day(&mut self.observed, &mut facts.instances);
        }
        Ok(())
    }
}

/// The files of one dataset.
struct Lane<R> {
    runs: Vec<Run<R>>,
    /// The customer at the head of each.
    heads: Vec<u32>,
    /// The smallest of them.
    head: u32,
}

impl<R: Picked> Lane<R> {
    async fn plan(store: &FactStore, files: &[FileRef], pick: &Pick) -> Result<Lane<R>, Error> {
        let files: Vec<FileRef> = files
            .iter()
            .filter(|file| file.dataset == R::DATASET)
            .filter(|file| file.may_hold(&pick.customers) && file.is_needed_for(&pick.days))
            .cloned()
            .collect();
        let runs: Vec<Run<R>> = if files.len() > store.sizes().side_by_side_files {
            vec![gather(store, files, pick).await?]
        } else {
            let runs = stream::iter(files).map(|file| Run::plan(store.clone(), file, pick));
            runs.buffered(PLANNED_AHEAD).try_collect().await?
        };
        Ok(Lane {
            heads: vec![ENDED; runs.len()],
            runs,
            head: ENDED,
        })
    }

    fn fill(&mut self, runtime: &Handle, pick: &Pick) -> Result<(), Error> {
        for (run, head) in self.runs.iter_mut().zip(&mut self.heads) {
            run.fill(runtime, pick)?;
            *head = run.head();
        }
        self.head = self.heads.iter().copied().min().unwrap_or(ENDED);
        Ok(())
    }

    /// Moves the rows of the customer, which is at the head or before it, file by file as given.
    fn take(
        &mut self,
        customer: u32,
        runtime: &Handle,
        pick: &Pick,
        into: &mut Vec<R>,
    ) -> Result<(), Error> {
        if self.head != customer {
            return Ok(());
        }
        for (run, head) in self.runs.iter_mut().zip(&mut self.heads) {
            if *head == customer {
                run.take(runtime, pick, into)?;
                *head = run.head();
            }
        }
        self.head = self.heads.iter().copied().min().unwrap_or(ENDED);
        Ok(())
    }
}

/// Of a customer's observations of an offering and day the one committed last. The day is part of the key, so that
/// nothing outside the days in hand can hide one of them.
fn newest_of_day(observed: &mut Vec<Observed>, into: &mut Vec<Instances>) {
    let key = |one: &Observed| (one.row.offering, one.row.observed_on);
    observed.sort_unstable_by_key(|one| (key(one), Reverse(one.place)));
    observed.dedup_by(|same, kept| key(same) == key(kept));
    into.extend(observed.drain(..).map(|one| one.row));
}
