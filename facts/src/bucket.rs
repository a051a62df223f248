//! Reading a bucket: all facts of a contiguous range of customers, as the kernel takes them.
//!
//! Every file is sorted by customer, so that a bucket is one walk over all of its files side by side: what is held is a
//! block and a part or two of each file, however many facts the bucket has. Of each file a customer has few rows, so that
//! those of some hundred customers are taken at once and dealt out by customer; nothing is compared for it. Of row groups at
//! the edge of two walks each decodes its own rows, and the customers of all; from a bucket to the next one the walk goes
//! on. Where a dataset has many files, the rows of each bucket are gathered first.

use std::cmp::Reverse;
use std::ops::{Range, RangeInclusive};

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Day, Facts, Instances, Revenue, SeatChange, Survey, UsageMonth};
use tokio::runtime::Handle;

use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::FileRef;
use crate::gather::gather;
use crate::pick::{Observed, Pick, Picked};
use crate::places::Places;
use crate::run::{ENDED, Run};
use crate::settle::Settled;
use crate::store::FactStore;

/// The datasets whose rows a bucket has.
pub(crate) const WALKED: [Dataset; 5] = [
    Dataset::Revenue,
    Dataset::SeatChanges,
    Dataset::Usage,
    Dataset::Instances,
    Dataset::Surveys,
];
/// About how many rows are handed on together: few enough to stay in a processor's cache until they are used.
const HANDED_ROWS: usize = 16 * 1024;
/// The customers that are handed on together at first, until it is seen how many rows they have.
const CUSTOMERS_AT_FIRST: u32 = 16;
/// The most of them: what follows may have many more rows.
const CUSTOMERS_MAX: u32 = 1024;
/// The files whose footers are looked up at once.
const PLANNED_AHEAD: usize = 8;

/// The facts of buckets that a run whose windows lie within `days` can need: of seat changes all up to the last of the
/// days, of the rest those of the days. Subscriptions are not among them: see [`FactStore::newest_subscriptions`].
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Files of other datasets may be among them and are not read.
    pub files: &'a [FileRef],
    /// Those of all buckets: what follows them is not read ahead.
    pub customers: Range<u32>,
    pub days: RangeInclusive<Day>,
    pub settled: &'a Settled,
    pub places: &'a Places,
}

impl FactStore {
    /// Folds buckets, one after the other on one thread: `add` is given all facts of some customers, some thousands of rows
    /// at a time, in order of customer within a bucket, and may leave its emptied buffers behind for the next. Whoever
    /// shares the buckets with others hands out the next of them as it is asked for: quickest the one that begins where the
    /// last has ended, which needs no row to be sought.
    ///
    /// One user may have several rows for a month, one for each file; they add up as sets.
    ///
    /// # Errors
    /// Where a file cannot be read, names an offering without a place, or is not part of `settled`; and where `add` fails.
    pub async fn fold_buckets<T, E, Buckets>(
        &self,
        wanted: Wanted<'_>,
        buckets: Buckets,
        mut sum: T,
        mut add: impl FnMut(&mut T, &mut Facts) -> Result<(), E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        Buckets: IntoIterator<Item = Range<u32>> + Send + 'static,
    {
        let (store, files) = (self.clone(), wanted.files.to_vec());
        let within = Pick {
            customers: wanted.customers,
            days: wanted.days,
            settled: wanted.settled.clone(),
            places: wanted.places.clone(),
        };
        let runtime = Handle::current();
        let folded = tokio::task::spawn_blocking(move || {
            let mut facts = Facts::default();
            let mut last: Option<SideBySide> = None;
            for bucket in buckets {
                let mut walk = match last.take().filter(|walk| walk.goes_on_to(&bucket)) {
                    Some(walk) => walk,
                    None => {
                        let planned = SideBySide::plan(&store, &files, &within, &bucket);
                        let mut walk = runtime.block_on(planned)?;
                        walk.begin()?;
                        walk
                    }
                };
                while walk.next_into(&bucket, &mut facts)? {
                    add(&mut sum, &mut facts)?;
                    facts.clear();
                }
                last = Some(walk);
            }
            Ok(sum)
        });
        folded.await.map_err(Error::from)?
    }

    /// All facts of a bucket at once, in order of customer: for few customers.
    ///
    /// # Errors
    /// As [`FactStore::fold_buckets`].
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
            customers: customers.clone(),
            days,
            settled,
            places,
        };
        let add = |all: &mut Facts, some: &mut Facts| {
            all.append(some);
            Ok(())
        };
        let buckets = std::iter::once(customers);
        (self.fold_buckets(wanted, buckets, Facts::default(), add)).await
    }
}

