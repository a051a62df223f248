//! Names and numbers to draw from.

/// Ids of every kind. Their order by bytes is not the order they are drawn in, case and numbers sort against the eye, and
/// some need quotes in a file. The longest leaves room for one more byte. None begins like a formula: exports defuse those,
/// and this crate does not.
pub(super) const IDS: [&str; 12] = [
    "a",
    "Z",
    "10",
    "9",
    "é",
    "a b",
    "x,y",
    "\u{1F30D}",
    "A",
    "q\"q",
    "_long-id/with:signs;0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-01234567",
    "ß",
];

/// The first is the reporting currency of most programs.
pub(super) const CURRENCIES: [&str; 4] = ["USD", "EUR", "JPY", "CHF"];

/// Rates of few digits against odd amounts end halfway between two ten-thousandths.
pub(super) const RATES: [&str; 10] = [
    "1",
    "0.5",
    "0.25",
    "1.5",
    "0.0005",
    "1.084300000",
    "0.000000001",
    "157.123456789",
    "2.50000000000",
    "0.333333333",
];

pub(super) const AMOUNTS: [&str; 16] = [
    "100",
    "0.0001",
    "0.0003",
    "-0.0001",
    "-0.0003",
    "0",
    "1234.5",
    "-100",
    "7.7777",
    "-20.00",
    "99.99000000",
    "0.0005",
    "100",
    "1000000",
    "0.0015",
    "12345678.9012",
];

/// An amount with all the digits there may be, drawn now and then.
pub(super) const LARGEST_AMOUNT: &str = "99999999999999.9999";

/// The largest count there may be.
pub(super) const LARGEST_COUNT: u32 = 2_147_483_647;

/// Scores on both sides of every bound.
pub(super) const SCORES: [u8; 8] = [10, 9, 8, 7, 6, 0, 10, 9];

/// Places of the built-in tree at every level of it.
pub(super) const BUILT_IN_LOCATIONS: [&str; 8] =
    ["FR", "DE", "TW", "AQ", "africa", "US", "JP", "europe"];

pub(super) const COUNTRIES: [&str; 3] = ["FR", "US", "TW"];

pub(super) const GAP_DAYS: [u16; 5] = [1, 2, 5, 31, 366];

/// The pool's entry at an index of any size.
pub(super) fn at<Item: Copy>(pool: &[Item], index: u8) -> Item {
    pool[usize::from(index) % pool.len()]
}

/// The id of the so-manieth thing of a kind.
pub(super) fn id(index: usize) -> String {
    IDS[index % IDS.len()].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Decimal;

    #[test]
    fn the_pools_hold_what_the_contract_allows() {
        assert!(
            IDS.iter()
                .all(|id| (1..=128).contains(&id.len()) && id.trim() == *id)
        );
        assert!(IDS.iter().any(|id| id.len() == 127));
        assert!(
            AMOUNTS
                .iter()
                .chain([&LARGEST_AMOUNT])
                .all(|amount| Decimal::amount(amount).is_some())
        );
        assert!(
            RATES
                .iter()
                .all(|rate| Decimal::rate(rate).is_some_and(|rate| rate.units > 0))
        );
    }
}
