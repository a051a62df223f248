//! Which observation of a subscription stands for it on a date.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::day::Window;
use crate::rows::{OfCustomer, Subscription};

/// Of each subscription the newest observation in a window, whatever its customer or offering. Holds no more than that,
/// however many observations there are.
#[derive(Debug, Clone)]
pub struct NewestSubscriptions {
    window: Window,
    /// By subscription: the place of the observation in the commit order, and itself. In the order in which they were
    /// met, which every file has nearly the same, so that memory is walked and not jumped about in.
    newest: IndexMap<u128, (Place, Subscription), FxBuildHasher>,
}

/// The sequence of a batch, and the place of a row in it.
type Place = (u64, u32);

impl NewestSubscriptions {
    #[must_use]
    pub fn new(window: Window) -> NewestSubscriptions {
        NewestSubscriptions {
            window,
            newest: IndexMap::default(),
        }
    }

    /// Takes note of an observation; they come in any order. Of several of one day the one committed last counts.
    pub fn observe(&mut self, row: &Subscription, place: (u64, u32)) {
        if !self.window.contains(row.observed_on) {
            return;
        }
        let entry = self.newest.entry(row.subscription);
        let newest = entry.or_insert((place, *row));
        if (newest.1.observed_on, newest.0) < (row.observed_on, place) {
            *newest = (place, *row);
        }
    }

    /// The newest observations, sorted by customer.
    #[must_use]
    pub fn finish(self) -> Vec<Subscription> {
        let mut newest: Vec<Subscription> = self.newest.into_values().map(|(_, row)| row).collect();
        newest.sort_unstable_by_key(OfCustomer::customer);
        newest
    }
}
