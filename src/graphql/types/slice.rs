//! Slices, and the filters a person picks to name one.

use async_graphql::{Context, Error, InputObject, Object};

use super::location::Location;
use super::product::{Product, Workload, product_of};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::reader::reader;
use crate::store::location::{LocationId, LocationKey};
use crate::store::offering::{OfferingKey, ProductId, WorkloadId};
use crate::store::slice::{SliceKey, SliceOf};

/// Names a slice by the sender's ids. Nothing given means everything, in the whole world.
#[derive(InputObject, Clone, Debug, Default, PartialEq, Eq)]
pub struct SliceFilter {
    /// A product_id: one whole product. Absent or null: all products.
    product: Option<String>,
    /// A workload_id: one workload. Its product need not be given; if it is, the workload must belong to it.
    workload: Option<String>,
    /// A location_id: the customers there and below. Absent or null: the whole world.
    location: Option<String>,
}

impl SliceFilter {
    /// The slice that is meant.
    pub(in crate::graphql) async fn resolve(&self, ctx: &Context<'_>) -> Result<SliceOf, Failure> {
        let (product, workload) = (self.product.as_deref(), self.workload.as_deref());
        let offering = resolve_offering(ctx, "slice.", product, workload).await?;
        let mut location = LocationKey::WORLD;
        if let Some(id) = &self.location {
            let found = reader(ctx).find(LocationId(id.clone())).await?;
            location = LocationKey(found.ok_or_else(|| unknown("slice.", "location", id))?.id);
        }
        Ok(SliceOf { offering, location })
    }
}

/// The offering that the sender's ids name: everything where they name nothing. Errors name the argument as a part of
/// `place`.
pub(super) async fn resolve_offering(
    ctx: &Context<'_>,
    place: &str,
    product: Option<&str>,
    workload: Option<&str>,
) -> Result<OfferingKey, Failure> {
    let reader = reader(ctx);
    let mut offering = OfferingKey::EVERYTHING;
    if let Some(id) = product {
        let product = reader.find(ProductId(id.to_owned())).await?;
        offering = OfferingKey(product.ok_or_else(|| unknown(place, "product", id))?.id);
    }
    if let Some(id) = workload {
        let workload = reader.find(WorkloadId(id.to_owned())).await?;
        let workload = workload.ok_or_else(|| unknown(place, "workload", id))?;
        if let Some(product) = product.filter(|product| *product != workload.product_id) {
            let message = format!(
                "{place}workload: {id:?} is no workload of product {product:?}; leave one out"
            );
            return Err(Failure::BadInput(message));
        }
        offering = OfferingKey(workload.id);
    }
    Ok(offering)
}

fn unknown(place: &str, argument: &str, id: &str) -> Failure {
    Failure::NotFound(format!("{place}{argument}: there is no {argument} {id:?}"))
}

/// A slice.
#[derive(Clone, Copy, Debug)]
pub struct Slice(SliceKey);

impl Slice {
    pub(super) fn new(key: SliceKey) -> Slice {
        Slice(key)
    }

    async fn parts(self, ctx: &Context<'_>) -> Result<SliceOf, Failure> {
        let row = reader(ctx).get(self.0).await?;
        Ok(SliceOf {
            offering: OfferingKey(row.offering),
            location: LocationKey(row.location),
        })
    }

    async fn find_product(self, ctx: &Context<'_>) -> Result<Option<Product>, Failure> {
        let offering = self.parts(ctx).await?.offering;
        if offering == OfferingKey::EVERYTHING {
            return Ok(None);
        }
        let offering = reader(ctx).get(offering).await?;
        if offering.workload_id.is_empty() {
            return Ok(Some(Product(offering)));
        }
        product_of(ctx, &offering).await.map(Some)
    }

    async fn find_workload(self, ctx: &Context<'_>) -> Result<Option<Workload>, Failure> {
        let offering = reader(ctx).get(self.parts(ctx).await?.offering).await?;
        Ok((!offering.workload_id.is_empty()).then_some(Workload(offering)))
    }

    async fn find_location(self, ctx: &Context<'_>) -> Result<Option<Location>, Failure> {
        match self.parts(ctx).await?.location {
            LocationKey::WORLD => Ok(None),
            location => reader(ctx).get(location).await.map(Location).map(Some),
        }
    }
}

/// One offering at one location: what a scorecard is about.
#[Object]
impl Slice {
    /// The product; null for everything.
    async fn product(&self, ctx: &Context<'_>) -> Nullable<Product> {
        nullable(self.find_product(ctx).await)
    }

    /// The workload; null for everything and for a whole product.
    async fn workload(&self, ctx: &Context<'_>) -> Nullable<Workload> {
        nullable(self.find_workload(ctx).await)
    }

    /// The location; null for the whole world.
    async fn location(&self, ctx: &Context<'_>) -> Nullable<Location> {
        nullable(self.find_location(ctx).await)
    }

    /// The slice in words, such as `Contoso Cloud · Analytics · France`.
    async fn name(&self, ctx: &Context<'_>) -> Result<String, Error> {
        let product = self.find_product(ctx).await?.map(|product| product.0.name);
        let workload = self
            .find_workload(ctx)
            .await?
            .map(|workload| workload.0.name);
        let location = self
            .find_location(ctx)
            .await?
            .map(|location| location.0.name);
        let offering = product.unwrap_or_else(|| "Everything".to_owned());
        let location = location.unwrap_or_else(|| "World".to_owned());
        let parts = std::iter::once(offering)
            .chain(workload)
            .chain(std::iter::once(location));
        Ok(parts.collect::<Vec<_>>().join(" · "))
    }
}