/// A walk over all files, from the first customer of a bucket on.
struct SideBySide {
    runtime: Handle,
    /// Its customers are those of the bucket alone where any rows are gathered.
    pick: Pick,
    revenue: Lane<Revenue>,
    seat_changes: Lane<SeatChange>,
    usage: Lane<UsageMonth>,
    instances: Lane<Observed>,
    surveys: Lane<Survey>,
    observed: Vec<Observed>,
    /// Everything of customers before this one has been handed on.
    reached: u32,
    /// How many customers are handed on next.
    customers: u32,
    places: Vec<u32>,
}

impl SideBySide {
    async fn plan(
        store: &FactStore,
        files: &[FileRef],
        within: &Pick,
        bucket: &Range<u32>,
    ) -> Result<SideBySide, Error> {
        let mut pick = within.clone();
        pick.customers = bucket.start..within.customers.end.max(bucket.end);
        let is_gathered = WALKED.into_iter().any(|dataset| {
            let files = files.iter().filter(|file| file.dataset == dataset);
            needed(files, &pick).count() > store.sizes().side_by_side_files
        });
        if is_gathered {
            pick.customers.end = bucket.end;
        }
        Ok(SideBySide {
            runtime: Handle::current(),
            revenue: Lane::plan(store, files, &pick).await?,
            seat_changes: Lane::plan(store, files, &pick).await?,
            usage: Lane::plan(store, files, &pick).await?,
            instances: Lane::plan(store, files, &pick).await?,
            surveys: Lane::plan(store, files, &pick).await?,
            observed: Vec::new(),
            reached: bucket.start,
            customers: CUSTOMERS_AT_FIRST,
            places: Vec::new(),
            pick,
        })
    }

    fn goes_on_to(&self, bucket: &Range<u32>) -> bool {
        self.reached == bucket.start && bucket.end <= self.pick.customers.end
    }

    /// Reads the first rows of every file.
    fn begin(&mut self) -> Result<(), Error> {
        let (runtime, pick) = (&self.runtime, &self.pick);
        self.revenue.read_to(0, runtime, pick)?;
        self.seat_changes.read_to(0, runtime, pick)?;
        self.usage.read_to(0, runtime, pick)?;
        self.instances.read_to(0, runtime, pick)?;
        self.surveys.read_to(0, runtime, pick)
    }

    /// The customer of the next facts.
    fn head(&self) -> u32 {
        (self.revenue.head)
            .min(self.seat_changes.head)
            .min(self.usage.head)
            .min(self.instances.head)
            .min(self.surveys.head)
    }

    /// Appends the facts of the next customers of a bucket; whether there were any.
    fn next_into(&mut self, bucket: &Range<u32>, facts: &mut Facts) -> Result<bool, Error> {
        let first = self.head();
        if first >= bucket.end {
            self.reached = bucket.end;
            return Ok(false);
        }
        let customers = first..first.saturating_add(self.customers).min(bucket.end);
        let (runtime, pick, places) = (&self.runtime, &self.pick, &mut self.places);
        self.revenue.read_to(customers.end, runtime, pick)?;
        self.revenue.deal(&customers, places, &mut facts.revenue);
        self.seat_changes.read_to(customers.end, runtime, pick)?;
        (self.seat_changes).deal(&customers, places, &mut facts.seat_changes);
        self.usage.read_to(customers.end, runtime, pick)?;
        self.usage.deal(&customers, places, &mut facts.usage);
        self.surveys.read_to(customers.end, runtime, pick)?;
        self.surveys.deal(&customers, places, &mut facts.surveys);
        self.instances.read_to(customers.end, runtime, pick)?;
        self.instances.deal(&customers, places, &mut self.observed);
        newest_of_day(&mut self.observed, &mut facts.instances);
        let rows = facts.len();
        if rows < HANDED_ROWS / 2 {
            self.customers = (self.customers * 2).min(CUSTOMERS_MAX);
        } else if rows > HANDED_ROWS * 2 {
            self.customers = (self.customers / 2).max(1);
        }
        Ok(true)
    }
}

