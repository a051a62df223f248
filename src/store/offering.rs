//! Everything, the products and their workloads.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::offering::{Column, EVERYTHING, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::loader::{Rows, SharedError};
use super::{Db, StoreError};

pub use entity::offering::Model as Offering;

/// An offering by the number that slices refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OfferingKey(pub i32);

impl OfferingKey {
    pub const EVERYTHING: OfferingKey = OfferingKey(EVERYTHING);
}

/// A product by the id of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProductId(pub String);

/// A workload by the id of the contract, which is unique over all products.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorkloadId(pub String);

/// The workloads of a product.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorkloadsOf(pub ProductId);

/// Every product, by its id.
///
/// # Errors
/// Where the database fails.
pub async fn list_products(db: &Db) -> Result<Vec<Offering>, StoreError> {
    let select = Entity::find()
        .filter(Column::ProductId.ne(""))
        .filter(Column::WorkloadId.eq(""))
        .order_by_asc(Column::ProductId);
    Ok(select.all(db.read()).await?)
}

/// Every workload, by its product's id, then its own.
///
/// # Errors
/// Where the database fails.
pub async fn list_workloads(db: &Db) -> Result<Vec<Offering>, StoreError> {
    let select = Entity::find()
        .filter(Column::WorkloadId.ne(""))
        .order_by_asc(Column::ProductId)
        .order_by_asc(Column::WorkloadId);
    Ok(select.all(db.read()).await?)
}

impl Loader<OfferingKey> for Rows {
    type Value = Offering;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[OfferingKey],
    ) -> Result<HashMap<OfferingKey, Offering>, SharedError> {
        let select = Entity::find().filter(Column::Id.is_in(keys.iter().map(|key| key.0)));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|offering| (OfferingKey(offering.id), offering))
            .collect())
    }
}

impl Loader<ProductId> for Rows {
    type Value = Offering;
    type Error = SharedError;

    async fn load(&self, keys: &[ProductId]) -> Result<HashMap<ProductId, Offering>, SharedError> {
        let select = Entity::find()
            .filter(Column::ProductId.is_in(keys.iter().map(|key| key.0.as_str())))
            .filter(Column::ProductId.ne(""))
            .filter(Column::WorkloadId.eq(""));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|product| (ProductId(product.product_id.clone()), product))
            .collect())
    }
}

impl Loader<WorkloadId> for Rows {
    type Value = Offering;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[WorkloadId],
    ) -> Result<HashMap<WorkloadId, Offering>, SharedError> {
        let ids = keys.iter().map(|key| key.0.as_str());
        let select = Entity::find()
            .filter(Column::WorkloadId.is_in(ids))
            .filter(Column::WorkloadId.ne(""));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|workload| (WorkloadId(workload.workload_id.clone()), workload))
            .collect())
    }
}

impl Loader<WorkloadsOf> for Rows {
    type Value = Vec<Offering>;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[WorkloadsOf],
    ) -> Result<HashMap<WorkloadsOf, Vec<Offering>>, SharedError> {
        let products = keys.iter().map(|key| key.0.0.as_str());
        let select = Entity::find()
            .filter(Column::ProductId.is_in(products))
            .filter(Column::WorkloadId.ne(""))
            .order_by_asc(Column::WorkloadId);
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        let mut workloads: HashMap<WorkloadsOf, Vec<Offering>> =
            keys.iter().map(|key| (key.clone(), Vec::new())).collect();
        for workload in found {
            let product = WorkloadsOf(ProductId(workload.product_id.clone()));
            workloads.entry(product).or_default().push(workload);
        }
        Ok(workloads)
    }
}
