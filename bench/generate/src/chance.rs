//! Chance without a state that runs through everything: what falls depends only on what it is thrown for.

use std::f64::consts::TAU;

/// What a throw is about. Two topics share no numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Topic {
    Partner = 1,
    Customer,
    Holding,
    Association,
    Use,
    Usage,
    Revenue,
    SeatChange,
    Subscription,
    Instance,
    Survey,
    Certification,
    FxRate,
}

/// A short row of numbers for one topic and two places in it (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(topic: Topic, place: u64, part: u64) -> Chance {
        let topic = mix(topic as u64);
        Chance(mix(mix(topic ^ place) ^ part))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn hits(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        // The high half of a product of 32-bit numbers.
        (((self.next() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// A whole number between two, both included.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self
            .below((high - low + 1).max(1).unsigned_abs())
            .cast_signed()
    }

    /// The place of one of several things, by the running sums of their weights.
    pub(crate) fn by_sums(&mut self, sums: &[f64]) -> usize {
        let at = self.unit() * sums.last().copied().unwrap_or(0.0);
        sums.partition_point(|sum| *sum <= at)
            .min(sums.len().saturating_sub(1))
    }

    /// As often below the median as above, with a long tail upwards.
    pub(crate) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        median * (sigma * radius * (TAU * self.unit()).cos()).exp()
    }
}

/// Running sums of weights, for [`Chance::by_sums`].
pub(crate) fn sums(weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut all = 0.0;
    let running = weights.into_iter().map(|weight| {
        all += weight;
        all
    });
    running.collect()
}

/// Spreads the bits of a number: the finisher of SplitMix64.
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
