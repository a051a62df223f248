//! Rows of the fact datasets, and the uploads that carry them.

use super::Decimal;
use crate::date::Date;

/// One commit in the history of the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactUpload {
    /// A repeated batch id replaces that batch, which takes the last place.
    Store {
        batch: String,
        rows: FactRows,
    },
    Delete {
        dataset: FactDataset,
        batch: String,
    },
}

/// The rows of one batch, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactRows {
    Revenue(Vec<RevenueRow>),
    SeatChanges(Vec<SeatChangeRow>),
    Subscriptions(Vec<SubscriptionRow>),
    Usage(Vec<UsageRow>),
    Instances(Vec<InstanceRow>),
    Surveys(Vec<SurveyRow>),
    Certifications(Vec<CertificationRow>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactDataset {
    Revenue,
    SeatChanges,
    Subscriptions,
    Usage,
    Instances,
    Surveys,
    Certifications,
}

/// Key: event_id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevenueRow {
    pub event_id: String,
    pub customer_id: String,
    pub product_id: String,
    pub workload_id: Option<String>,
    pub license_type: LicenseType,
    pub occurred_on: Date,
    pub amount: Decimal,
    pub currency: String,
    /// Absent means true.
    pub counts_as_new: Option<bool>,
}

/// Key: event_id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatChangeRow {
    pub event_id: String,
    pub customer_id: String,
    pub product_id: String,
    pub workload_id: Option<String>,
    pub license_type: LicenseType,
    pub occurred_on: Date,
    pub seats_added: u32,
    pub seats_lost: u32,
    /// Absent means true.
    pub paid: Option<bool>,
}

/// Key: subscription_id, observed_on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionRow {
    pub subscription_id: String,
    pub customer_id: String,
    pub product_id: String,
    pub workload_id: Option<String>,
    pub status: SubscriptionStatus,
    pub seats_assigned: u32,
    pub observed_on: Date,
}

/// Key: all columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    pub customer_id: String,
    pub user_id: String,
    pub product_id: String,
    pub workload_id: Option<String>,
    pub active_on: Date,
}

/// Key: customer_id, product_id, workload_id, observed_on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceRow {
    pub customer_id: String,
    pub product_id: String,
    pub workload_id: Option<String>,
    pub production_instances: u32,
    pub observed_on: Date,
}

/// Key: response_id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyRow {
    pub response_id: String,
    pub customer_id: String,
    pub product_id: String,
    pub workload_id: Option<String>,
    pub responded_on: Date,
    /// 0 to 10.
    pub score: u8,
}

/// Key: person_id, exam_id, passed_on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificationRow {
    pub person_id: String,
    pub partner_id: String,
    pub exam_id: String,
    pub passed_on: Date,
    /// First day that it no longer counts.
    pub expires_on: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenseType {
    Ea,
    Csp,
    Web,
    Direct,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionStatus {
    Active,
    Grace,
    Suspended,
    Expired,
    Cancelled,
}

impl FactUpload {
    pub fn dataset(&self) -> FactDataset {
        match self {
            FactUpload::Store { rows, .. } => rows.dataset(),
            FactUpload::Delete { dataset, .. } => *dataset,
        }
    }

    pub fn batch(&self) -> &str {
        match self {
            FactUpload::Store { batch, .. } | FactUpload::Delete { batch, .. } => batch,
        }
    }
}

impl FactRows {
    pub fn dataset(&self) -> FactDataset {
        match self {
            FactRows::Revenue(_) => FactDataset::Revenue,
            FactRows::SeatChanges(_) => FactDataset::SeatChanges,
            FactRows::Subscriptions(_) => FactDataset::Subscriptions,
            FactRows::Usage(_) => FactDataset::Usage,
            FactRows::Instances(_) => FactDataset::Instances,
            FactRows::Surveys(_) => FactDataset::Surveys,
            FactRows::Certifications(_) => FactDataset::Certifications,
        }
    }
}

impl FactDataset {
    pub const ALL: [FactDataset; 7] = [
        FactDataset::Revenue,
        FactDataset::SeatChanges,
        FactDataset::Subscriptions,
        FactDataset::Usage,
        FactDataset::Instances,
        FactDataset::Surveys,
        FactDataset::Certifications,
    ];

    /// The dataset's name in DATA.md.
    pub fn name(self) -> &'static str {
        match self {
            FactDataset::Revenue => "revenue",
            FactDataset::SeatChanges => "seat_changes",
            FactDataset::Subscriptions => "subscriptions",
            FactDataset::Usage => "usage",
            FactDataset::Instances => "instances",
            FactDataset::Surveys => "surveys",
            FactDataset::Certifications => "certifications",
        }
    }
}

impl LicenseType {
    pub const ALL: [LicenseType; 4] = [
        LicenseType::Ea,
        LicenseType::Csp,
        LicenseType::Web,
        LicenseType::Direct,
    ];

    pub fn name(self) -> &'static str {
        match self {
            LicenseType::Ea => "EA",
            LicenseType::Csp => "CSP",
            LicenseType::Web => "WEB",
            LicenseType::Direct => "DIRECT",
        }
    }
}

impl SubscriptionStatus {
    pub const ALL: [SubscriptionStatus; 5] = [
        SubscriptionStatus::Active,
        SubscriptionStatus::Grace,
        SubscriptionStatus::Suspended,
        SubscriptionStatus::Expired,
        SubscriptionStatus::Cancelled,
    ];

    pub fn name(self) -> &'static str {
        match self {
            SubscriptionStatus::Active => "active",
            SubscriptionStatus::Grace => "grace",
            SubscriptionStatus::Suspended => "suspended",
            SubscriptionStatus::Expired => "expired",
            SubscriptionStatus::Cancelled => "cancelled",
        }
    }
}
