//! The seven datasets of facts.

use std::fmt;

/// A dataset of facts, by its name in DATA.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dataset {
    Revenue,
    SeatChanges,
    Subscriptions,
    Usage,
    Instances,
    Surveys,
    Certifications,
}

impl Dataset {
    pub const ALL: [Dataset; 7] = [
        Dataset::Revenue,
        Dataset::SeatChanges,
        Dataset::Subscriptions,
        Dataset::Usage,
        Dataset::Instances,
        Dataset::Surveys,
        Dataset::Certifications,
    ];

    /// The name of the contract, such as `seat_changes`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dataset::Revenue => "revenue",
            Dataset::SeatChanges => "seat_changes",
            Dataset::Subscriptions => "subscriptions",
            Dataset::Usage => "usage",
            Dataset::Instances => "instances",
            Dataset::Surveys => "surveys",
            Dataset::Certifications => "certifications",
        }
    }

    /// The dataset of this name, if it is one of facts.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Dataset> {
        Dataset::ALL
            .into_iter()
            .find(|dataset| dataset.name() == name)
    }

    /// Whether a key of it may name another customer or day in a later row, so that keys must be settled over all
    /// files before any of them is left out: see [`crate::FactStore::settle`].
    pub(crate) fn is_settled_globally(self) -> bool {
        matches!(
            self,
            Dataset::Revenue | Dataset::SeatChanges | Dataset::Surveys
        )
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
