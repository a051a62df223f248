//! The location tree.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::location::{Column, Entity, WORLD};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::loader::{Rows, SharedError};
use super::{Db, StoreError};

pub use entity::location::Model as Location;

/// A location by the number that slices refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocationKey(pub i32);

impl LocationKey {
    pub const WORLD: LocationKey = LocationKey(WORLD);
}

/// A location by the id of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LocationId(pub String);

/// The locations directly under one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocationsUnder(pub LocationKey);

/// Every location of the tree in use but the world, by its id.
///
/// # Errors
/// Where the database fails.
pub async fn list_locations(db: &Db) -> Result<Vec<Location>, StoreError> {
    let select = Entity::find()
        .filter(Column::Retired.eq(false))
        .filter(Column::Id.ne(WORLD))
        .order_by_asc(Column::LocationId);
    Ok(select.all(db.read()).await?)
}

impl Loader<LocationKey> for Rows {
    type Value = Location;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[LocationKey],
    ) -> Result<HashMap<LocationKey, Location>, SharedError> {
        let select = Entity::find().filter(Column::Id.is_in(keys.iter().map(|key| key.0)));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|location| (LocationKey(location.id), location))
            .collect())
    }
}

impl Loader<LocationId> for Rows {
    type Value = Location;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[LocationId],
    ) -> Result<HashMap<LocationId, Location>, SharedError> {
        let ids = keys.iter().map(|key| key.0.as_str());
        let select = Entity::find()
            .filter(Column::Retired.eq(false))
            .filter(Column::LocationId.is_in(ids))
            .filter(Column::Id.ne(WORLD));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|location| (LocationId(location.location_id.clone()), location))
            .collect())
    }
}

impl Loader<LocationsUnder> for Rows {
    type Value = Vec<Location>;
    type Error = SharedError;

    async fn load(
        &self,
        keys: &[LocationsUnder],
    ) -> Result<HashMap<LocationsUnder, Vec<Location>>, SharedError> {
        let select = Entity::find()
            .filter(Column::Retired.eq(false))
            .filter(Column::Parent.is_in(keys.iter().map(|key| key.0.0)))
            .order_by_asc(Column::LocationId);
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        let mut under: HashMap<LocationsUnder, Vec<Location>> =
            keys.iter().map(|key| (*key, Vec::new())).collect();
        for location in found {
            if let Some(parent) = location.parent {
                under
                    .entry(LocationsUnder(LocationKey(parent)))
                    .or_default()
                    .push(location);
            }
        }
        Ok(under)
    }
}
