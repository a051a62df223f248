//! The catalogue in English.

use kernel::{Group, Metric};

use super::{Texts, Unit};

const TWELVE_MONTHS: &str = "The twelve months that end with the as-of date, both ends included.";

pub(super) fn texts(metric: Metric) -> Texts {
    use Metric::*;
    let (name, definition, formula, window) = match metric {
        Revenue => (
            "Net new revenue",
            "What customers spent that counts as new, credits taken off, over all license types.",
            "Sum of the amounts that count as new, each converted at the newest rate on or before its day and rounded \
             half to even to 4 places.",
            TWELVE_MONTHS,
        ),
        NewCustomers => (
            "Customers added",
            "Customers that came to hold paid seats after holding none for a while.",
            "Distinct customers whose running total of paid seats is at least 1 at the end of a day of the window, and \
             was 0 or less at the end of each of the new-customer gap days before it.",
            TWELVE_MONTHS,
        ),
        NetPaidSeats => (
            "Net paid seat adds",
            "Paid seats that customers gained, less those they lost.",
            "Seats added minus seats lost of paid rows.",
            TWELVE_MONTHS,
        ),
        CertifiedPeople => (
            "Certified people",
            "People of the partner with at least one pass that counts for the offering; the same at every location.",
            "Distinct people with a pass that counts on the as-of date.",
            "Passes that count on the as-of date, whenever they were made.",
        ),
        ProductionInstances => (
            "Available production instances",
            "Production instances that customers run.",
            "The newest observation for each customer, product and workload, summed.",
            TWELVE_MONTHS,
        ),
        MonthlyActiveUsers => (
            "MAU",
            "Users who do something on purpose, as a monthly figure.",
            "Distinct users of the twelve months ÷ 12.",
            TWELVE_MONTHS,
        ),
        MauPerAssignedSeat => (
            "MAU per assigned seat",
            "How well assigned seats are used.",
            "MAU ÷ assigned seats, those of the newest observation of each active or grace subscription. No value \
             where no seat is assigned.",
            TWELVE_MONTHS,
        ),
        NetPromoterScore => (
            "NPS",
            "How far promoters outweigh detractors in surveys.",
            "(Scores of 9 and 10 − scores of 0 to 6) ÷ responses. No value where nobody responded.",
            TWELVE_MONTHS,
        ),
    };
    Texts {
        name,
        definition,
        formula,
        window,
    }
}

/// A part of the scorecard.
pub(super) fn group(group: Group) -> &'static str {
    match group {
        Group::Performance => "Performance",
        Group::Capability => "Capability",
        Group::CustomerSuccess => "Customer success",
    }
}

/// What values count.
pub(super) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Currency => "reporting currency",
        Unit::Customers => "customers",
        Unit::Seats => "seats",
        Unit::People => "people",
        Unit::Instances => "instances",
        Unit::Users => "users",
        Unit::UsersPerSeat => "users per seat",
        Unit::Score => "score from −1 to 1",
    }
}

/// What reaches a band: `distance` of the metric more, `least` where that is the least that may be missing.
pub(super) fn reaching(metric: Metric, distance: &str, band: u8, least: bool) -> String {
    use Metric::*;
    let is_one = distance == "1";
    let counted = match metric {
        Revenue => "more net new revenue",
        NewCustomers if is_one => "more new customer",
        NewCustomers => "more new customers",
        NetPaidSeats if is_one => "more net paid seat",
        NetPaidSeats => "more net paid seats",
        CertifiedPeople if is_one => "more certified person",
        CertifiedPeople => "more certified people",
        ProductionInstances if is_one => "more production instance",
        ProductionInstances => "more production instances",
        MonthlyActiveUsers if is_one => "more monthly active user",
        MonthlyActiveUsers => "more monthly active users",
        MauPerAssignedSeat => "more MAU per assigned seat",
        NetPromoterScore => "more NPS",
    };
    let is_singular = is_one || matches!(metric, Revenue | MauPerAssignedSeat | NetPromoterScore);
    let least = if least { "At least " } else { "" };
    let reach = if is_singular { "reaches" } else { "reach" };
    format!("{least}{distance} {counted} {reach} band {band}")
}
