//! From the blocks of a file to the rows that the kernel takes: which rows count, and what stored ids stand for.

use std::ops::{Range, RangeInclusive};

use kernel::{
    Customer as KernelCustomer, Day, Instances, Month, Revenue, SeatChange, Survey, UsageMonth,
};

use crate::block::Block;
use crate::column::{
    Count, Currency, Customer, Date, DayMask, Flag, Id, Money, Ordinal, Score, User,
};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::{FileRef, needed_days};
use crate::places::Places;
use crate::settle::Settled;
use crate::table::ORDINAL;

/// The rows to take.
#[derive(Debug, Clone)]
pub(crate) struct Pick {
    pub(crate) customers: Range<u32>,
    pub(crate) days: RangeInclusive<Day>,
    pub(crate) settled: Settled,
    pub(crate) places: Places,
}

/// A row that is read from the files of a dataset.
pub(crate) trait Picked: Copy + Send + 'static {
    const DATASET: Dataset;
    const COLUMNS: &'static [&'static str];

    /// The rows at these places of a block, which are those of the wanted customers.
    fn read(
        block: &Block<'_>,
        at: Range<usize>,
        pick: &Pick,
        into: &mut Vec<Self>,
    ) -> Result<(), Error>;

    fn customer(&self) -> u32;
}

/// The places of a block's rows that belong to the wanted customers.
pub(crate) fn places_of(block: &Block<'_>, wanted: &Range<u32>) -> Result<Range<usize>, Error> {
    let customers = block.column::<Customer>("customer")?;
    let customers: &[u32] = customers.array.values();
    let start = customers.partition_point(|customer| *customer < wanted.start);
    let end = customers.partition_point(|customer| *customer < wanted.end);
    Ok(start..end)
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
                customer: KernelCustomer(customers.get(at)?),
                offering: pick.places.offering(offerings.get(at)?, &block.file.path)?,
                occurred_on,
                currency: kernel::Currency(currencies.get(at)?),
                counts_as_new: counts_as_new.get(at)?,
                amount_ten_thousandths: amounts.get(at)?,
            });
        }
        Ok(())
    }

    fn customer(&self) -> u32 {
        self.customer.0
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
                customer: KernelCustomer(customers.get(at)?),
                offering: pick.places.offering(offerings.get(at)?, &block.file.path)?,
                occurred_on,
                paid: paid.get(at)?,
                seats_added: seats_added.get(at)?,
                seats_lost: seats_lost.get(at)?,
            });
        }
        Ok(())
    }

    fn customer(&self) -> u32 {
        self.customer.0
    }
}

impl Picked for UsageMonth {
    const DATASET: Dataset = Dataset::Usage;
    const COLUMNS: &'static [&'static str] = &["customer", "user", "offering", "days"];

    fn read(
        block: &Block<'_>,
        at: Range<usize>,
        pick: &Pick,
        into: &mut Vec<UsageMonth>,
    ) -> Result<(), Error> {
        let customers = block.column::<Customer>("customer")?;
        let users = block.column::<User>("user")?;
        let offerings = block.column::<Id>("offering")?;
        let days = block.column::<DayMask>("days")?;
        let month = month_of(block.file)?;
        let columns = customers.array.values()[at.clone()]
            .iter()
            .zip(&users.array.values()[at.clone()])
            .zip(&offerings.array.values()[at.clone()])
            .zip(&days.array.values()[at.clone()]);
        into.reserve(at.len());
        for (((customer, user), offering), days) in columns {
            into.push(UsageMonth {
                customer: KernelCustomer(*customer),
                offering: pick.places.offering(*offering, &block.file.path)?,
                user: *user,
                month,
                days: *days,
            });
        }
        Ok(())
    }

    fn customer(&self) -> u32 {
        self.customer.0
    }
}

/// The one month of all rows of a usage file, so that its column need not be decoded.
fn month_of(file: &FileRef) -> Result<Month, Error> {
    let month = file.first_day.month();
    if file.last_day.month() != month {
        return Err(Error::damaged(&file.path, "it has usage of several months"));
    }
    Ok(month)
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
                customer: KernelCustomer(customers.get(at)?),
                offering: pick.places.offering(offerings.get(at)?, &block.file.path)?,
                responded_on,
                score: scores.get(at)?,
            });
        }
        Ok(())
    }

    fn customer(&self) -> u32 {
        self.customer.0
    }
}

/// An observation with the sequence of its batch and its ordinal there.
#[derive(Clone, Copy)]
pub(crate) struct Observed {
    pub(crate) row: Instances,
    pub(crate) place: (u64, u32),
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
        let batches = block.batches()?;
        for at in at {
            let observed_on = days.get(at)?;
            if !pick.days.contains(&observed_on) {
                continue;
            }
            let row = Instances {
                customer: KernelCustomer(customers.get(at)?),
                offering: pick.places.offering(offerings.get(at)?, &block.file.path)?,
                observed_on,
                production_instances: production_instances.get(at)?,
            };
            let place = (batches.sequence(at)?, ordinals.get(at)?);
            into.push(Observed { row, place });
        }
        Ok(())
    }

    fn customer(&self) -> u32 {
        self.row.customer.0
    }
}
