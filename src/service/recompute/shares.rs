//! Buckets shared out among cores.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Each core begins with a stretch of neighbouring buckets, so that it walks on from one to the next. Whoever is done takes
/// over the second half of what another has left.
#[derive(Debug)]
pub(super) struct Shares {
    buckets: Vec<Range<u32>>,
    /// By core, the places of those that are left to it.
    left: Mutex<Vec<Range<usize>>>,
}

impl Shares {
    pub(super) fn new(buckets: Vec<Range<u32>>, cores: usize) -> Shares {
        let from = |core| buckets.len() * core / cores;
        let left = (0..cores).map(|core| from(core)..from(core + 1)).collect();
        Shares {
            buckets,
            left: Mutex::new(left),
        }
    }

    /// The next bucket of a core, if any is left.
    pub(super) fn next(&self, core: usize) -> Option<Range<u32>> {
        let mut left = self.left();
        if left[core].is_empty() {
            let longest = left.iter_mut().max_by_key(ExactSizeIterator::len);
            // The last one is done sooner by whoever walks towards it.
            let longest = longest.filter(|share| share.len() > 1)?;
            let middle = longest.end - longest.len().div_ceil(2);
            let second = middle..longest.end;
            longest.end = middle;
            left[core] = second;
        }
        let at = left[core].next()?;
        self.buckets.get(at).cloned()
    }

    /// Nobody gets another one.
    pub(super) fn withdraw(&self) {
        self.left().fill(0..0);
    }

    fn left(&self) -> MutexGuard<'_, Vec<Range<usize>>> {
        // Ranges are right whatever panicked while they were held.
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(cores: usize) -> Shares {
        Shares::new((0..10).map(|at| at * 5..at * 5 + 5).collect(), cores)
    }

    #[test]
    fn neighbours_go_to_one_core() {
        let shares = shares(2);
        assert_eq!(shares.next(0), Some(0..5));
        assert_eq!(shares.next(1), Some(25..30));
        assert_eq!(shares.next(0), Some(5..10));
        assert_eq!(shares.next(1), Some(30..35));
    }

    #[test]
    fn whoever_is_done_takes_over_the_second_half() {
        let shares = shares(2);
        let of_first: Vec<u32> = (0..6)
            .filter_map(|_| shares.next(0))
            .map(|one| one.start)
            .collect();
        // The last three of the other's five.
        assert_eq!(of_first, [0, 5, 10, 15, 20, 35]);
        let of_second: Vec<u32> = (0..2)
            .filter_map(|_| shares.next(1))
            .map(|one| one.start)
            .collect();
        assert_eq!(of_second, [25, 30]);
    }

    #[test]
    fn each_bucket_goes_to_one_core_whatever_the_turns() {
        for cores in 1..12 {
            let shares = shares(cores);
            // The first core is much quicker than the others.
            let turns = (0..100).map(|turn| if turn % 3 == 0 { turn % cores } else { 0 });
            let rest = (0..cores).rev().cycle().take(200);
            let mut taken: Vec<u32> = turns
                .chain(rest)
                .filter_map(|core| shares.next(core))
                .map(|one| one.start)
                .collect();
            taken.sort_unstable();
            assert_eq!(taken, (0..50).step_by(5).collect::<Vec<u32>>());
        }
    }

    #[test]
    fn nothing_is_given_out_once_withdrawn() {
        let shares = shares(2);
        assert!(shares.next(1).is_some());
        shares.withdraw();
        assert_eq!((shares.next(0), shares.next(1)), (None, None));
    }
}
