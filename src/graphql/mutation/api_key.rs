//! Making, replacing and revoking API keys.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, TimeDelta, Utc};

use super::{actor, run};
use crate::clock;
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::reader::reader;
use crate::graphql::scope::check_keys;
use crate::graphql::types::api_key::ApiKey;
use crate::graphql::types::viewer::{Export, Role};
use crate::service::identity::{KeyError, KeyRequest, create_key, revoke_key, rotate_key};
use crate::store::api_key::{ApiKeyKey, Named};

/// The longest overlap: a year.
const OVERLAP_HOURS_MAX: i32 = 8784;

#[derive(Clone, Copy, Debug, Default)]
pub struct ApiKeyMutation;

/// A key to be made.
#[derive(InputObject, Clone, Debug)]
pub struct CreateApiKeyInput {
    /// What people call it: 1 to 128 letters.
    name: String,
    /// What its holder may do.
    role: Role,
    /// The sender's ids of the partners that a key of the role PARTNER stands for; not given for the other roles.
    #[graphql(default)]
    partner_ids: Vec<String>,
    /// The exports that a key of the role INTEGRATOR may take; not given for the other roles.
    #[graphql(default)]
    exports: Vec<Export>,
    /// From when on it is refused; absent for a key without an end.
    expires_at: Option<DateTime<Utc>>,
}

/// A key that has just been made.
#[derive(SimpleObject, Clone, Debug)]
pub struct CreateApiKeyPayload {
    /// What is kept of it.
    api_key: ApiKey,
    /// The key itself. It is shown this once.
    secret: String,
}

/// Which key is replaced.
#[derive(InputObject, Clone, Debug)]
pub struct RotateApiKeyInput {
    /// The global id of the key that is replaced.
    id: ID,
    /// For how many hours the old key goes on working: 0 to 8784.
    #[graphql(default = 24)]
    overlap_hours: i32,
}

/// A key that has just been made in place of another one.
#[derive(SimpleObject, Clone, Debug)]
pub struct RotateApiKeyPayload {
    /// What is kept of the new key.
    api_key: ApiKey,
    /// The new key itself. It is shown this once.
    secret: String,
}

/// Which key is revoked.
#[derive(InputObject, Clone, Debug)]
pub struct RevokeApiKeyInput {
    /// The key's global id.
    id: ID,
}

/// A key that is refused from now on.
#[derive(SimpleObject, Clone, Debug)]
pub struct RevokeApiKeyPayload {
    /// What is kept of it.
    api_key: ApiKey,
}

// The fields are nullable, as those of all changes: were they not, the failure of one would take the answers to those before
// it along, with secrets that are shown once.
/// Changes of API keys. For admins.
#[Object]
impl ApiKeyMutation {
    /// Makes an API key. For admins.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key to be made.")] input: CreateApiKeyInput,
    ) -> Nullable<CreateApiKeyPayload> {
        nullable(create(ctx, input).await.map(Some))
    }

    /// Makes an API key in place of another one, with its name, its rights and as long a life. For admins.
    async fn rotate_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key is replaced.")] input: RotateApiKeyInput,
    ) -> Nullable<RotateApiKeyPayload> {
        nullable(rotate(ctx, input).await.map(Some))
    }

    /// Revokes an API key: it is refused from now on. Revoking it again changes nothing. For admins.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key is revoked.")] input: RevokeApiKeyInput,
    ) -> Nullable<RevokeApiKeyPayload> {
        nullable(revoke(ctx, &input.id).await.map(Some))
    }
}

async fn create(
    ctx: &Context<'_>,
    input: CreateApiKeyInput,
) -> Result<CreateApiKeyPayload, Failure> {
    check_keys(ctx)?;
    let request = KeyRequest {
        name: input.name,
        role: input.role.into(),
        partner_ids: input.partner_ids,
        exports: input.exports.into_iter().map(Into::into).collect(),
        expires_at: input.expires_at,
    };
    let (db, by) = (reader(ctx).db.clone(), actor(ctx));
    let made = run(async move { create_key(&db, &by, request, clock::now()).await });
    let (key, secret) = made.await?;
    Ok(CreateApiKeyPayload {
        api_key: ApiKey(key),
        secret: secret.reveal().to_owned(),
    })
}

async fn rotate(
    ctx: &Context<'_>,
    input: RotateApiKeyInput,
) -> Result<RotateApiKeyPayload, Failure> {
    check_keys(ctx)?;
    let hours = input.overlap_hours;
    if !(0..=OVERLAP_HOURS_MAX).contains(&hours) {
        let message = format!("overlapHours is {hours}; it must be 0 to 8784");
        return Err(Failure::BadInput(message));
    }
    let key = Named::Number(key_of(&input.id)?);
    let overlap = TimeDelta::hours(hours.into());
    let (db, by) = (reader(ctx).db.clone(), actor(ctx));
    let made = run(async move { rotate_key(&db, &by, key, overlap, clock::now()).await });
    let (key, secret) = made.await?;
    Ok(RotateApiKeyPayload {
        api_key: ApiKey(key),
        secret: secret.reveal().to_owned(),
    })
}

async fn revoke(ctx: &Context<'_>, id: &ID) -> Result<RevokeApiKeyPayload, Failure> {
    check_keys(ctx)?;
    let key = Named::Number(key_of(id)?);
    let (db, by) = (reader(ctx).db.clone(), actor(ctx));
    let revoked = run(async move { revoke_key(&db, &by, key, clock::now()).await });
    let api_key = ApiKey(revoked.await?);
    Ok(RevokeApiKeyPayload { api_key })
}

fn key_of(id: &ID) -> Result<ApiKeyKey, Failure> {
    match GlobalId::decode(id) {
        Some(GlobalId::ApiKey(key)) => Ok(key),
        _ => Err(Failure::NotFound("id: there is no such API key".to_owned())),
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Failure {
        match error {
            KeyError::Store(error) => error.into(),
            KeyError::NotFound(_) => Failure::NotFound("id: there is no such API key".to_owned()),
            KeyError::UnknownPartner(_) => Failure::NotFound(error.to_string()),
            KeyError::Random(source) => Failure::server(source),
            refused => Failure::BadInput(refused.to_string()),
        }
    }
}
