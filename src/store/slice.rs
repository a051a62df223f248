//! Slices: pairs of an offering and a location that some snapshot has a scorecard in.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::slice::{Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::StoreError;
use super::loader::{Rows, SharedError};
use super::location::LocationKey;
use super::offering::OfferingKey;

pub use entity::slice::Model as Slice;

/// A slice by the number that scorecards refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SliceKey(pub i32);

/// A slice by what it is: nothing is found where no snapshot has a scorecard in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SliceOf {
    pub offering: OfferingKey,
    pub location: LocationKey,
}

impl Loader<SliceKey> for Rows {
    type Value = Slice;
    type Error = SharedError;

    async fn load(&self, keys: &[SliceKey]) -> Result<HashMap<SliceKey, Slice>, SharedError> {
        let select = Entity::find().filter(Column::Id.is_in(keys.iter().map(|key| key.0)));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|slice| (SliceKey(slice.id), slice))
            .collect())
    }
}

impl Loader<SliceOf> for Rows {
    type Value = Slice;
    type Error = SharedError;

    async fn load(&self, keys: &[SliceOf]) -> Result<HashMap<SliceOf, Slice>, SharedError> {
        let columns =
            [Column::Offering, Column::Location].map(|column| Expr::col(column.as_column_ref()));
        let pairs = keys.iter().map(|key| (key.offering.0, key.location.0));
        let select = Entity::find().filter(Expr::tuple(columns).in_tuples(pairs));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        let key = |slice: &Slice| SliceOf {
            offering: OfferingKey(slice.offering),
            location: LocationKey(slice.location),
        };
        Ok(found
            .into_iter()
            .map(|slice| (key(&slice), slice))
            .collect())
    }
}
