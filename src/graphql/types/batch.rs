//! Batches.

use async_graphql::{Context, Enum, Error, ID, Object};
use chrono::{DateTime, Utc};

use crate::graphql::error::Failure;
use crate::graphql::global_id::GlobalId;
use crate::graphql::pagination::{Counted, PageArgs, Total, connection};
use crate::graphql::reader::reader;
use crate::graphql::scalars::Count;
use crate::graphql::scope::check_operations;
use crate::store::StoreError;
use crate::store::batch::{Batch as Row, BatchKey, count_batches, list_batches};

/// What the rows of a batch are.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dataset {
    /// Reference data: products.
    Products,
    /// Reference data: workloads.
    Workloads,
    /// Reference data: the location tree.
    Locations,
    /// Reference data: partners.
    Partners,
    /// Reference data: customers.
    Customers,
    /// Reference data: exams and the workloads they count for.
    Exams,
    /// Reference data: rates to the reporting currency.
    FxRates,
    /// Reference data: associations of partners with customers.
    Associations,
    /// Facts: revenue.
    Revenue,
    /// Facts: seats added and lost.
    SeatChanges,
    /// Facts: subscriptions and their assigned seats.
    Subscriptions,
    /// Facts: days on which users were active.
    Usage,
    /// Facts: production instances.
    Instances,
    /// Facts: survey responses.
    Surveys,
    /// Facts: passes of exams.
    Certifications,
}

impl Dataset {
    /// The name of the contract.
    pub(in crate::graphql) fn name(self) -> &'static str {
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

    fn named(name: &str) -> Option<Dataset> {
        let mut items = <Dataset as async_graphql::resolver_utils::EnumType>::items().iter();
        items
            .find(|item| item.value.name() == name)
            .map(|item| item.value)
    }
}

/// A stored batch.
#[derive(Clone, Debug)]
pub struct Batch(pub Row);

/// A stored batch of facts, or the name of an upload of reference data.
#[Object]
impl Batch {
    /// The global id.
    pub async fn id(&self) -> ID {
        GlobalId::Batch(BatchKey(self.0.id)).encode()
    }

    /// What its rows are.
    #[allow(clippy::unused_async, reason = "fields are async")]
    async fn dataset(&self) -> Result<Dataset, Error> {
        let name = &self.0.dataset;
        let unknown = || {
            StoreError::Corrupt(format!(
                "batch {} is of an unknown dataset {name}",
                self.0.id
            ))
        };
        Ok(Dataset::named(name)
            .ok_or_else(unknown)
            .map_err(Failure::from)?)
    }

    /// The sender's id, unique within its dataset.
    async fn batch_id(&self) -> &str {
        &self.0.batch_id
    }

    /// Its place in the commit order: of the rows of one key, that of the greatest counts.
    async fn sequence(&self) -> Count {
        self.0.sequence.into()
    }

    /// How many rows are stored.
    async fn row_count(&self) -> Count {
        self.0.rows.into()
    }

    /// How many rows were left out because they could not be taken.
    async fn rejected_count(&self) -> Count {
        self.0.rejected.into()
    }

    /// When it was stored.
    async fn committed_at(&self) -> DateTime<Utc> {
        self.0.committed_at
    }
}

/// One page of the batches of a dataset, or of all, the one committed last first.
pub(in crate::graphql) async fn page_of_batches(
    ctx: &Context<'_>,
    dataset: Option<Dataset>,
    page: PageArgs,
) -> Result<Counted<Batch>, Failure> {
    const ORDER: &str = "batches";
    check_operations(ctx)?;
    let reader = reader(ctx);
    let dataset = dataset.map(Dataset::name);
    let page = page.page(reader.limits(), ORDER)?;
    let rows = list_batches(&reader.db, dataset, &page).await?;
    let db = reader.db.clone();
    let total = Total::new(move || {
        let db = db.clone();
        async move { count_batches(&db, dataset).await }
    });
    Ok(connection(rows, ORDER, total, Batch))
}
