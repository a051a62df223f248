//! In which offerings each user of a customer was active, for each of its partners.

use crate::bits::{all_above, take_each, words_of};
use crate::catalog::Catalog;
use crate::ids::Offering;
use crate::rows::UsageMonth;

/// One bit for each partner, user and offering: a user counts once in an offering, and in each one above it, however
/// often it was active there.
#[derive(Debug, Default)]
pub(super) struct ActiveUsers {
    words: usize,
    /// By offering: itself and those above it.
    above: Vec<u64>,
    users: usize,
    /// By partner row, then user. Empty for partners without users.
    active: Vec<Vec<u64>>,
    /// By offering: the users of the partner row in hand.
    counts: Vec<i64>,
}

impl ActiveUsers {
    pub(super) fn new(catalog: &Catalog) -> ActiveUsers {
        ActiveUsers {
            words: words_of(catalog),
            above: all_above(catalog),
            ..ActiveUsers::default()
        }
    }

    /// A customer with so many users.
    pub(super) fn begin(&mut self, users: usize) {
        self.users = users;
    }

    /// The users of these rows were active in their offerings, for the partner of this row.
    #[inline]
    pub(super) fn mark<'a>(
        &mut self,
        partner: usize,
        rows: impl IntoIterator<Item = &'a UsageMonth>,
    ) {
        if self.active.len() <= partner {
            self.active.resize_with(partner + 1, Vec::new);
        }
        let active = &mut self.active[partner];
        if active.is_empty() {
            active.resize(self.users * self.words, 0);
        }
        if self.words == 1 {
            for row in rows {
                active[row.user as usize] |= self.above[row.offering.0 as usize];
            }
            return;
        }
        for row in rows {
            let above = &self.above[row.offering.0 as usize * self.words..][..self.words];
            let user = &mut active[row.user as usize * self.words..][..self.words];
            for (word, above) in user.iter_mut().zip(above) {
                *word |= above;
            }
        }
    }

    /// Tells how many users each partner row and offering has, and forgets them.
    pub(super) fn count(&mut self, mut tell: impl FnMut(usize, Offering, i64)) {
        let words = self.words.max(1);
        self.counts.resize(words * 64, 0);
        for (partner, active) in self.active.iter_mut().enumerate() {
            if active.is_empty() {
                continue;
            }
            for user in active.chunks_exact_mut(words) {
                take_each(user, |offering| self.counts[offering.0 as usize] += 1);
            }
            active.clear();
            for (offering, count) in self.counts.iter_mut().enumerate() {
                if *count != 0 {
                    tell(partner, Offering(offering as u32), std::mem::take(count));
                }
            }
        }
    }
}
