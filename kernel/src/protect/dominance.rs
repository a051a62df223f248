//! Whether one or two owners make up so much of a sum that the others could be read from it.

/// The most that one owner may hold of the whole, in percent.
const LARGEST_MAX: f64 = 50.0;
/// The most that two may.
const TWO_LARGEST_MAX: f64 = 67.0;

/// Whether the largest owner holds too much of the sum of absolute values, or the two largest do. `values` come with
/// their owners.
pub(super) fn is_dominated(values: impl Iterator<Item = (u32, f64)>) -> bool {
    let mut held: Vec<(u32, f64)> = values
        .map(|(owner, value)| (owner, value.abs()))
        .filter(|(_, value)| *value > 0.0)
        .collect();
    held.sort_unstable_by_key(|(owner, _)| *owner);
    let (mut total, mut largest, mut second) = (0.0, 0.0_f64, 0.0_f64);
    for of_owner in held.chunk_by(|a, b| a.0 == b.0) {
        let sum: f64 = of_owner.iter().map(|(_, value)| value).sum();
        total += sum;
        second = second.max(sum.min(largest));
        largest = largest.max(sum);
    }
    100.0 * largest > LARGEST_MAX * total || 100.0 * (largest + second) > TWO_LARGEST_MAX * total
}

#[cfg(test)]
mod tests {
    use super::is_dominated;

    fn check(values: &[(u32, f64)], expected: bool) {
        assert_eq!(is_dominated(values.iter().copied()), expected, "{values:?}");
    }

    #[test]
    fn one_owner_holds_half_and_no_more() {
        check(&[(1, 50.0), (2, 10.0), (3, 20.0), (4, 20.0)], true);
        check(&[(1, 50.0), (2, 17.0), (3, 17.0), (4, 16.0)], false);
        check(
            &[(1, 50.1), (2, 10.0), (3, 10.0), (4, 10.0), (5, 20.0)],
            true,
        );
    }

    #[test]
    fn two_owners_hold_two_thirds_and_no_more() {
        check(&[(1, 34.0), (2, 33.0), (3, 20.0), (4, 13.0)], false);
        check(&[(1, 34.0), (2, 33.5), (3, 20.0), (4, 12.5)], true);
    }

    #[test]
    fn companies_of_one_owner_hold_together_and_credits_count_by_their_size() {
        check(
            &[
                (1, 26.0),
                (1, 26.0),
                (2, 12.0),
                (3, 12.0),
                (4, 12.0),
                (5, 12.0),
            ],
            true,
        );
        check(&[(1, -60.0), (2, 20.0), (3, 20.0)], true);
        check(&[(1, -25.0), (2, 25.0), (3, 25.0), (4, 25.0)], false);
    }

    #[test]
    fn nothing_dominates_nothing() {
        check(&[], false);
        check(&[(1, 0.0), (2, 0.0)], false);
    }
}
