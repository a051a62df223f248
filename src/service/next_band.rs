//! What reaches the next band, as far as the ranges that a viewer sees tell.
//!
//! Only the peers' ranges and counts and the partner's own value go in, so that nothing comes out that the viewer could
//! not work out alone. The peers are taken to stay where they are.

use kernel::{Bound, Metric, Value};

use super::scope::VisibleBand;

/// The next band that is not empty, and what is missing to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextBand {
    /// 2 to 4.
    pub band: u8,
    /// The lower end of the band, as the viewer sees it.
    pub value: Bound,
    /// Meeting the end is not enough: the partner leaves those below it, and one less of them is too few.
    pub must_exceed: bool,
    /// The least that is missing; for ratios with `must_exceed`, any more than this.
    pub distance: Value,
    /// The distance is enough; where not, the ranges are rounded and it is the least that can be missing.
    pub is_exact: bool,
}

/// Why nothing is missing, or it is not known how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoNextBand {
    /// The value is in the highest band that is not empty.
    Highest,
    /// The rounded range begins at or below the value.
    Rounded,
}

/// `bands` are those of the metric, the lowest first, and `own_band` the one that `own` is in.
///
/// # Errors
/// Where there is nothing to tell.
pub fn next_band(
    metric: Metric,
    own: Value,
    own_band: u8,
    bands: &[VisibleBand],
) -> Result<NextBand, NoNextBand> {
    let next = bands.iter().find(|band| band.band > own_band);
    let next = next.ok_or(NoNextBand::Highest)?;
    let count = |bands: &mut dyn Iterator<Item = &VisibleBand>| -> u64 {
        bands.map(|band| u64::from(band.partners)).sum()
    };
    let peers = count(&mut bands.iter());
    let below = count(&mut bands.iter().filter(|band| band.band < next.band));
    // Whoever meets the end has all those below it below, but for itself.
    let met = 1 + 4 * below.saturating_sub(1) / peers.max(1);
    let must_exceed = met < u64::from(next.band);
    // Only the lowest band is open below.
    let min = next.min.ok_or(NoNextBand::Rounded)?;
    let end = min.to_value().ok_or(NoNextBand::Rounded)?;
    let missing = end.minus(own).ok_or(NoNextBand::Rounded)?;
    let distance = match step(metric) {
        // A negative step: adding it.
        Some(step) if must_exceed => missing.minus(step).ok_or(NoNextBand::Rounded)?,
        _ => missing,
    };
    if distance.numerator() <= 0 {
        return Err(NoNextBand::Rounded);
    }
    Ok(NextBand {
        band: next.band,
        value: min,
        must_exceed,
        distance,
        is_exact: matches!(min, Bound::Exact(_)),
    })
}

impl NextBand {
    /// The distance with at most `places` decimal places, rounded up so that it is still enough.
    #[must_use]
    pub fn rounded_up(&self, metric: Metric, places: u32) -> String {
        let scale = 10_i128.pow(places);
        let (numerator, denominator) = (self.distance.numerator(), self.distance.denominator());
        let Some(scaled) = numerator.checked_mul(scale) else {
            return self.distance.to_f64().to_string();
        };
        let is_between = scaled % denominator != 0;
        // Without a smallest step the end itself is not enough.
        let is_exclusive = self.must_exceed && step(metric).is_none();
        let digits = scaled / denominator + i128::from(is_between || is_exclusive);
        let text = format!(
            "{}.{:0width$}",
            digits / scale,
            digits % scale,
            width = places as usize
        );
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// The least by which two values of the metric differ, taken off nothing; none where there is no least.
fn step(metric: Metric) -> Option<Value> {
    match metric {
        Metric::Revenue => Some(Value::money(-1)),
        _ => metric.is_whole().then(|| Value::whole(-1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Band by the contract's own words.
    fn band_of(values: &[i64], value: i64) -> u8 {
        let less = values.iter().filter(|other| **other < value).count();
        (1 + 4 * less / values.len()) as u8
    }

    fn bands(values: &[i64]) -> Vec<VisibleBand> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        sorted
            .chunk_by(|a, b| band_of(values, *a) == band_of(values, *b))
            .map(|members| VisibleBand {
                band: band_of(values, members[0]),
                min: Some(Bound::Exact(Value::whole(members[0]))),
                max: Some(Bound::Exact(Value::whole(members[members.len() - 1]))),
                partners: members.len() as u32,
            })
            .collect()
    }

    proptest::proptest! {
        #[test]
        fn the_distance_reaches_the_band(
            values in proptest::collection::vec(-20_i64..20, 4..24),
        ) {
            let bands = bands(&values);
            for (at, value) in values.iter().enumerate() {
                let own = band_of(&values, *value);
                let next = next_band(Metric::NetPaidSeats, Value::whole(*value), own, &bands);
                let Ok(next) = next else {
                    proptest::prop_assert!(bands.iter().all(|band| band.band <= own));
                    continue;
                };
                let moved = |by: i64| {
                    let mut moved = values.clone();
                    moved[at] += by;
                    band_of(&moved, moved[at])
                };
                let distance = next.distance.numerator() as i64;
                proptest::prop_assert!(moved(distance) >= next.band);
                // Where the end itself is enough, a little less may be too: the ranges do not tell.
                proptest::prop_assert!(!next.must_exceed || moved(distance - 1) < next.band);
            }
        }
    }

    fn check(own: i64, min: Bound, expected: Result<(&str, bool), NoNextBand>) {
        let band = |band, min, partners| VisibleBand {
            band,
            min: Some(min),
            max: Some(min),
            partners,
        };
        let bands = [
            band(1, Bound::Exact(Value::whole(0)), 5),
            band(2, min, 5),
            band(3, Bound::Exact(Value::whole(90)), 5),
        ];
        let found = next_band(Metric::CertifiedPeople, Value::whole(own), 1, &bands);
        let found = found.map(|next| {
            let text = next.rounded_up(Metric::CertifiedPeople, 4);
            (text, next.is_exact)
        });
        assert_eq!(
            found,
            expected.map(|(text, is_exact)| (text.to_owned(), is_exact))
        );
    }

    #[test]
    fn rounded_ranges_tell_the_least_or_nothing() {
        let rounded = Bound::Rounded {
            digits: 15,
            exponent: 0,
        };
        check(12, Bound::Exact(Value::whole(15)), Ok(("3", true)));
        check(12, rounded, Ok(("3", false)));
        check(15, rounded, Err(NoNextBand::Rounded));
        check(17, rounded, Err(NoNextBand::Rounded));
    }

    #[test]
    fn distances_are_rounded_up() {
        let next = |numerator, denominator, must_exceed| NextBand {
            band: 2,
            value: Bound::Exact(Value::whole(1)),
            must_exceed,
            distance: Value::ratio(numerator, denominator).unwrap(),
            is_exact: true,
        };
        for (numerator, denominator, must_exceed, text) in [
            (1, 3, false, "0.3334"),
            (1, 2, false, "0.5"),
            (1, 2, true, "0.5001"),
            (24, 12, false, "2"),
            (1, 1_000_000, false, "0.0001"),
        ] {
            let next = next(numerator, denominator, must_exceed);
            assert_eq!(next.rounded_up(Metric::NetPromoterScore, 4), text);
        }
    }
}
