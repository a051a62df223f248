//! Locations.

use async_graphql::{Context, Error, ID, Object};

use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::pagination::list_price;
use crate::graphql::reader::reader;
use crate::store::location::{Location as Row, LocationKey, LocationsUnder};

/// How many locations under another one are priced.
pub(in crate::graphql) const PRICED_LOCATIONS: usize = 20;

/// A location.
#[derive(Clone, Debug)]
pub struct Location(pub Row);

/// A node of the location tree: where customers are. Facts of a location count in every one above it, up to the world.
#[Object]
impl Location {
    /// The global id.
    pub async fn id(&self) -> ID {
        GlobalId::Location(LocationKey(self.0.id)).encode()
    }

    /// The sender's id; in the built-in tree a region's name (`europe`) or an ISO 3166-1 alpha-2 country (`FR`).
    async fn location_id(&self) -> &str {
        &self.0.location_id
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The location above it; null directly under the world.
    async fn parent(&self, ctx: &Context<'_>) -> Nullable<Location> {
        nullable(self.above(ctx).await)
    }

    /// The locations directly under it, by their ids.
    #[graphql(complexity = "list_price(PRICED_LOCATIONS, child_complexity)")]
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Location>, Error> {
        Ok(locations_under(ctx, LocationKey(self.0.id)).await?)
    }
}

impl Location {
    async fn above(&self, ctx: &Context<'_>) -> Result<Option<Location>, Failure> {
        match self.0.parent.map(LocationKey) {
            None | Some(LocationKey::WORLD) => Ok(None),
            Some(parent) => reader(ctx).get(parent).await.map(Location).map(Some),
        }
    }
}

/// The locations directly under one, by their ids.
pub(in crate::graphql) async fn locations_under(
    ctx: &Context<'_>,
    parent: LocationKey,
) -> Result<Vec<Location>, Failure> {
    let found = reader(ctx).get(LocationsUnder(parent)).await?;
    Ok(found.into_iter().map(Location).collect())
}
