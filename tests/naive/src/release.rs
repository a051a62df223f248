//! Who sees what: when a metric of a slice is withheld from partners, and how ranges are widened for them.

use std::collections::BTreeSet;

use crate::metrics::Metric;
use crate::program::Settings;
use crate::ratio::Ratio;

/// A partner that has a value, with its group where it has one and its band where there are bands.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    pub partner_id: &'a str,
    pub group_id: Option<&'a str>,
    pub band: Option<u8>,
}

/// Whether the bands, n, rank and percentile are withheld from partners; `members` are the partners with a value.
pub fn is_withheld(settings: &Settings, members: &[Member<'_>]) -> bool {
    let too_few_peers = owners(members.iter()) < settings.min_peers;
    let bands: BTreeSet<u8> = members.iter().filter_map(|member| member.band).collect();
    let too_thin_band = bands.into_iter().any(|band| {
        owners(members.iter().filter(|member| member.band == Some(band)))
            < settings.min_band_members
    });
    too_few_peers || too_thin_band
}

/// The range as a partner sees it where ranges are rounded: lower end down, upper end up.
pub fn widened(metric: Metric, min: Ratio, max: Ratio) -> (Ratio, Ratio) {
    (
        widen_down(metric, min),
        widen_down(metric, max.negated()).negated(),
    )
}

/// Members counted by group_id where there is one. A group is never taken for the partner of the same name.
fn owners<'a>(members: impl Iterator<Item = &'a Member<'a>>) -> u64 {
    let owners: BTreeSet<(bool, &str)> = members
        .map(|member| {
            (
                member.group_id.is_some(),
                member.group_id.unwrap_or(member.partner_id),
            )
        })
        .collect();
    owners.len() as u64
}

fn widen_down(metric: Metric, end: Ratio) -> Ratio {
    let size = end.max(end.negated());
    if end == Ratio::ZERO {
        Ratio::ZERO
    } else if metric.is_whole_number() && size < Ratio::whole(100) {
        end.floor_to(Ratio::whole(5))
    } else {
        end.floor_to(second_digit(size))
    }
}

/// The place value of the second significant digit of a value above 0.
fn second_digit(size: Ratio) -> Ratio {
    let mut step = Ratio::whole(1);
    while size >= Ratio::whole(step.num * 100) {
        step.num *= 10;
    }
    while size
        < (Ratio {
            num: step.num * 10,
            den: step.den,
        })
    {
        if step.num > 1 {
            step.num /= 10;
        } else {
            step.den *= 10;
        }
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends as (num, den).
    fn check(metric: Metric, exact: [(i128, i128); 2], seen: [(i128, i128); 2]) {
        let [min, max, low, high] =
            [exact[0], exact[1], seen[0], seen[1]].map(|(num, den)| Ratio { num, den });
        assert_eq!(
            widened(metric, min, max),
            (low, high),
            "{metric:?} {min:?} to {max:?}"
        );
    }

    fn check_whole(exact: [i128; 2], seen: [i128; 2]) {
        check(
            Metric::NetPaidSeats,
            exact.map(|end| (end, 1)),
            seen.map(|end| (end, 1)),
        );
    }

    #[test]
    fn whole_numbers_below_a_hundred_widen_to_fives() {
        check_whole([1, 1], [0, 5]);
        check_whole([7, 93], [5, 95]);
        check_whole([0, 99], [0, 100]);
        check_whole([5, 10], [5, 10]);
        check_whole([-3, -3], [-5, 0]);
        check_whole([-99, -5], [-100, -5]);
        check_whole([-8, 0], [-10, 0]);
    }

    #[test]
    fn whole_numbers_from_a_hundred_widen_to_two_digits() {
        check_whole([100, 101], [100, 110]);
        check_whole([119, 999], [110, 1000]);
        check_whole([-101, 12_345], [-110, 13_000]);
        check_whole([-12_345, -100], [-13_000, -100]);
        check_whole([2_000_000, 2_000_001], [2_000_000, 2_100_000]);
    }

    #[test]
    fn other_values_widen_to_two_digits_at_any_size() {
        check(
            Metric::Revenue,
            [(1_234, 10_000), (99_999, 10_000)],
            [(12, 100), (10, 1)],
        );
        check(
            Metric::Revenue,
            [(1, 10_000), (10_000, 10_000)],
            [(1, 10_000), (1, 1)],
        );
        check(
            Metric::Revenue,
            [(-12_345_678, 10_000), (-12_345_678, 10_000)],
            [(-1_300, 1), (-1_200, 1)],
        );
        check(
            Metric::MonthlyActiveUsers,
            [(1, 12), (7, 12)],
            [(83, 1_000), (59, 100)],
        );
        check(
            Metric::NetPromoterScore,
            [(-2, 3), (2, 3)],
            [(-67, 100), (67, 100)],
        );
        check(
            Metric::NetPromoterScore,
            [(-1, 1), (1, 1)],
            [(-1, 1), (1, 1)],
        );
        check(Metric::NetPromoterScore, [(0, 5), (0, 5)], [(0, 1), (0, 1)]);
        check(
            Metric::MauPerAssignedSeat,
            [(1, 12_000), (5, 1)],
            [(83, 1_000_000), (5, 1)],
        );
    }

    fn member(
        partner_id: &'static str,
        group_id: Option<&'static str>,
        band: u8,
    ) -> Member<'static> {
        Member {
            partner_id,
            group_id,
            band: Some(band),
        }
    }

    fn settings(min_peers: u64, min_band_members: u64) -> Settings {
        Settings {
            min_peers,
            min_band_members,
            ..Settings::default()
        }
    }

    #[test]
    fn peers_are_counted_by_group() {
        let members = [
            member("a", Some("g"), 1),
            member("b", Some("g"), 2),
            member("g", None, 3),
            member("d", None, 4),
        ];
        assert!(is_withheld(&settings(4, 1), &members));
        assert!(!is_withheld(&settings(3, 1), &members));
    }

    #[test]
    fn every_band_that_is_not_empty_needs_its_members() {
        let members = [
            member("a", None, 1),
            member("b", None, 1),
            member("c", Some("g"), 4),
            member("d", Some("g"), 4),
        ];
        assert!(!is_withheld(&settings(3, 1), &members));
        assert!(is_withheld(&settings(3, 2), &members));
        assert!(!is_withheld(&settings(2, 2), &members[..2]));
    }

    #[test]
    fn without_bands_only_the_peers_are_counted() {
        let members = ["a", "b", "c"].map(|partner_id| Member {
            partner_id,
            group_id: None,
            band: None,
        });
        assert!(!is_withheld(&settings(3, 3), &members));
        assert!(is_withheld(&settings(1, 1), &[]));
    }
}
