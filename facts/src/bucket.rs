//! Reading a bucket: all facts of a contiguous range of customers, as the kernel takes them.

use std::cmp::Reverse;
use std::ops::{Range, RangeInclusive};

use kernel::{Day, Facts, Instances, Revenue, SeatChange, Survey, UsageMonth};

use crate::column::{
    Count, Currency, Customer, Date, DayMask, Flag, Id, Money, Ordinal, Score, User,
};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::{FileRef, needed_days};
use crate::places::Places;
use crate::scan::{Block, Sink};
use crate::settle::Settled;
use crate::store::FactStore;
use crate::table::ORDINAL;

impl FactStore {
    /// The facts of these customers that a run whose windows lie within `days` can need: of seat changes all up to
    /// the last of the days, of the rest those of the days. Subscriptions are not among them: see
    /// [`FactStore::read_subscriptions`]. Files of other datasets may be among the given and are not read.
    ///
    /// One user may have several rows for a month, one for each file; they add up as sets.
    ///
    /// # Errors
    /// Where a file cannot be read, names an offering without a place, or is not part of `settled`.
    pub async fn read_bucket(
        &self,
        files: &[FileRef],
        customers: Range<u32>,
        days: RangeInclusive<Day>,
        settled: &Settled,
        places: &Places,
    ) -> Result<Facts, Error> {
        let bucket = BucketOf {
            store: self,
            files,
            pick: Pick {
                customers,
                days,
                settled: settled.clone(),
                places: places.clone(),
            },
        };
        Ok(Facts {
            revenue: bucket.read().await?,
            seat_changes: bucket.read().await?,
            usage: bucket.read().await?,
            instances: newest_of_day(bucket.read().await?).await?,
            surveys: bucket.read().await?,
        })
    }
}

/// The rows to take.
#[derive(Clone)]
struct Pick {
    customers: Range<u32>,
    days: RangeInclusive<Day>,
    settled: Settled,
    places: Places,
}

struct BucketOf<'a> {
    store: &'a FactStore,
    files: &'a [FileRef],
    pick: Pick,
}

impl BucketOf<'_> {
    async fn read<R: Picked>(&self) -> Result<Vec<R>, Error> {
        let pick = &self.pick;
        let files: Vec<FileRef> = self
            .files
            .iter()
            .filter(|file| file.dataset == R::DATASET)
            .filter(|file| file.may_hold(&pick.customers) && file.is_needed_for(&pick.days))
            .cloned()
            .collect();
        let rows = Rows::<R> {
            pick: pick.clone(),
            rows: Vec::new(),
        };
        let rows = self.store.scan(files, pick.customers.clone(), rows).await?;
        Ok(rows.rows)
    }
}

/// A kernel row that is read from a dataset's files.
trait Picked: Sized + Send + 'static {
    const DATASET: Dataset;
    const COLUMNS: &'static [&'static str];

    /// The rows at these places of a block, which are those of the bucket's customers.
    fn read(
        block: &Block<'_>,
        at: Range<usize>,
        pick: &Pick,
        into: &mut Vec<Self>,
    ) -> Result<(), Error>;
}

struct Rows<R> {
    pick: Pick,
    rows: Vec<R>,
}

impl<R: Picked> Sink for Rows<R> {
    const COLUMNS: &'static [&'static str] = R::COLUMNS;

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        let customers = block.column::<Customer>("customer")?;
        let customers: &[u32] = customers.array.values();
        let wanted = &self.pick.customers;
        let start = customers.partition_point(|customer| *customer < wanted.start);
        let end = customers.partition_point(|customer| *customer < wanted.end);
        if start >= end {
            return Ok(());
        }
        R::read(block, start..end, &self.pick, &mut self.rows)
    }
}

impl Picked for Revenue {
    const DATASET: Dataset = Dataset::Revenue;
    const COLUMNS: &'static [&'static str] = &[
        "customer",
        "offering",
        "occurred_on",
        "amount_ten_thousandths",
        "currency",
        "counts_as_new",
    ];

    fn read(
        block: &Block<'_>,
        at: Range<usize>,
        pick: &Pick,
        into: &mut Vec<Revenue>,
    ) -> Result<(), Error> {
        let hidden = pick.settled.hidden_of(block.file)?;
        let customers = block.column::<Customer>("customer")?;
        let offerings = block.column::<Id>("offering")?;
        let days = block.column::<Date>("occurred_on")?;
        let amounts = block.column::<Money>("amount_ten_thousandths")?;
        let currencies = block.column::<Currency>("currency")?;
        let counts_as_new = block.column::<Flag>("counts_as_new")?;
        for at in at {
            let occurred_on = days.get(at)?;
            if !pick.days.contains(&occurred_on) || hidden.contains(block.row(at)) {
                continue;
            }
            into.push(Revenue {
                customer: kernel::Customer(customers.get(at)?),
                offering: pick.places.offering(offerings.get(at)?, &block.file.path)?,
                occurred_on,
                currency: kernel::Currency(currencies.get(at)?),
                counts_as_new: counts_as_new.get(at)?,
                amount_ten_thousandths: amounts.get(at)?,
            });
        }
        Ok(())
    }
}

