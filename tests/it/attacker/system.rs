//! Intervals of unknown values, and sums that hold between them: each sum tightens the ends of its terms, until nothing
//! comes out any more. Written for this test alone; it shares nothing with the program that it attacks.

/// An unknown value by its place.
pub(super) type Unknown = usize;

/// `low` ≤ the terms with their signs ≤ `high`.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
struct Sum {
    terms: Vec<(f64, Unknown)>,
    low: f64,
    high: f64,
}

#[derive(Debug, Default)]
pub(super) struct System {
    pub(super) ends: Vec<(f64, f64)>,
    sums: Vec<Sum>,
}

impl System {
    pub(super) fn unknown(&mut self, low: f64, high: f64) -> Unknown {
        self.ends.push((low, high));
        self.ends.len() - 1
    }

    pub(super) fn learn(&mut self, unknown: Unknown, low: f64, high: f64) {
        let ends = &mut self.ends[unknown];
        *ends = (ends.0.max(low), ends.1.min(high));
    }

    /// The whole is the sum of its parts, or where `or_more`, at least that.
    pub(super) fn whole(&mut self, whole: Unknown, parts: &[Unknown], or_more: bool) {
        let high = if or_more { f64::INFINITY } else { 0.0 };
        let parts = parts.iter().map(|part| (-1.0, *part));
        self.sums.push(Sum {
            terms: std::iter::once((1.0, whole)).chain(parts).collect(),
            low: 0.0,
            high,
        });
    }

    /// The whole is at most the sum of its parts.
    pub(super) fn covered(&mut self, whole: Unknown, parts: &[Unknown]) {
        self.whole(whole, parts, true);
        if let Some(sum) = self.sums.last_mut() {
            sum.terms.iter_mut().for_each(|term| term.0 = -term.0);
        }
    }

    pub(super) fn solve(&mut self) {
        self.sums
            .iter_mut()
            .for_each(|sum| sum.terms.sort_by(|a, b| a.partial_cmp(b).unwrap()));
        self.sums.sort_by(|a, b| a.partial_cmp(b).unwrap());
        self.sums.dedup();
        let sums = std::mem::take(&mut self.sums);
        for _ in 0..200 {
            let mut gained = false;
            for sum in &sums {
                for at in 0..sum.terms.len() {
                    gained |= self.tighten(sum, at);
                }
            }
            if !gained {
                break;
            }
        }
        self.sums = sums;
    }

    /// What all other terms leave for one.
    fn tighten(&mut self, sum: &Sum, at: usize) -> bool {
        let (mut low, mut high) = (0.0, 0.0);
        for (other, (sign, unknown)) in sum.terms.iter().enumerate() {
            if other != at {
                let (from, to) = self.ends[*unknown];
                let (from, to) = if *sign > 0.0 {
                    (from, to)
                } else {
                    (-to, -from)
                };
                low += from;
                high += to;
            }
        }
        let (sign, unknown) = sum.terms[at];
        let (from, to) = (sum.low - high, sum.high - low);
        let (from, to) = if sign > 0.0 { (from, to) } else { (-to, -from) };
        let ends = &mut self.ends[unknown];
        let before = *ends;
        let gains = |gain: f64, end: f64| gain > 1e-9 * end.abs() + 1e-9;
        if gains(from - ends.0, from) {
            ends.0 = from;
        }
        if gains(ends.1 - to, to) {
            ends.1 = to;
        }
        *ends != before
    }
}
