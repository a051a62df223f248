//! The catalogue of metrics: what each figure means, for the API and the pages alike.

use kernel::Metric;

/// What a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Units of the reporting currency of the snapshot's settings.
    Currency,
    /// Customers.
    Customers,
    /// Paid seats.
    Seats,
    /// People of the partner.
    People,
    /// Production instances.
    Instances,
    /// Users of customers.
    Users,
    /// Users for each seat.
    UsersPerSeat,
    /// A share from −1 to 1.
    Score,
}

/// What a metric means. The same for every snapshot.
#[derive(Clone, Copy, Debug)]
pub struct MetricDefinition {
    pub metric: Metric,
    /// Its name as people say it.
    pub name: &'static str,
    /// What its values count.
    pub unit: Unit,
    /// What it says about a partner, in a sentence.
    pub definition: &'static str,
    /// How its value is computed.
    pub formula: &'static str,
    /// Which days it looks at.
    pub window: &'static str,
}

const TWELVE_MONTHS: &str = "The twelve months that end with the as-of date, both ends included.";

/// The definition of a metric.
#[must_use]
pub fn definition(metric: Metric) -> MetricDefinition {
    use Metric::*;
    let (name, unit, definition, formula, window) = match metric {
        Revenue => (
            "Net new revenue",
            Unit::Currency,
            "What customers spent that counts as new, credits taken off, over all license types.",
            "Sum of the amounts that count as new, each converted at the newest rate on or before its day and rounded \
             half to even to 4 places.",
            TWELVE_MONTHS,
        ),
        NewCustomers => (
            "Customers added",
            Unit::Customers,
            "Customers that came to hold paid seats after holding none for a while.",
            "Distinct customers whose running total of paid seats is at least 1 at the end of a day of the window, and \
             was 0 or less at the end of each of the new-customer gap days before it.",
            TWELVE_MONTHS,
        ),
        NetPaidSeats => (
            "Net paid seat adds",
            Unit::Seats,
            "Paid seats that customers gained, less those they lost.",
            "Seats added minus seats lost of paid rows.",
            TWELVE_MONTHS,
        ),
        CertifiedPeople => (
            "Certified people",
            Unit::People,
            "People of the partner with at least one pass that counts for the offering; the same at every location.",
            "Distinct people with a pass that counts on the as-of date.",
            "Passes that count on the as-of date, whenever they were made.",
        ),
        ProductionInstances => (
            "Available production instances",
            Unit::Instances,
            "Production instances that customers run.",
            "The newest observation for each customer, product and workload, summed.",
            TWELVE_MONTHS,
        ),
        MonthlyActiveUsers => (
            "MAU",
            Unit::Users,
            "Users who do something on purpose, as a monthly figure.",
            "Distinct users of the twelve months ÷ 12.",
            TWELVE_MONTHS,
        ),
        MauPerAssignedSeat => (
            "MAU per assigned seat",
            Unit::UsersPerSeat,
            "How well assigned seats are used.",
            "MAU ÷ assigned seats, those of the newest observation of each active or grace subscription. No value \
             where no seat is assigned.",
            TWELVE_MONTHS,
        ),
        NetPromoterScore => (
            "NPS",
            Unit::Score,
            "How far promoters outweigh detractors in surveys.",
            "(Scores of 9 and 10 − scores of 0 to 6) ÷ responses. No value where nobody responded.",
            TWELVE_MONTHS,
        ),
    };
    MetricDefinition {
        metric,
        name,
        unit,
        definition,
        formula,
        window,
    }
}
