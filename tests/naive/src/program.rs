//! A whole program as it was sent: settings, reference rows in their order, and the history of fact uploads.

mod facts;
mod reference;
mod settings;

pub use facts::{
    CertificationRow, FactDataset, FactRows, FactUpload, InstanceRow, LicenseType, RevenueRow,
    SeatChangeRow, SubscriptionRow, SubscriptionStatus, SurveyRow, UsageRow,
};
pub use reference::{
    AssociationRow, AssociationType, CustomerRow, ExamRow, FxRateRow, LocationRow, PartnerRow,
    ProductRow, WorkloadRow,
};
pub use settings::{Ranges, Settings};

/// Everything a sender sent, in the order it was taken in. A later reference row of a key replaces the earlier whole row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    pub settings: Settings,
    pub products: Vec<ProductRow>,
    pub workloads: Vec<WorkloadRow>,
    /// Empty stands for the built-in tree.
    pub locations: Vec<LocationRow>,
    pub partners: Vec<PartnerRow>,
    pub customers: Vec<CustomerRow>,
    pub exams: Vec<ExamRow>,
    pub fx_rates: Vec<FxRateRow>,
    pub associations: Vec<AssociationRow>,
    /// Commits of fact batches, first to last.
    pub uploads: Vec<FactUpload>,
}

/// A decimal as the sender wrote it, and its value as an integer count of its smallest unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// In ten-thousandths for amounts, in thousand-millionths for rates.
    pub units: i128,
    pub text: String,
}

impl Decimal {
    /// Places of an amount.
    pub const AMOUNT_PLACES: usize = 4;
    /// Places of a rate.
    pub const RATE_PLACES: usize = 9;

    /// An amount from its text, none where the text is no decimal of at most 4 places.
    pub fn amount(text: &str) -> Option<Self> {
        Decimal::read(text, Decimal::AMOUNT_PLACES)
    }

    /// A rate from its text, none where the text is no decimal of at most 9 places.
    pub fn rate(text: &str) -> Option<Self> {
        Decimal::read(text, Decimal::RATE_PLACES)
    }

    fn read(text: &str, places: usize) -> Option<Self> {
        let (sign, digits) = text
            .strip_prefix('-')
            .map_or((1, text), |digits| (-1, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        // Trailing zeros beyond the places are fine.
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > places {
            return None;
        }
        let units: i128 = format!("{whole}{fraction:0<places$}").parse().ok()?;
        Some(Decimal {
            units: sign * units,
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_from_their_text() {
        let units = |text| Decimal::amount(text).map(|amount| amount.units);
        assert_eq!(units("12.5"), Some(125_000));
        assert_eq!(units("-0.0001"), Some(-1));
        assert_eq!(units("7"), Some(70_000));
        assert_eq!(units("1.100000000"), Some(11_000));
        assert_eq!(units("0.00001"), None);
        assert_eq!(Decimal::rate("0.000000001").map(|rate| rate.units), Some(1));
    }
}
