//! Which observation of a subscription stands for it on a date.

use std::cmp::Ordering;

use hashbrown::HashTable;

use crate::day::{Day, Window};
use crate::ids::{Customer, Offering};
use crate::rows::Subscription;

/// Of each subscription the newest observation in a window, whatever its customer or offering. Holds no more than that,
/// however many observations there are.
#[derive(Debug, Clone)]
pub struct NewestSubscriptions {
    window: Window,
    /// In the order in which they were met, which every file has nearly the same, so that memory is walked and not jumped
    /// about in. What most observations need to be passed over stands apart from the rest.
    subscriptions: Vec<u128>,
    /// Of each the day of its newest observation,
    days: Vec<Day>,
    /// and what else that observation says.
    newest: Vec<Newest>,
    /// Where a subscription stands among them.
    places: HashTable<u32>,
    /// About where the next observation's subscription stands, if the order is the same again. Those that are in some files
    /// only stand elsewhere, in their own order; so there are two such places.
    next: [usize; 2],
    /// The one of them that led to the last observation's.
    last: usize,
}

/// How far around the expected place a subscription is sought before it is looked up. Files have customers in one order, and
/// the few subscriptions of a customer in any.
const NEAR: usize = 6;

#[derive(Debug, Clone, Copy)]
struct Newest {
    /// The sequence of its batch,
    sequence: u64,
    /// and its place there.
    ordinal: u32,
    customer: Customer,
    offering: Offering,
    seats_assigned: u32,
    counts: bool,
}

impl Newest {
    fn new((row, (sequence, ordinal)): (Subscription, (u64, u32))) -> Newest {
        Newest {
            sequence,
            ordinal,
            customer: row.customer,
            offering: row.offering,
            seats_assigned: row.seats_assigned,
            counts: row.counts,
        }
    }

    fn place(&self) -> (u64, u32) {
        (self.sequence, self.ordinal)
    }
}

impl NewestSubscriptions {
    /// Makes room for about as many subscriptions as are expected; there may be more.
    #[must_use]
    pub fn new(window: Window, expected: usize) -> NewestSubscriptions {
        NewestSubscriptions {
            window,
            subscriptions: Vec::with_capacity(expected),
            days: Vec::with_capacity(expected),
            newest: Vec::with_capacity(expected),
            places: HashTable::with_capacity(expected),
            next: [0; 2],
            last: 0,
        }
    }

    /// Takes note of an observation; they come in any order, and quickest where the newest come first. Of several of one
    /// day the one committed last counts. `read` gives the observation and its place, and is called only where it may
    /// count.
    ///
    /// # Errors
    /// Where `read` fails.
    pub fn observe<E>(
        &mut self,
        subscription: u128,
        observed_on: Day,
        read: impl FnOnce() -> Result<(Subscription, (u64, u32)), E>,
    ) -> Result<(), E> {
        if !self.window.contains(observed_on) {
            return Ok(());
        }
        let Some(at) = self.find(subscription) else {
            let newest = Newest::new(read()?);
            self.add(subscription, observed_on, newest);
            return Ok(());
        };
        match self.days[at].cmp(&observed_on) {
            Ordering::Greater => {}
            Ordering::Less => {
                self.days[at] = observed_on;
                self.newest[at] = Newest::new(read()?);
            }
            Ordering::Equal => {
                let other = Newest::new(read()?);
                if self.newest[at].place() < other.place() {
                    self.newest[at] = other;
                }
            }
        }
        Ok(())
    }

    fn find(&mut self, subscription: u128) -> Option<usize> {
        let is_at = |at: &usize| self.subscriptions.get(*at) == Some(&subscription);
        let around =
            |next: usize| (1..=NEAR).flat_map(move |step| [next + step, next.wrapping_sub(step)]);
        for which in [self.last, 1 - self.last] {
            let next = self.next[which];
            if is_at(&next) {
                return Some(self.found(which, next));
            }
        }
        for which in [self.last, 1 - self.last] {
            if let Some(at) = around(self.next[which]).find(is_at) {
                return Some(self.found(which, at));
            }
        }
        let is_one = |at: &u32| self.subscriptions[*at as usize] == subscription;
        let at = *self.places.find(hash(subscription), is_one)? as usize;
        // The place that led to the last one is kept, and the other one moves here.
        let which = 1 - self.last;
        self.next[which] = 0;
        Some(self.found(which, at))
    }

    fn found(&mut self, which: usize, at: usize) -> usize {
        self.last = which;
        // Where two stand the other way round, the rest goes on behind both.
        self.next[which] = self.next[which].max(at + 1);
        at
    }

    fn add(&mut self, subscription: u128, observed_on: Day, newest: Newest) {
        let NewestSubscriptions {
            subscriptions,
            places,
            ..
        } = self;
        let hash_at = |at: &u32| hash(subscriptions[*at as usize]);
        places.insert_unique(hash(subscription), subscriptions.len() as u32, hash_at);
        subscriptions.push(subscription);
        self.days.push(observed_on);
        self.newest.push(newest);
    }

    /// The newest observations, sorted by customer.
    #[must_use]
    pub fn finish(self) -> Vec<Subscription> {
        drop(self.places);
        // Numbers that name the rows are sorted, since rows are large. Those of one file stand in order already.
        let numbers = self.newest.iter().zip(0_u64..);
        let mut order: Vec<u64> = numbers
            .map(|(newest, at)| u64::from(newest.customer.0) << 32 | at)
            .collect();
        order.sort();
        let row = |number: u64| {
            let at = number as u32 as usize;
            let newest = &self.newest[at];
            Subscription {
                subscription: self.subscriptions[at],
                observed_on: self.days[at],
                customer: newest.customer,
                offering: newest.offering,
                counts: newest.counts,
                seats_assigned: newest.seats_assigned,
            }
        };
        order.into_iter().map(row).collect()
    }
}

/// A subscription is a hash already. Where its key is known some of its bits may be poor: a product mixes them.
fn hash(subscription: u128) -> u64 {
    let folded = (subscription >> 64) as u64 ^ subscription as u64;
    folded.wrapping_mul(0x9e37_79b9_7f4a_7c15).swap_bytes()
}
