//! Customers.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::customer::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::StoreError;
use super::loader::{Rows, SharedError};

pub use entity::customer::Model as Customer;

/// A customer by the number that facts refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CustomerKey(pub i32);

impl Loader<CustomerKey> for Rows {
    type Value = Customer;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[CustomerKey],
    ) -> Result<HashMap<CustomerKey, Customer>, SharedError> {
        let select = Entity::find().filter(Column::Id.is_in(keys.iter().map(|key| key.0)));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|customer| (CustomerKey(customer.id), customer))
            .collect())
    }
}
