//! Rows of the reference datasets, one struct each, columns in the order of DATA.md.

use super::Decimal;
use crate::date::Date;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRow {
    pub product_id: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadRow {
    pub workload_id: String,
    pub product_id: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationRow {
    pub location_id: String,
    pub parent_id: Option<String>,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerRow {
    pub partner_id: String,
    pub name: String,
    pub country: String,
    pub partner_type: Option<String>,
    pub tier: Option<String>,
    pub group_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRow {
    pub customer_id: String,
    pub location_id: String,
    pub name: Option<String>,
}

/// Key: exam_id, workload_id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExamRow {
    pub exam_id: String,
    pub workload_id: String,
    /// First day on which passes no longer count.
    pub counts_until: Option<Date>,
}

/// Key: currency, rate_date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FxRateRow {
    pub currency: String,
    pub rate_date: Date,
    /// Reporting currency for one unit.
    pub rate: Decimal,
}

/// Key: customer_id, partner_id, association_type, workload_id, starts_on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociationRow {
    pub customer_id: String,
    pub partner_id: String,
    pub association_type: AssociationType,
    pub workload_id: Option<String>,
    pub starts_on: Date,
    /// First day that it no longer holds.
    pub ends_on: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssociationType {
    Dpor,
    Cpor,
    Csp,
}

impl AssociationType {
    pub const ALL: [AssociationType; 3] = [
        AssociationType::Dpor,
        AssociationType::Cpor,
        AssociationType::Csp,
    ];

    /// As files and settings spell it.
    pub fn name(self) -> &'static str {
        match self {
            AssociationType::Dpor => "DPOR",
            AssociationType::Cpor => "CPOR",
            AssociationType::Csp => "CSP",
        }
    }
}
