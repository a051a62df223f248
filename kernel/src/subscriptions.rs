//! Which observation of a subscription stands for it on a date.

use hashbrown::HashTable;

use crate::day::Window;
use crate::rows::{OfCustomer, Subscription};

/// Of each subscription the newest observation in a window, whatever its customer or offering. Holds no more than that,
/// however many observations there are.
#[derive(Debug, Clone)]
pub struct NewestSubscriptions {
    window: Window,
    /// Each with its place in the commit order, in the order in which their subscriptions were met, which every file has
    /// nearly the same, so that memory is walked and not jumped about in.
    newest: Vec<(Place, Subscription)>,
    /// Where a subscription stands among them.
    places: HashTable<u32>,
    /// About where the next observation's subscription stands, if the order is the same again.
    next: usize,
}

/// How far around the expected place a subscription is sought before it is looked up. Files have customers in one order, and
/// the few subscriptions of a customer in any.
const NEAR: usize = 6;

/// The sequence of a batch, and the place of a row in it.
type Place = (u64, u32);

impl NewestSubscriptions {
    /// Makes room for about as many subscriptions as are expected; there may be more.
    #[must_use]
    pub fn new(window: Window, expected: usize) -> NewestSubscriptions {
        NewestSubscriptions {
            window,
            newest: Vec::with_capacity(expected),
            places: HashTable::with_capacity(expected),
            next: 0,
        }
    }

    /// Takes note of an observation; they come in any order. Of several of one day the one committed last counts.
    pub fn observe(&mut self, row: &Subscription, place: (u64, u32)) {
        if !self.window.contains(row.observed_on) {
            return;
        }
        let known = self.find_near(row.subscription);
        let Some(at) = known.or_else(|| self.find(row.subscription)) else {
            self.next = self.newest.len() + 1;
            self.add(row, place);
            return;
        };
        // Towards where the others around it stood.
        self.next = if known.is_some() {
            self.next + 1
        } else {
            at + 1
        };
        let newest = &mut self.newest[at];
        if (newest.1.observed_on, newest.0) < (row.observed_on, place) {
            *newest = (place, *row);
        }
    }

    fn find_near(&self, subscription: u128) -> Option<usize> {
        let is_at = |at: usize| {
            let there = self.newest.get(at);
            there.is_some_and(|(_, row)| row.subscription == subscription)
        };
        let around = (1..=NEAR).flat_map(|step| [self.next + step, self.next.wrapping_sub(step)]);
        std::iter::once(self.next)
            .chain(around)
            .find(|at| is_at(*at))
    }

    fn find(&self, subscription: u128) -> Option<usize> {
        let is_at = |at: &u32| self.newest[*at as usize].1.subscription == subscription;
        let found = self.places.find(hash(subscription), is_at);
        found.map(|at| *at as usize)
    }

    fn add(&mut self, row: &Subscription, place: Place) {
        let NewestSubscriptions { newest, places, .. } = self;
        let hash_at = |at: &u32| hash(newest[*at as usize].1.subscription);
        places.insert_unique(hash(row.subscription), newest.len() as u32, hash_at);
        newest.push((place, *row));
    }

    /// The newest observations, sorted by customer.
    #[must_use]
    pub fn finish(self) -> Vec<Subscription> {
        drop(self.places);
        let mut newest: Vec<Subscription> = self.newest.into_iter().map(|(_, row)| row).collect();
        newest.sort_unstable_by_key(OfCustomer::customer);
        newest
    }
}

/// A subscription is a hash already. Where its key is known some of its bits may be poor: a product mixes them.
fn hash(subscription: u128) -> u64 {
    let folded = (subscription >> 64) as u64 ^ subscription as u64;
    folded.wrapping_mul(0x9e37_79b9_7f4a_7c15).swap_bytes()
}
