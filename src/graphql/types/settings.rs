//! Program settings.

use async_graphql::{Enum, SimpleObject};

use crate::config;

/// The settings that give figures their meaning.
#[derive(SimpleObject, Clone, Debug)]
pub struct Settings {
    /// The currency of revenue: ISO 4217.
    reporting_currency: String,
    /// The IANA time zone whose days the program lives by.
    timezone: String,
    /// The association types that make a partner the partner of record, strongest first.
    association_precedence: Vec<AssociationType>,
    /// After how many days without a paid seat a customer counts as new.
    new_customer_gap_days: u32,
    /// What partners may see of their peers.
    release: Release,
}

/// How a partner stands to a customer.
#[derive(Enum, serde::Serialize, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "config::AssociationType")]
#[serde(rename_all = "UPPERCASE")]
pub enum AssociationType {
    /// Digital partner of record.
    Dpor,
    /// Claiming partner of record.
    Cpor,
    /// Cloud solution provider.
    Csp,
}

/// The release rules: what partners may see of their peers.
#[derive(SimpleObject, Clone, Debug)]
pub struct Release {
    /// Peers of a metric in a slice, companies of one owner counted once, below which nothing about them is shown.
    min_peers: u32,
    /// Peers in each band that is not empty below which nothing about them is shown.
    min_band_members: u32,
    /// How the ends of bands are shown to partners.
    ranges: RangeRelease,
}

/// How the ends of bands are shown to partners.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeRelease {
    /// As they are.
    Exact,
    /// Widened to 2 significant digits; whole numbers below 100 to a multiple of 5.
    Rounded,
    /// Widened to 1, 2, 5, 10, 20, 50 and so on, with the outer ends open, and withheld where one partner could tell
    /// another's figure within 10 % all the same.
    Protected,
}

impl From<&config::Settings> for Settings {
    fn from(settings: &config::Settings) -> Settings {
        let (program, release) = (&settings.program, &settings.release);
        let precedence = program.association_precedence.iter();
        Settings {
            reporting_currency: program.reporting_currency.to_string(),
            timezone: program.timezone.name().to_owned(),
            association_precedence: precedence.map(|kind| (*kind).into()).collect(),
            new_customer_gap_days: program.new_customer_gap_days,
            release: Release {
                min_peers: release.min_peers,
                min_band_members: release.min_band_members,
                ranges: match release.rules().ranges {
                    kernel::Ranges::Exact => RangeRelease::Exact,
                    kernel::Ranges::Rounded => RangeRelease::Rounded,
                    kernel::Ranges::Protected => RangeRelease::Protected,
                },
            },
        }
    }
}
