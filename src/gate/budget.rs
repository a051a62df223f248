//! How much each key and each address may ask for: a store of cost that fills up again by the minute.
//!
//! Kept in memory, by each server for itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// More than these are not remembered; those that are full again go first.
const REMEMBERED_MAX: usize = 10_000;

/// What is left for each of some spenders. Cheap to clone.
#[derive(Debug)]
pub struct Budget<Spender> {
    /// Of cost, for each spender; and as much at once.
    per_minute: f64,
    left: Arc<Mutex<HashMap<Spender, Left>>>,
}

impl<Spender> Clone for Budget<Spender> {
    fn clone(&self) -> Budget<Spender> {
        Budget {
            per_minute: self.per_minute,
            left: self.left.clone(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Left {
    cost: f64,
    at: Instant,
}

impl<Spender: Clone + Eq + Hash> Budget<Spender> {
    #[must_use]
    pub fn new(per_minute: u32) -> Budget<Spender> {
        Budget {
            per_minute: per_minute.into(),
            left: Arc::default(),
        }
    }

    /// Takes the cost from each of the spenders, or from none.
    ///
    /// # Errors
    /// How long to wait, where one of them has too little left.
    pub fn spend(&self, spenders: &[Spender], cost: usize, now: Instant) -> Result<(), Duration> {
        // No query costs so much that a float loses count of it. What can never be afforded once is as good as all.
        let cost = (cost as f64).min(self.per_minute);
        let mut all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED_MAX {
            all.retain(|_, left| self.refilled(*left, now) < self.per_minute);
        }
        let left = |all: &HashMap<Spender, Left>, spender: &Spender| {
            all.get(spender)
                .map_or(self.per_minute, |left| self.refilled(*left, now))
        };
        let least = spenders.iter().map(|spender| left(&all, spender));
        let least = least.fold(f64::INFINITY, f64::min);
        if least < cost {
            let minutes = (cost - least) / self.per_minute.max(1.0);
            return Err(Duration::from_secs_f64((minutes * 60.0).clamp(1.0, 60.0)));
        }
        for spender in spenders {
            if let Some(left) = all.get_mut(spender) {
                let cost = self.refilled(*left, now) - cost;
                *left = Left { cost, at: now };
            } else if all.len() < REMEMBERED_MAX {
                let cost = self.per_minute - cost;
                all.insert(spender.clone(), Left { cost, at: now });
            }
        }
        Ok(())
    }

    /// What each may spend in a minute, and what the one of these spenders with the least has left.
    #[must_use]
    pub fn left(&self, spenders: &[Spender], now: Instant) -> (f64, f64) {
        let all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let left = spenders.iter().filter_map(|spender| all.get(spender));
        let left = left.map(|left| self.refilled(*left, now));
        (self.per_minute, left.fold(self.per_minute, f64::min))
    }

    fn refilled(&self, left: Left, now: Instant) -> f64 {
        let minutes = now.duration_since(left.at).as_secs_f64() / 60.0;
        (left.cost + minutes * self.per_minute).min(self.per_minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_comes_back_by_the_minute() {
        let (budget, now) = (Budget::new(60), Instant::now());
        assert_eq!(budget.spend(&["a"], 50, now), Ok(()));
        assert_eq!(budget.spend(&["a"], 20, now), Err(Duration::from_secs(10)));
        assert_eq!(budget.spend(&["b"], 20, now), Ok(()));
        let later = now + Duration::from_secs(10);
        assert_eq!(budget.spend(&["a"], 20, later), Ok(()));
        assert!(budget.spend(&["a"], 1, later).is_err());
        let much_later = now + Duration::from_secs(10_000);
        assert_eq!(budget.spend(&["a"], 60, much_later), Ok(()));
        assert!(budget.spend(&["a"], 1, much_later).is_err());
    }

    #[test]
    fn of_several_spenders_all_pay_or_none() {
        let (budget, now) = (Budget::new(10), Instant::now());
        assert_eq!(budget.spend(&["a"], 8, now), Ok(()));
        assert!(budget.spend(&["a", "b"], 5, now).is_err());
        assert_eq!(budget.spend(&["b"], 10, now), Ok(()));
    }

    #[test]
    fn more_than_everything_takes_everything() {
        let (budget, now) = (Budget::new(10), Instant::now());
        assert_eq!(budget.spend(&["a"], usize::MAX, now), Ok(()));
        assert!(budget.spend(&["a"], 1, now).is_err());
    }
}
