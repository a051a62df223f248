//! Chance, always from a seed: the same topic of the same seed falls the same way in every run.
//!
//! Each part of the demo throws its own dice, so that a change to one leaves the rows of the others as they were.

use std::f64::consts::TAU;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The dice of one topic.
#[derive(Debug)]
pub(super) struct Dice(StdRng);

impl Dice {
    pub(super) fn of(seed: u64, topic: &str) -> Dice {
        // FNV-1a over the topic, so that no two topics share a stream.
        let mixed = topic
            .bytes()
            .fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Dice(StdRng::seed_from_u64(mixed))
    }

    /// From 0 up to, not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Evenly between two numbers.
    pub(super) fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number between two, both included; the lower one where they are crossed.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        self.0.random_range(low..=high.max(low))
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// The place of one of `count` things; 0 where there is none.
    pub(super) fn place(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    pub(super) fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.place(things.len())]
    }

    /// The place of one of these, each as likely as its weight.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (place, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return place;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// The same from running sums, for long lists that are asked often.
    pub(super) fn by_sums(&mut self, sums: &[f64]) -> usize {
        let all = sums.last().copied().unwrap_or(0.0);
        let at = self.unit() * all;
        sums.partition_point(|sum| *sum <= at)
            .min(sums.len().saturating_sub(1))
    }

    /// Around 0 with a standard deviation of 1.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }

    /// As often below the median as above, with a long tail upwards.
    pub(super) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// How many independent things happen where `mean` are expected.
    pub(super) fn count(&mut self, mean: f64) -> u32 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u32;
        }
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }

    pub(super) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let other = self.place(last + 1);
            things.swap(last, other);
        }
    }
}

/// Running sums of weights, for [`Dice::by_sums`].
pub(super) fn sums(weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut all = 0.0;
    weights
        .into_iter()
        .map(|weight| {
            all += weight;
            all
        })
        .collect()
}
