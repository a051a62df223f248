//! Each metric as floats that sums are exact in, and what anybody knows of its values without being told.

use super::interval::Interval;
use crate::metric::{Metric, Value};
use crate::release::Bound;

/// How a metric adds up along one of the two trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Adding {
    /// What lies above is the sum of what lies below, and of what lies there itself.
    Sum,
    /// What lies above is no less than each one below, and where `covers` no more than all of them together.
    Union { covers: bool },
    /// Neither.
    Not,
}

/// So many units make one.
fn units(metric: Metric) -> f64 {
    match metric {
        Metric::Revenue => 10_000.0,
        Metric::MonthlyActiveUsers => 12.0,
        _ => 1.0,
    }
}

/// A value in units: ten-thousandths of money, users of the year, and all else as it is.
pub(super) fn in_units(metric: Metric, value: Value) -> f64 {
    match metric {
        Metric::Revenue | Metric::MonthlyActiveUsers => value.numerator() as f64,
        _ => value.to_f64(),
    }
}

/// An end of a range in units.
pub(super) fn end_in_units(metric: Metric, bound: Bound) -> f64 {
    match bound {
        Bound::Exact(value) => in_units(metric, value),
        Bound::Rounded { .. } => bound.to_f64() * units(metric),
    }
}

/// The least by which two values differ; nothing for ratios, which have no least.
pub(super) fn step(metric: Metric) -> f64 {
    match metric {
        Metric::MauPerAssignedSeat | Metric::NetPromoterScore => 0.0,
        _ => 1.0,
    }
}

/// Whether no value is below zero.
pub(super) fn is_never_negative(metric: Metric) -> bool {
    !matches!(
        metric,
        Metric::Revenue | Metric::NetPaidSeats | Metric::NetPromoterScore
    )
}

/// What any value of the metric lies within.
pub(super) fn domain(metric: Metric) -> Interval {
    match metric {
        Metric::NetPromoterScore => Interval { lo: -1.0, hi: 1.0 },
        metric => Interval {
            lo: if is_never_negative(metric) {
                0.0
            } else {
                f64::NEG_INFINITY
            },
            hi: f64::INFINITY,
        },
    }
}

/// Whether values of partners add up to a whole that one of them can dominate.
pub(super) fn is_additive(metric: Metric) -> bool {
    along_locations(metric) == Adding::Sum
}

/// A customer lies at one location, and a user belongs to one customer. Certified people are one figure at every
/// location, and so equal.
pub(super) fn along_locations(metric: Metric) -> Adding {
    match metric {
        Metric::Revenue
        | Metric::NewCustomers
        | Metric::NetPaidSeats
        | Metric::ProductionInstances
        | Metric::MonthlyActiveUsers => Adding::Sum,
        Metric::CertifiedPeople | Metric::MauPerAssignedSeat | Metric::NetPromoterScore => {
            Adding::Not
        }
    }
}

/// A fact has one product, and where it has a workload, one. Users and certified people may be in several.
pub(super) fn along_offerings(metric: Metric, is_everything: bool, is_world: bool) -> Adding {
    match metric {
        Metric::Revenue | Metric::NetPaidSeats | Metric::ProductionInstances => Adding::Sum,
        // Each user uses a product, and need not use a workload.
        Metric::MonthlyActiveUsers => Adding::Union {
            covers: is_everything,
        },
        // Exams count for workloads. Whoever has none of the customers below has its certified people in the world alone.
        Metric::CertifiedPeople => Adding::Union { covers: is_world },
        Metric::NewCustomers | Metric::MauPerAssignedSeat | Metric::NetPromoterScore => Adding::Not,
    }
}
