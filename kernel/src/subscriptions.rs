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
    /// About where the next observation's subscription stands, if the order is the same again.
    next: usize,
}

/// How far around the expected place a subscription is sought before it is looked up. Files have customers in one order, and
/// the few subscriptions of a customer in any.
const NEAR: usize = 6;

/// The sequence of a batch, and the place of a row in it.
type Place = (u64, u32);

impl NewestSubscriptions {
    #[must_use]
    pub fn new(window: Window) -> NewestSubscriptions {
        NewestSubscriptions {
            window,
            newest: IndexMap::default(),
            next: 0,
        }
    }

    /// Takes note of an observation; they come in any order. Of several of one day the one committed last counts.
    pub fn observe(&mut self, row: &Subscription, place: (u64, u32)) {
        if !self.window.contains(row.observed_on) {
            return;
        }
        if let Some(at) = self.find_near(row.subscription)
            && let Some((_, newest)) = self.newest.get_index_mut(at)
        {
            replace_older(newest, row, place);
            self.next += 1;
            return;
        }
        let entry = self.newest.entry(row.subscription);
        self.next = entry.index() + 1;
        replace_older(entry.or_insert((place, *row)), row, place);
    }

    fn find_near(&self, subscription: u128) -> Option<usize> {
        let is_at = |at: usize| {
            let entry = self.newest.get_index(at);
            entry.is_some_and(|(key, _)| *key == subscription)
        };
        let around = (1..=NEAR).flat_map(|step| [self.next + step, self.next.wrapping_sub(step)]);
        std::iter::once(self.next)
            .chain(around)
            .find(|at| is_at(*at))
    }

    /// The newest observations, sorted by customer.
    #[must_use]
    pub fn finish(self) -> Vec<Subscription> {
        let mut newest: Vec<Subscription> = self.newest.into_values().map(|(_, row)| row).collect();
        newest.sort_unstable_by_key(OfCustomer::customer);
        newest
    }
}

fn replace_older(newest: &mut (Place, Subscription), row: &Subscription, place: Place) {
    if (newest.1.observed_on, newest.0) < (row.observed_on, place) {
        *newest = (place, *row);
    }
}
