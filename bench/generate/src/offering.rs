//! Products and their workloads: twelve products with three workloads each, some sold and used far more than others.

use crate::chance::sums;

pub(crate) const PRODUCTS: usize = 12;
pub(crate) const WORKLOADS_PER_PRODUCT: usize = 3;

/// A product, or one of its workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offering {
    pub(crate) product: u8,
    pub(crate) workload: Option<u8>,
}

pub(crate) const PRODUCT_IDS: [&str; PRODUCTS] = [
    "analytics",
    "commerce",
    "compute",
    "database",
    "desktop",
    "devices",
    "finance",
    "identity",
    "mail",
    "sales",
    "security",
    "storage",
];

/// Product by product.
pub(crate) const WORKLOAD_IDS: [[&str; WORKLOADS_PER_PRODUCT]; PRODUCTS] = [
    ["analytics-lake", "analytics-reports", "analytics-streams"],
    ["commerce-checkout", "commerce-returns", "commerce-shop"],
    ["compute-batch", "compute-functions", "compute-machines"],
    ["database-documents", "database-graph", "database-sql"],
    ["desktop-calls", "desktop-documents", "desktop-sheets"],
    ["devices-compliance", "devices-enrolment", "devices-updates"],
    ["finance-assets", "finance-ledger", "finance-payroll"],
    ["identity-access", "identity-governance", "identity-login"],
    ["mail-archive", "mail-calendar", "mail-inbox"],
    ["sales-forecast", "sales-leads", "sales-service"],
    ["security-endpoint", "security-events", "security-mail"],
    ["storage-backup", "storage-files", "storage-objects"],
];

/// Running sums of how often each of a product's workloads is used.
pub(crate) const WORKLOAD_SUMS: [f64; WORKLOADS_PER_PRODUCT] = [0.78, 0.93, 1.0];

/// Products whose workloads run as instances.
pub(crate) fn runs_instances(product: u8) -> bool {
    matches!(
        PRODUCT_IDS[usize::from(product)],
        "compute" | "database" | "finance" | "sales"
    )
}

/// Running sums of how often each product is held.
pub(crate) fn product_sums() -> Vec<f64> {
    // Mail and desktop are in nearly every house; what comes last is rare.
    const ORDER: [usize; PRODUCTS] = [4, 9, 3, 6, 1, 8, 10, 5, 0, 7, 2, 11];
    sums(ORDER.map(|place| 1.0 / (1.0 + place as f64)))
}

impl Offering {
    pub(crate) fn product_id(self) -> &'static str {
        PRODUCT_IDS[usize::from(self.product)]
    }

    pub(crate) fn workload_id(self) -> Option<&'static str> {
        let workload = self.workload?;
        Some(WORKLOAD_IDS[usize::from(self.product)][usize::from(workload)])
    }
}
