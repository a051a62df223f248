//! Whatever has a global id.

use async_graphql::{Context, ID, Interface};

use super::api_key::ApiKey;
use super::batch::Batch;
use super::job_run::JobRun;
use super::location::Location;
use super::partner::Partner;
use super::product::{Product, Workload};
use super::scorecard::Scorecard;
use super::snapshot::Snapshot;
use crate::graphql::error::Failure;
use crate::graphql::global_id::GlobalId;
use crate::graphql::reader::reader;
use crate::graphql::scope::{Scope, scope_of};
use crate::store::location::LocationKey;
use crate::store::partner::PartnerKey;
use crate::store::snapshot::SnapshotKey;

/// Whatever has a global id.
#[derive(Interface, Clone, Debug)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The global id: opaque, and the same for as long as the thing exists."
))]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, on its way to an answer"
)]
pub enum Node {
    ApiKey(ApiKey),
    Batch(Batch),
    JobRun(JobRun),
    Location(Location),
    Partner(Partner),
    Product(Product),
    Scorecard(Scorecard),
    Snapshot(Snapshot),
    Workload(Workload),
}

/// What a global id stands for. What does not exist, is hidden from whoever asks, is not published or was never an id all
/// look the same.
pub(in crate::graphql) async fn find_node(
    ctx: &Context<'_>,
    id: &ID,
) -> Result<Option<Node>, Failure> {
    let reader = reader(ctx);
    let Some(id) = GlobalId::decode(id) else {
        return Ok(None);
    };
    Ok(match id {
        GlobalId::Partner(key) => reader.find(key).await?.map(|row| Partner(row).into()),
        GlobalId::Product(key) => {
            let found = reader.find(key).await?;
            let found =
                found.filter(|row| !row.product_id.is_empty() && row.workload_id.is_empty());
            found.map(|row| Product(row).into())
        }
        GlobalId::Workload(key) => {
            let found = reader
                .find(key)
                .await?
                .filter(|row| !row.workload_id.is_empty());
            found.map(|row| Workload(row).into())
        }
        GlobalId::Location(LocationKey::WORLD) => None,
        GlobalId::Location(key) => reader.find(key).await?.map(|row| Location(row).into()),
        GlobalId::Snapshot { key, previewed } => {
            let scope = find_view(ctx, key, previewed).await?;
            scope.map(|scope| Snapshot::new(scope).into())
        }
        GlobalId::Scorecard { key, is_preview } => {
            let previewed = is_preview.then_some(key.partner);
            let Some(scope) = find_view(ctx, key.snapshot, previewed).await? else {
                return Ok(None);
            };
            let found = reader.find(key).await?;
            found.map(|row| Scorecard::new(row, scope, None).into())
        }
        GlobalId::JobRun(key) => reader.find(key).await?.map(|row| JobRun(row).into()),
        GlobalId::ApiKey(key) => reader.find(key).await?.map(|row| ApiKey(row).into()),
        GlobalId::Batch(key) => reader.find(key).await?.map(|row| Batch(row).into()),
    })
}

/// A snapshot as whoever asks sees it, or as a partner's preview shows it.
async fn find_view(
    ctx: &Context<'_>,
    key: SnapshotKey,
    previewed: Option<PartnerKey>,
) -> Result<Option<Scope>, Failure> {
    let reader = reader(ctx);
    let Some(snapshot) = reader.find(key).await? else {
        return Ok(None);
    };
    let scope = scope_of(ctx, snapshot.into());
    let Some(partner) = previewed else {
        return Ok(Some(scope));
    };
    let partner = reader.find(partner).await?;
    Ok(partner.and_then(|row| scope.preview(PartnerKey(row.id))))
}
