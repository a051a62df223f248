//! Which observation of a subscription stands for it on a date.

use crate::day::Window;
use crate::rows::{OfCustomer, Subscription};

/// Of each subscription the newest observation in the window, whatever its customer or offering; sorted by customer.
///
/// All rows of a subscription must be in one call; each (subscription, observed_on) stands there once.
#[must_use]
pub fn newest_subscriptions(rows: &[Subscription], window: Window) -> Vec<Subscription> {
    let mut newest: Vec<Subscription> = rows
        .iter()
        .filter(|row| window.contains(row.observed_on))
        .copied()
        .collect();
    newest.sort_unstable_by_key(|row| (row.subscription, std::cmp::Reverse(row.observed_on)));
    newest.dedup_by_key(|row| row.subscription);
    newest.sort_unstable_by_key(OfCustomer::customer);
    newest
}