/// The files that can hold a row to be picked.
fn needed<'a>(
    files: impl Iterator<Item = &'a FileRef>,
    pick: &Pick,
) -> impl Iterator<Item = &'a FileRef> {
    files.filter(|file| file.may_hold(&pick.customers) && file.is_needed_for(&pick.days))
}

/// The files of one dataset.
struct Lane<R> {
    runs: Vec<Run<R>>,
    /// The customer of the next row of all of them.
    head: u32,
}

impl<R: Picked> Lane<R> {
    async fn plan(store: &FactStore, files: &[FileRef], pick: &Pick) -> Result<Lane<R>, Error> {
        let files = files.iter().filter(|file| file.dataset == R::DATASET);
        let files: Vec<FileRef> = needed(files, pick).cloned().collect();
        let runs: Vec<Run<R>> = if files.len() > store.sizes().side_by_side_files {
            vec![gather(store, files, pick).await?]
        } else {
            let runs = stream::iter(files).map(|file| Run::plan(store.clone(), file, pick));
            runs.buffered(PLANNED_AHEAD).try_collect().await?
        };
        Ok(Lane { runs, head: 0 })
    }

    /// Makes all rows of customers before this one ready.
    fn read_to(&mut self, end: u32, runtime: &Handle, pick: &Pick) -> Result<(), Error> {
        if self.head > end {
            return Ok(());
        }
        for run in &mut self.runs {
            run.read_to(end, runtime, pick)?;
        }
        self.head = self.runs.iter().map(Run::head).min().unwrap_or(ENDED);
        Ok(())
    }

    /// Takes the rows that are ready, all of which are of these customers: customer by customer, and those of each file by
    /// file as given.
    fn deal(&mut self, customers: &Range<u32>, places: &mut Vec<u32>, into: &mut Vec<R>) {
        let ready = || {
            self.runs
                .iter()
                .map(Run::ready)
                .filter(|rows| !rows.is_empty())
        };
        let Some(any) = ready().next().and_then(|rows| rows.first()) else {
            return;
        };
        let place_of = |row: &R| (row.customer() - customers.start) as usize;
        // Where the rows of each customer begin, and while they are dealt out, where the next of them goes.
        places.clear();
        places.resize(customers.len(), 0);
        for rows in ready() {
            for row in rows {
                places[place_of(row)] += 1;
            }
        }
        let begin = into.len() as u32;
        let mut end = begin;
        for place in places.iter_mut() {
            end += std::mem::replace(place, end);
        }
        into.resize(end as usize, *any);
        for rows in ready() {
            for row in rows {
                let place = &mut places[place_of(row)];
                into[*place as usize] = *row;
                *place += 1;
            }
        }
        self.runs.iter_mut().for_each(Run::advance);
        self.head = self.runs.iter().map(Run::head).min().unwrap_or(ENDED);
    }
}

/// Of each customer's observations of an offering and day the one committed last. The day is part of the key, so that
/// nothing outside the days in hand can hide one of them.
fn newest_of_day(observed: &mut Vec<Observed>, into: &mut Vec<Instances>) {
    let key = |one: &Observed| (one.row.offering, one.row.observed_on);
    for of_customer in observed.chunk_by_mut(|a, b| a.row.customer == b.row.customer) {
        of_customer.sort_unstable_by_key(|one| (key(one), Reverse(one.place)));
    }
    observed
        .dedup_by(|same, kept| same.row.customer == kept.row.customer && key(same) == key(kept));
    into.extend(observed.drain(..).map(|one| one.row));
}