impl Picked for SeatChange {
    const DATASET: Dataset = Dataset::SeatChanges;
    const COLUMNS: &'static [&'static str] = &[
        "customer",
        "offering",
        "occurred_on",
        "seats_added",
        "seats_lost",
        "paid",
    ];

    fn read(
        block: &Block<'_>,
        at: Range<usize>,
        pick: &Pick,
        into: &mut Vec<SeatChange>,
    ) -> Result<(), Error> {
        let hidden = pick.settled.hidden_of(block.file)?;
        let needed = needed_days(Dataset::SeatChanges, &pick.days);
        let customers = block.column::<Customer>("customer")?;
        let offerings = block.column::<Id>("offering")?;
        let days = block.column::<Date>("occurred_on")?;
        let seats_added = block.column::<Count>("seats_added")?;
        let seats_lost = block.column::<Count>("seats_lost")?;
        let paid = block.column::<Flag>("paid")?;
        for at in at {
            let occurred_on = days.get(at)?;
            if !needed.contains(&occurred_on) || hidden.contains(block.row(at)) {
                continue;
            }
            into.push(SeatChange {
                customer: kernel::Customer(customers.get(at)?),
                offering: pick.places.offering(offerings.get(at)?, &block.file.path)?,
                occurred_on,
                paid: paid.get(at)?,
                seats_added: seats_added.get(at)?,
                seats_lost: seats_lost.get(at)?,
            });
        }
        Ok(())
    }
}

impl Picked for UsageMonth {
    const DATASET: Dataset = Dataset::Usage;
    const COLUMNS: &'static [&'static str] = &["customer", "user", "offering", "month", "days"];

    fn read(
        block: &Block<'_>,
        at: Range<usize>,
        pick: &Pick,
        into: &mut Vec<UsageMonth>,
    ) -> Result<(), Error> {
        let customers = block.column::<Customer>("customer")?;
        let users = block.column::<User>("user")?;
        let offerings = block.column::<Id>("offering")?;
        let months = block.column::<Date>("month")?;
        let days = block.column::<DayMask>("days")?;
        into.reserve(at.len());
        // Files hold one month each; working it out takes longer than all the rest of a row.
        let mut last = (Day::FIRST, Day::FIRST.month());
        for at in at {
            let first_day = months.get(at)?;
            if last.0 != first_day {
                last = (first_day, first_day.month());
            }
            into.push(UsageMonth {
                customer: kernel::Customer(customers.get(at)?),
                offering: pick.places.offering(offerings.get(at)?, &block.file.path)?,
                user: users.get(at)?,
                month: last.1,
                days: days.get(at)?,
            });
        }
        Ok(())
    }
}

impl Picked for Survey {
    const DATASET: Dataset = Dataset::Surveys;
    const COLUMNS: &'static [&'static str] = &["customer", "offering", "responded_on", "score"];

    fn read(
        block: &Block<'_>,
        at: Range<usize>,
        pick: &Pick,
        into: &mut Vec<Survey>,
    ) -> Result<(), Error> {
        let hidden = pick.settled.hidden_of(block.file)?;
        let customers = block.column::<Customer>("customer")?;
        let offerings = block.column::<Id>("offering")?;
        let days = block.column::<Date>("responded_on")?;
        let scores = block.column::<Score>("score")?;
        for at in at {
            let responded_on = days.get(at)?;
            if !pick.days.contains(&responded_on) || hidden.contains(block.row(at)) {
                continue;
            }
            into.push(Survey {
                customer: kernel::Customer(customers.get(at)?),
                offering: pick.places.offering(offerings.get(at)?, &block.file.path)?,
                responded_on,
                score: scores.get(at)?,
            });
        }
        Ok(())
    }
}

/// An observation with the sequence of its batch and its ordinal there.
struct Observed {
    row: Instances,
    place: (u64, u32),
}

impl Picked for Observed {
    const DATASET: Dataset = Dataset::Instances;
    const COLUMNS: &'static [&'static str] = &[
        "customer",
        "offering",
        "production_instances",
        "observed_on",
        ORDINAL,
    ];

    fn read(
        block: &Block<'_>,
        at: Range<usize>,
        pick: &Pick,
        into: &mut Vec<Observed>,
    ) -> Result<(), Error> {
        let customers = block.column::<Customer>("customer")?;
        let offerings = block.column::<Id>("offering")?;
        let production_instances = block.column::<Count>("production_instances")?;
        let days = block.column::<Date>("observed_on")?;
        let ordinals = block.column::<Ordinal>(ORDINAL)?;
        for at in at {
            let observed_on = days.get(at)?;
            if !pick.days.contains(&observed_on) {
                continue;
            }
            let row = Instances {
                customer: kernel::Customer(customers.get(at)?),
                offering: pick.places.offering(offerings.get(at)?, &block.file.path)?,
                observed_on,
                production_instances: production_instances.get(at)?,
            };
            let place = (block.file.sequence, ordinals.get(at)?);
            into.push(Observed { row, place });
        }
        Ok(())
    }
}

/// Of each customer, offering and day the observation committed last. The day is part of the key, so that nothing
/// outside the days in hand can hide one of them.
async fn newest_of_day(mut observed: Vec<Observed>) -> Result<Vec<Instances>, Error> {
    let settled = tokio::task::spawn_blocking(move || {
        let key = |row: &Instances| (row.customer, row.offering, row.observed_on);
        observed.sort_unstable_by_key(|one| (key(&one.row), Reverse(one.place)));
        observed.dedup_by(|same, kept| key(&same.row) == key(&kept.row));
        observed.into_iter().map(|one| one.row).collect()
    });
    Ok(settled.await?)
}
