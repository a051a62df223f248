//! What is known of a value: that it lies between two ends, both included.

/// All arithmetic on ends is in the units of `scale`: whole numbers below 2^53 are exact in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub lo: f64,
    pub hi: f64,
}

/// A value is found out where its interval is no wider than this share of its greater end.
const BOUNDED_WITHIN: f64 = 0.1;

/// What floats leave over.
const SLACK: f64 = 1e-9;

impl Interval {
    pub(super) fn cut(self, other: Interval) -> Interval {
        Interval {
            lo: self.lo.max(other.lo),
            hi: self.hi.min(other.hi),
        }
    }

    /// Whether it tells the value within 10 %.
    #[must_use]
    pub fn is_bounded(self) -> bool {
        let greater = self.lo.abs().max(self.hi.abs());
        greater.is_finite() && self.hi - self.lo <= (BOUNDED_WITHIN + SLACK) * greater
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_ten_percent_of_the_greater_end() {
        for (lo, hi, expected) in [
            (90.0, 100.0, true),
            (89.0, 100.0, false),
            (-100.0, -90.0, true),
            (-5.0, 5.0, false),
            (0.0, 0.0, true),
            (0.0, 1.0, false),
            (7.0, 7.0, true),
            (7.0, f64::INFINITY, false),
            (f64::NEG_INFINITY, f64::INFINITY, false),
        ] {
            assert_eq!(Interval { lo, hi }.is_bounded(), expected, "{lo} to {hi}");
        }
    }
}
