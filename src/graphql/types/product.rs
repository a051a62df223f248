//! Products and workloads.

use async_graphql::{Context, Error, ID, Object};

use crate::graphql::error::Failure;
use crate::graphql::global_id::GlobalId;
use crate::graphql::pagination::list_price;
use crate::graphql::reader::reader;
use crate::store::offering::{Offering, OfferingKey, ProductId, WorkloadsOf};

/// How many workloads a product is priced at.
const PRICED_WORKLOADS: usize = 20;

/// A product.
#[derive(Clone, Debug)]
pub struct Product(pub Offering);

/// Something that is sold, made of workloads.
#[Object]
impl Product {
    /// The global id.
    pub async fn id(&self) -> ID {
        GlobalId::Product(OfferingKey(self.0.id)).encode()
    }

    /// The sender's id.
    async fn product_id(&self) -> &str {
        &self.0.product_id
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its workloads, by their ids.
    #[graphql(complexity = "list_price(PRICED_WORKLOADS, child_complexity)")]
    async fn workloads(&self, ctx: &Context<'_>) -> Result<Vec<Workload>, Error> {
        let product = ProductId(self.0.product_id.clone());
        let found = reader(ctx).get(WorkloadsOf(product)).await?;
        Ok(found.into_iter().map(Workload).collect())
    }
}

/// A workload.
#[derive(Clone, Debug)]
pub struct Workload(pub Offering);

/// A use that a product is put to. It belongs to one product, for good.
#[Object]
impl Workload {
    /// The global id.
    pub async fn id(&self) -> ID {
        GlobalId::Workload(OfferingKey(self.0.id)).encode()
    }

    /// The sender's id, unique over all products.
    async fn workload_id(&self) -> &str {
        &self.0.workload_id
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The product it belongs to.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Error> {
        Ok(product_of(ctx, &self.0).await?)
    }
}

/// The product that a workload belongs to.
pub(super) async fn product_of(ctx: &Context<'_>, workload: &Offering) -> Result<Product, Failure> {
    let product = ProductId(workload.product_id.clone());
    reader(ctx).get(product).await.map(Product)
}
