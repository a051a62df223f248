//! Rows as stored, in groups on their way from whoever reads to whoever stores them.

use facts::{FactRow, LicenseType, Status, UsageRow};
use intake::Dataset;

use crate::store::reference::{Association, Customer, Exam, FxRate, Partner, Product, Workload};

/// A group of rows of one dataset.
#[derive(Debug)]
pub(super) enum Rows {
    Products(Vec<Product>),
    Workloads(Vec<Workload>),
    Partners(Vec<Partner>),
    Customers(Vec<Customer>),
    Exams(Vec<Exam>),
    FxRates(Vec<FxRate>),
    Associations(Vec<Association>),
    Facts(Vec<FactRow>),
    Usage(Vec<UsageRow>),
}

impl Rows {
    pub(super) fn new(dataset: Dataset) -> Rows {
        match dataset {
            Dataset::Products => Rows::Products(Vec::new()),
            Dataset::Workloads => Rows::Workloads(Vec::new()),
            Dataset::Partners => Rows::Partners(Vec::new()),
            Dataset::Customers => Rows::Customers(Vec::new()),
            Dataset::Exams => Rows::Exams(Vec::new()),
            Dataset::FxRates => Rows::FxRates(Vec::new()),
            Dataset::Associations => Rows::Associations(Vec::new()),
            _ => Rows::Facts(Vec::new()),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Rows::Products(rows) => rows.len(),
            Rows::Workloads(rows) => rows.len(),
            Rows::Partners(rows) => rows.len(),
            Rows::Customers(rows) => rows.len(),
            Rows::Exams(rows) => rows.len(),
            Rows::FxRates(rows) => rows.len(),
            Rows::Associations(rows) => rows.len(),
            Rows::Facts(rows) => rows.len(),
            Rows::Usage(rows) => rows.len(),
        }
    }
}

pub(super) fn status(from: intake::Status) -> Status {
    match from {
        intake::Status::Active => Status::Active,
        intake::Status::Grace => Status::Grace,
        intake::Status::Suspended => Status::Suspended,
        intake::Status::Expired => Status::Expired,
        intake::Status::Cancelled => Status::Cancelled,
    }
}

pub(super) fn license_type(from: intake::LicenseType) -> LicenseType {
    match from {
        intake::LicenseType::Ea => LicenseType::Ea,
        intake::LicenseType::Csp => LicenseType::Csp,
        intake::LicenseType::Web => LicenseType::Web,
        intake::LicenseType::Direct => LicenseType::Direct,
    }
}
