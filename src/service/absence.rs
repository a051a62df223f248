//! Why a figure is absent.

use kernel::{Metric, Standing};

use super::scope::Scope;
use crate::store::peer_group::PeerGroup;
use crate::store::scorecard::Scorecard;

/// The reason for which there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
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
    /// The rounded range does not tell.
    Rounded,
    /// The range is open at this end, as that of the outer bands is where ranges are protected.
    OpenRange,
    /// Nothing is published for the time.
    NoSnapshot,
    /// The partner had no scorecard in the slice then.
    NoScorecard,
}

/// Why a scorecard has no value of a metric; none where it has one.
#[must_use]
pub fn of_value(scorecard: &Scorecard, metric: Metric) -> Option<Absence> {
    let value = |metric: Metric| scorecard.measures[metric.index()].value;
    if value(metric).is_some() {
        return None;
    }
    // Whoever has a fact has a revenue, if only of nothing.
    if value(Metric::Revenue).is_none() {
        return Some(Absence::NoFacts);
    }
    Some(match metric {
        Metric::NetPromoterScore => Absence::NoResponses,
        _ => Absence::NoAssignedSeats,
    })
}

/// Why the peers of a metric are not split into bands that the viewer sees. `spread` tells whether they are split.
#[must_use]
pub fn of_bands(scope: &Scope, group: PeerGroup, spread: bool) -> Option<Absence> {
    if !scope.sees(group) {
        return Some(Absence::Withheld);
    }
    if spread {
        return None;
    }
    Some(if group.peers < BANDED_PEERS_MIN {
        Absence::TooFewPeers
    } else {
        Absence::AllEqual
    })
}

/// Why a value stands nowhere among its peers that the viewer sees; none where it does.
#[must_use]
pub fn of_standing(
    scope: &Scope,
    group: PeerGroup,
    has_value: bool,
    standing: Option<Standing>,
) -> Option<Absence> {
    match of_bands(scope, group, standing.is_some()) {
        // What is withheld is so whether there is a value or not.
        Some(Absence::Withheld) | None => of_bands(scope, group, standing.is_some()),
        Some(_) if !has_value => Some(Absence::NoValue),
        other => other,
    }
}

/// Why a value that stands somewhere has no rank that the viewer sees; none where it has one.
#[must_use]
pub fn of_rank(
    scope: &Scope,
    group: PeerGroup,
    has_value: bool,
    standing: Option<Standing>,
) -> Option<Absence> {
    let absence = of_standing(scope, group, has_value, standing);
    absence.or_else(|| (!scope.sees_ranks(group)).then_some(Absence::Withheld))
}

/// The fewest values that are split into bands (DATA.md).
const BANDED_PEERS_MIN: u32 = 4;
