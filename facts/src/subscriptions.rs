//! Reading subscriptions: all customers at once, since the rows of one subscription may name several.

use std::cmp::Reverse;
use std::ops::RangeInclusive;

use kernel::{Day, Subscription};

use crate::column::{Count, Customer, Date, Hash, Id, Ordinal, SubscriptionStatus};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::FileRef;
use crate::places::Places;
use crate::scan::{ALL_CUSTOMERS, Block, Sink};
use crate::store::FactStore;
use crate::table::ORDINAL;

impl FactStore {
    /// The observations of these days, one for each subscription and day, sorted by both. Files of other datasets may
    /// be among the given and are not read.
    ///
    /// Holds all of them at once, 64 bytes each.
    ///
    /// # Errors
    /// Where a file cannot be read or names an offering without a place.
    pub async fn read_subscriptions(
        &self,
        files: &[FileRef],
        days: RangeInclusive<Day>,
        places: &Places,
    ) -> Result<Vec<Subscription>, Error> {
        let files = files
            .iter()
            .filter(|file| file.dataset == Dataset::Subscriptions && file.is_needed_for(&days))
            .cloned()
            .collect();
        let observations = Observations {
            days,
            places: places.clone(),
            rows: Vec::new(),
        };
        let mut observations = self.scan(files, ALL_CUSTOMERS, observations).await?;
        let settled = tokio::task::spawn_blocking(move || {
            let key = |row: &Subscription| (row.subscription, row.observed_on);
            observations
                .rows
                .sort_unstable_by_key(|(row, place)| (key(row), Reverse(*place)));
            observations
                .rows
                .dedup_by(|(same, _), (kept, _)| key(same) == key(kept));
            observations.rows.into_iter().map(|(row, _)| row).collect()
        });
        Ok(settled.await?)
    }
}

struct Observations {
    days: RangeInclusive<Day>,
    places: Places,
    /// Each with the sequence of its batch and its ordinal there.
    rows: Vec<(Subscription, (u64, u32))>,
}

impl Sink for Observations {
    const COLUMNS: &'static [&'static str] = &[
        "subscription",
        "customer",
        "offering",
        "status",
        "seats_assigned",
        "observed_on",
        ORDINAL,
    ];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        let subscriptions = block.column::<Hash>("subscription")?;
        let customers = block.column::<Customer>("customer")?;
        let offerings = block.column::<Id>("offering")?;
        let statuses = block.column::<SubscriptionStatus>("status")?;
        let seats_assigned = block.column::<Count>("seats_assigned")?;
        let days = block.column::<Date>("observed_on")?;
        let ordinals = block.column::<Ordinal>(ORDINAL)?;
        for at in 0..block.len() {
            let observed_on = days.get(at)?;
            if !self.days.contains(&observed_on) {
                continue;
            }
            let row = Subscription {
                subscription: subscriptions.get(at)?,
                observed_on,
                customer: kernel::Customer(customers.get(at)?),
                offering: self.places.offering(offerings.get(at)?, &block.file.path)?,
                counts: statuses.get(at)?.counts(),
                seats_assigned: seats_assigned.get(at)?,
            };
            self.rows
                .push((row, (block.file.sequence, ordinals.get(at)?)));
        }
        Ok(())
    }
}
