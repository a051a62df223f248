//! API keys.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};

use super::partner::Partner;
use super::viewer::{Export, Role};
use crate::clock;
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::pagination::{Counted, PageArgs, Total, connection};
use crate::graphql::reader::reader;
use crate::graphql::scope::check_keys;
use crate::service::identity;
use crate::service::identity::key::works;
use crate::store::api_key::{ApiKey as Row, ApiKeyKey, count_keys, list_keys};

/// A key that is asked with.
#[derive(Clone, Debug)]
pub struct ApiKey(pub Row);

/// A key that programs and people ask with. The key itself is with whoever it was shown to.
#[Object]
impl ApiKey {
    /// The global id.
    pub async fn id(&self) -> ID {
        GlobalId::ApiKey(ApiKeyKey(self.0.row.id)).encode()
    }

    /// What people call it. Not unique: a key and the one that replaces it share it.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// What its holder may do.
    async fn role(&self) -> Role {
        self.0.row.role.into()
    }

    /// The partners that a key of the role PARTNER stands for, by their ids; empty for the other roles.
    async fn partners(&self, ctx: &Context<'_>) -> Nullable<Vec<Partner>> {
        let keys = self.0.partners.iter().map(|(key, _)| *key);
        let found = futures_util::future::try_join_all(keys.map(|key| reader(ctx).get(key))).await;
        nullable(found.map(|rows| {
            let partners = rows.into_iter().map(Partner);
            Some(partners.collect())
        }))
    }

    /// The exports that a key of the role INTEGRATOR may take; empty for the other roles.
    async fn exports(&self) -> Vec<Export> {
        let exports = identity::Export::list(&self.0.row.exports);
        exports.into_iter().map(Into::into).collect()
    }

    /// How the key begins, to tell keys apart by.
    async fn prefix(&self) -> &str {
        &self.0.row.prefix
    }

    /// Whether it is let in now.
    async fn works(&self) -> bool {
        works(&self.0.row, clock::now())
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.row.created_at
    }

    /// From when on it is refused; null for a key without an end.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.row.expires_at
    }

    /// When it was last used, to the minute; null where it has not been.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.row.last_used_at
    }

    /// When it was revoked; null where it has not been.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.row.revoked_at
    }

    /// The key that was made in its place; null where there is none.
    async fn replaced_by(&self, ctx: &Context<'_>) -> Nullable<ApiKey> {
        let key = ApiKeyKey(self.0.row.replaced_by?);
        nullable(reader(ctx).find(key).await.map(|found| found.map(ApiKey)))
    }
}

/// One page of the keys, the newest first.
pub(in crate::graphql) async fn page_of_keys(
    ctx: &Context<'_>,
    page: PageArgs,
) -> Result<Counted<ApiKey>, Failure> {
    const ORDER: &str = "apiKeys";
    check_keys(ctx)?;
    let reader = reader(ctx);
    let page = page.page(reader.limits(), ORDER)?;
    let rows = list_keys(&reader.db, &page).await?;
    let db = reader.db.clone();
    let total = Total::new(move || {
        let db = db.clone();
        async move { count_keys(&db).await }
    });
    Ok(connection(rows, ORDER, total, ApiKey))
}
