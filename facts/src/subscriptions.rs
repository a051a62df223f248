//! Reading subscriptions: all customers at once, since the rows of one subscription may name several.

use std::cmp::Reverse;
use std::ops::RangeInclusive;

use kernel::{Day, NewestSubscriptions, Subscription, Window};

use crate::block::Block;
use crate::column::{Count, Customer, Date, Hash, Id, Ordinal, SubscriptionStatus};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::FileRef;
use crate::places::Places;
use crate::scan::{ALL_CUSTOMERS, Sink};
use crate::store::FactStore;
use crate::table::ORDINAL;

/// The most subscriptions for which room is made before they are met.
const EXPECTED_MAX: u64 = 1 << 20;

impl FactStore {
    /// For each window the newest observation of each subscription, sorted by customer. Files of other datasets may be
    /// among the given and are not read.
    ///
    /// # Errors
    /// Where a file cannot be read or names an offering without a place.
    pub async fn newest_subscriptions(
        &self,
        files: &[FileRef],
        windows: &[Window],
        places: &Places,
    ) -> Result<Vec<Vec<Subscription>>, Error> {
        let first = windows.iter().map(|window| window.first).min();
        let last = windows.iter().map(|window| window.last).max();
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(Vec::new());
        };
        let days = first..=last;
        let mut files: Vec<FileRef> = files
            .iter()
            .filter(|file| file.dataset == Dataset::Subscriptions && file.is_needed_for(&days))
            .cloned()
            .collect();
        // The newest first, so that most of what the others say is passed over.
        files.sort_by_key(|file| Reverse(file.last_day));
        // Most files observe each subscription once.
        let expected = files.iter().map(|file| file.rows).max().unwrap_or(0);
        let expected = expected.min(EXPECTED_MAX) as usize;
        let observations = Observations {
            days,
            places: places.clone(),
            newest: windows
                .iter()
                .copied()
                .map(|window| NewestSubscriptions::new(window, expected))
                .collect(),
        };
        let observations = self.scan(files, ALL_CUSTOMERS, observations).await?;
        let newest = tokio::task::spawn_blocking(move || {
            let newest = observations.newest.into_iter();
            newest.map(NewestSubscriptions::finish).collect()
        });
        Ok(newest.await?)
    }
}

struct Observations {
    days: RangeInclusive<Day>,
    places: Places,
    newest: Vec<NewestSubscriptions>,
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
        let batches = block.batches()?;
        let seen = subscriptions.values().zip(days.array.values().iter());
        for (at, (subscription, observed_on)) in seen.enumerate() {
            let observed_on = Day(*observed_on);
            if !self.days.contains(&observed_on) {
                continue;
            }
            let read = || {
                let row = Subscription {
                    subscription,
                    observed_on,
                    customer: kernel::Customer(customers.get(at)?),
                    offering: self.places.offering(offerings.get(at)?, &block.file.path)?,
                    counts: statuses.get(at)?.counts(),
                    seats_assigned: seats_assigned.get(at)?,
                };
                Ok::<_, Error>((row, (batches.sequence(at)?, ordinals.get(at)?)))
            };
            for newest in &mut self.newest {
                newest.observe(subscription, observed_on, read)?;
            }
        }
        Ok(())
    }
}
