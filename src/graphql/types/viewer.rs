//! Whoever asks.

use async_graphql::{Context, Enum, Object};
use chrono::{DateTime, Utc};

use super::partner::Partner;
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::reader::reader;
use crate::service::identity;
use crate::store::api_key as store;

/// What someone may do.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "store::Role")]
pub enum Role {
    /// Everything.
    Admin,
    /// Data and jobs, and no partner's figures.
    Operator,
    /// Reads every partner, exactly.
    Analyst,
    /// Reads its own scorecards, and of its peers what the release rules allow.
    Partner,
    /// Takes the exports that it is allowed.
    Integrator,
}

/// What can be exported.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "identity::Export")]
pub enum Export {
    /// One row for each scorecard.
    Scorecards,
    /// One row for each band that is not empty.
    PeerBands,
}

/// Whoever asks.
#[derive(Clone, Copy, Debug)]
pub struct Viewer;

/// Whoever asks, and what they may do.
#[Object]
impl Viewer {
    /// What people call them: the name of an API key, for one.
    async fn name<'a>(&self, ctx: &Context<'a>) -> &'a str {
        reader(ctx).principal().who().name()
    }

    /// What they may do.
    async fn role(&self, ctx: &Context<'_>) -> Role {
        reader(ctx).principal().role().into()
    }

    /// The partners that one of the role PARTNER stands for, by their ids; empty for the other roles.
    async fn partners(&self, ctx: &Context<'_>) -> Nullable<Vec<Partner>> {
        nullable(partners(ctx).await.map(Some))
    }

    /// The exports that one of the role INTEGRATOR may take; empty for the other roles.
    async fn exports(&self, ctx: &Context<'_>) -> Vec<Export> {
        let exports = reader(ctx).principal().exports();
        exports.iter().map(|export| (*export).into()).collect()
    }

    /// Until when they are recognised; null without an end.
    async fn expires_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        reader(ctx).principal().expires_at()
    }
}

async fn partners(ctx: &Context<'_>) -> Result<Vec<Partner>, Failure> {
    let reader = reader(ctx);
    let keys = reader.principal().partners().iter().map(|(key, _)| *key);
    let rows = futures_util::future::try_join_all(keys.map(|key| reader.get(key))).await?;
    let partners = rows.into_iter().map(Partner);
    Ok(partners.collect())
}
