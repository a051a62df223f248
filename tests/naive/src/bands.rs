//! Bands, ranks and percentiles among the values of one metric in one slice.

use crate::ratio::Ratio;

/// Where one value stands among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// 1 (lowest) to 4.
    pub band: u8,
    pub rank: u64,
    /// (less, n).
    pub percentile: (u64, u64),
}

/// The standing of a value among the values that exist, itself included; none below 4 values or where all are equal.
pub fn standing(values: &[Ratio], value: Ratio) -> Option<Standing> {
    let count = values.len() as u64;
    if count < 4 || values.iter().all(|other| *other == values[0]) {
        return None;
    }
    let less = values.iter().filter(|other| **other < value).count() as u64;
    let more = values.iter().filter(|other| **other > value).count() as u64;
    Some(Standing {
        band: 1 + (4 * less / count) as u8,
        rank: 1 + more,
        percentile: (less, count),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(values: &[i128], bands: &[u8], ranks: &[u64]) {
        let values: Vec<Ratio> = values.iter().copied().map(Ratio::whole).collect();
        let standings: Vec<Standing> = values
            .iter()
            .filter_map(|value| standing(&values, *value))
            .collect();
        assert_eq!(
            standings
                .iter()
                .map(|standing| standing.band)
                .collect::<Vec<_>>(),
            bands
        );
        assert_eq!(
            standings
                .iter()
                .map(|standing| standing.rank)
                .collect::<Vec<_>>(),
            ranks
        );
    }

    #[test]
    fn four_different_values_fill_four_bands() {
        check(&[10, -5, 7, 0], &[4, 1, 3, 2], &[1, 4, 2, 3]);
    }

    #[test]
    fn fewer_than_four_or_all_equal_have_no_band() {
        check(&[1, 2, 3], &[], &[]);
        check(&[5, 5, 5, 5, 5], &[], &[]);
        check(&[], &[], &[]);
    }

    #[test]
    fn equal_values_share_a_band_and_leave_others_empty() {
        check(&[0, 0, 0, 1], &[1, 1, 1, 4], &[2, 2, 2, 1]);
        check(&[0, 1, 1, 1], &[1, 2, 2, 2], &[4, 1, 1, 1]);
        check(&[1, 2, 3, 4, 5], &[1, 1, 2, 3, 4], &[5, 4, 3, 2, 1]);
    }

    #[test]
    fn the_percentile_counts_the_strictly_smaller() {
        let values: Vec<Ratio> = [1, 1, 2, 3].map(Ratio::whole).to_vec();
        assert_eq!(
            standing(&values, values[2]).map(|standing| standing.percentile),
            Some((2, 4))
        );
        assert_eq!(
            standing(&values, values[0]).map(|standing| standing.percentile),
            Some((0, 4))
        );
    }

    proptest! {
        /// 1 + how many of Q1, Q2, Q3 the value exceeds, Qk the smallest value whose cumulative share is at least k/4.
        #[test]
        fn the_band_is_that_of_percentile_disc(values in prop::collection::vec(-6i128..6, 4..40)) {
            let mut sorted: Vec<Ratio> = values.iter().copied().map(Ratio::whole).collect();
            sorted.sort();
            prop_assume!(sorted[0] != sorted[sorted.len() - 1]);
            let quartile = |k: usize| {
                let reaches = |value: &&Ratio| 4 * sorted.iter().filter(|other| other <= value).count() >= k * sorted.len();
                *sorted.iter().find(reaches).unwrap()
            };
            for value in &sorted {
                let exceeded = (1..=3).filter(|k| *value > quartile(*k)).count() as u8;
                prop_assert_eq!(standing(&sorted, *value).unwrap().band, 1 + exceeded);
            }
        }
    }
}
