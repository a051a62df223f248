//! The fifteen datasets of DATA.md by name, and the columns of each.

use std::{fmt, str::FromStr};

use crate::row;

/// A dataset of DATA.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dataset {
    Products,
    Workloads,
    Locations,
    Partners,
    Customers,
    Exams,
    FxRates,
    Associations,
    Revenue,
    SeatChanges,
    Subscriptions,
    Usage,
    Instances,
    Surveys,
    Certifications,
}

/// A column of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// Absent, empty and null all mean "none" (or the default) here; elsewhere they are a reject.
    pub optional: bool,
    pub shape: Shape,
}

/// What a column's values look like: which Parquet types can carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Number,
    Date,
    Flag,
}

/// No dataset has more columns than this.
pub(crate) const MAX_COLUMNS: usize = 9;

impl Dataset {
    /// All datasets in the order in which they can be loaded: references before what names them, facts last.
    pub const ALL: [Dataset; 15] = [
        Dataset::Products,
        Dataset::Workloads,
        Dataset::Locations,
        Dataset::Partners,
        Dataset::Customers,
        Dataset::Exams,
        Dataset::FxRates,
        Dataset::Associations,
        Dataset::Revenue,
        Dataset::SeatChanges,
        Dataset::Subscriptions,
        Dataset::Usage,
        Dataset::Instances,
        Dataset::Surveys,
        Dataset::Certifications,
    ];

    /// The name DATA.md gives it, such as `seat_changes`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Dataset::Products => "products",
            Dataset::Workloads => "workloads",
            Dataset::Locations => "locations",
            Dataset::Partners => "partners",
            Dataset::Customers => "customers",
            Dataset::Exams => "exams",
            Dataset::FxRates => "fx_rates",
            Dataset::Associations => "associations",
            Dataset::Revenue => "revenue",
            Dataset::SeatChanges => "seat_changes",
            Dataset::Subscriptions => "subscriptions",
            Dataset::Usage => "usage",
            Dataset::Instances => "instances",
            Dataset::Surveys => "surveys",
            Dataset::Certifications => "certifications",
        }
    }

    /// Whether it is reference data, upserted by key; the others hold facts, which come in batches.
    #[must_use]
    pub const fn is_reference(self) -> bool {
        // The references stand first, in the order of DATA.md.
        (self as u8) <= (Dataset::Associations as u8)
    }

    /// Its columns in DATA.md's order.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Dataset::Products => row::ProductRow::COLUMNS,
            Dataset::Workloads => row::WorkloadRow::COLUMNS,
            Dataset::Locations => row::LocationRow::COLUMNS,
            Dataset::Partners => row::PartnerRow::COLUMNS,
            Dataset::Customers => row::CustomerRow::COLUMNS,
            Dataset::Exams => row::ExamRow::COLUMNS,
            Dataset::FxRates => row::FxRateRow::COLUMNS,
            Dataset::Associations => row::AssociationRow::COLUMNS,
            Dataset::Revenue => row::RevenueRow::COLUMNS,
            Dataset::SeatChanges => row::SeatChangeRow::COLUMNS,
            Dataset::Subscriptions => row::SubscriptionRow::COLUMNS,
            Dataset::Usage => row::UsageRow::COLUMNS,
            Dataset::Instances => row::InstanceRow::COLUMNS,
            Dataset::Surveys => row::SurveyRow::COLUMNS,
            Dataset::Certifications => row::CertificationRow::COLUMNS,
        }
    }

    /// Where a column of this name stands among [`Dataset::columns`].
    pub(crate) fn position(self, column: &str) -> Option<usize> {
        self.columns().iter().position(|known| known.name == column)
    }

    /// The first column that must be there and is not among these positions.
    pub(crate) fn missing_column(self, positions: &[usize]) -> Option<&'static str> {
        let mut columns = self.columns().iter().enumerate();
        let missing =
            columns.find(|(position, column)| !column.optional && !positions.contains(position));
        missing.map(|(_, column)| column.name)
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no dataset has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no dataset {name:?}; the datasets are: {}", names())]
pub struct UnknownDataset {
    pub name: String,
}

impl FromStr for Dataset {
    type Err = UnknownDataset;

    fn from_str(name: &str) -> Result<Dataset, UnknownDataset> {
        let known = Dataset::ALL
            .into_iter()
            .find(|dataset| dataset.name() == name);
        known.ok_or_else(|| UnknownDataset {
            name: name.to_owned(),
        })
    }
}

fn names() -> String {
    Dataset::ALL.map(Dataset::name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_first_and_every_name_reads_back() {
        assert!(Dataset::ALL.is_sorted());
        assert_eq!(
            Dataset::ALL
                .iter()
                .filter(|dataset| dataset.is_reference())
                .count(),
            8
        );
        for dataset in Dataset::ALL {
            assert_eq!(dataset.name().parse(), Ok(dataset));
            assert!(dataset.columns().len() <= MAX_COLUMNS, "{dataset}");
        }
        let error = "seats".parse::<Dataset>().unwrap_err().to_string();
        assert!(
            error.contains("\"seats\"") && error.contains("seat_changes"),
            "{error}"
        );
    }

    /// The columns as DATA.md's tables write them.
    #[test]
    fn columns_are_those_of_the_contract() {
        let table = [
            "products: product_id, name",
            "workloads: workload_id, product_id, name",
            "locations: location_id, parent_id?, name",
            "partners: partner_id, name, country, partner_type?, tier?, group_id?",
            "customers: customer_id, location_id, name?",
            "exams: exam_id, workload_id, counts_until?",
            "fx_rates: currency, rate_date, rate",
            "associations: customer_id, partner_id, association_type, workload_id?, starts_on, ends_on?",
            "revenue: event_id, customer_id, product_id, workload_id?, license_type, occurred_on, amount, currency, \
             counts_as_new?",
            "seat_changes: event_id, customer_id, product_id, workload_id?, license_type, occurred_on, seats_added, \
             seats_lost, paid?",
            "subscriptions: subscription_id, customer_id, product_id, workload_id?, status, seats_assigned, \
             observed_on",
            "usage: customer_id, user_id, product_id, workload_id?, active_on",
            "instances: customer_id, product_id, workload_id?, production_instances, observed_on",
            "surveys: response_id, customer_id, product_id, workload_id?, responded_on, score",
            "certifications: person_id, partner_id, exam_id, passed_on, expires_on?",
        ];
        let ours = Dataset::ALL.map(|dataset| {
            let columns = dataset.columns().iter();
            let columns: Vec<_> = columns
                .map(|column| format!("{}{}", column.name, if column.optional { "?" } else { "" }))
                .collect();
            format!("{dataset}: {}", columns.join(", "))
        });
        assert_eq!(ours.as_slice(), table);
    }
}
