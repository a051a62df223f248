//! The program settings that change a figure or who sees it.

use super::AssociationType;

/// The settings of DATA.md but the time zone: dates already lie in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub reporting_currency: String,
    /// The association types that count, strongest first.
    pub association_precedence: Vec<AssociationType>,
    pub new_customer_gap_days: u16,
    pub min_peers: u64,
    pub min_band_members: u64,
    pub ranges: Ranges,
}

/// How a partner sees the range of a peer band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranges {
    Exact,
    Rounded,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            reporting_currency: "USD".to_owned(),
            association_precedence: vec![AssociationType::Dpor],
            new_customer_gap_days: 31,
            min_peers: 10,
            min_band_members: 3,
            ranges: Ranges::Rounded,
        }
    }
}
