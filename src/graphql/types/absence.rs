//! Why a figure is null.

use async_graphql::Enum;

use crate::service::absence::Absence;

/// Why there is no figure.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Absence")]
pub enum AbsenceReason {
    /// The release rules do not allow it.
    Withheld,
    /// The partner has no fact in the slice.
    NoFacts,
    /// A ratio over no assigned seat.
    NoAssignedSeats,
    /// A ratio over no response.
    NoResponses,
    /// There is no value to place among others.
    NoValue,
    /// Fewer than four peers have a value.
    TooFewPeers,
    /// All peers have the same value.
    AllEqual,
    /// The value is in the highest band that is not empty.
    HighestBand,
    /// The rounded range begins at or below the value, so that it does not tell what is missing.
    Rounded,
    /// Ranges are protected: that of the lowest band is open below, and that of the highest above.
    OpenRange,
    /// No snapshot is published for the time.
    NoSnapshot,
    /// The partner had no scorecard in the slice then.
    NoScorecard,
}
