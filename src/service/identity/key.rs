//! Making, replacing and revoking API keys.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::secret::Secret;
use crate::service::audit::{Actor, Change};
use crate::service::export::Export;
use crate::store::api_key::{self as store, ApiKey, ApiKeyKey, ApiKeyRow, Named, NewApiKey, Role};
use crate::store::partner::{PartnerKey, find_partners};
use crate::store::{Db, StoreError, Transaction};

/// The most letters of a key's name.
const NAME_MAX: usize = 128;

/// What is to be made.
#[derive(Clone, Debug)]
pub struct KeyRequest {
    pub name: String,
    pub role: Role,
    /// The sender's ids; for the role `partner`, and for it alone.
    pub partner_ids: Vec<String>,
    /// For the role `integrator`, and for it alone.
    pub exports: Vec<Export>,
    /// None for a key without an end.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Why a key was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the name must have 1 to {NAME_MAX} letters, and no control characters")]
    Name,
    #[error("a key of the role partner names at least one partner; the other roles name none")]
    Partners,
    #[error("there is no partner {0:?}; take it in first (peerband ingest partners FILE)")]
    UnknownPartner(String),
    #[error("a key of the role integrator names at least one export; the other roles name none")]
    Exports,
    #[error("the key would end before it begins; name a later end")]
    Expired,
    #[error("there is no key {0:?}; peerband keys list shows them")]
    NotFound(String),
    #[error("{name:?} is the name of several keys; name one by its number: {numbers}")]
    Ambiguous { name: String, numbers: String },
    #[error("key {0} no longer works; make a new one")]
    Ended(i64),
    #[error("key {0} has been replaced already; rotate the one in its place, key {1}")]
    Replaced(i64, i64),
    #[error("the operating system has no random bits")]
    Random(#[source] std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a key works now.
#[must_use]
pub fn works(row: &ApiKeyRow, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_none() && row.expires_at.is_none_or(|end| now < end)
}

/// Makes a key. It is given this once; what is kept does not tell it.
///
/// # Errors
/// Where the request cannot be meant, or the store fails.
pub async fn create_key(
    db: &Db,
    by: &Actor,
    request: KeyRequest,
    now: DateTime<Utc>,
) -> Result<(ApiKey, Secret), KeyError> {
    request.check(now)?;
    let txn = db.begin().await?;
    let partners = known_partners(&txn, &request.partner_ids).await?;
    let exports: Vec<&str> = request.exports.iter().map(|export| export.name()).collect();
    let secret = Secret::new_key().map_err(KeyError::Random)?;
    let new = NewApiKey {
        name: request.name,
        role: request.role,
        exports: exports.join(","),
        partners,
        prefix: secret.prefix().to_owned(),
        hash: secret.hash(),
        created_at: now,
        expires_at: request.expires_at,
    };
    let key = store::insert_key(&txn, new).await?;
    record(by, &txn, now, "api_key.create", None, &key).await?;
    txn.commit().await.map_err(StoreError::from)?;
    Ok((key, secret))
}

/// Makes a key in place of another one, which goes on working for a while. The new one has the rights of the old one,
/// and as long a life.
///
/// # Errors
/// Where there is no such key or it no longer works, or the store fails.
pub async fn rotate_key(
    db: &Db,
    by: &Actor,
    named: Named<'_>,
    overlap: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(ApiKey, Secret), KeyError> {
    let txn = db.begin().await?;
    let old = find_one(&txn, &named, now).await?;
    if let Some(by) = old.row.replaced_by {
        return Err(KeyError::Replaced(old.row.id, by));
    }
    if !works(&old.row, now) {
        return Err(KeyError::Ended(old.row.id));
    }
    let life = old.row.expires_at.map(|end| end - old.row.created_at);
    let secret = Secret::new_key().map_err(KeyError::Random)?;
    let new = NewApiKey {
        name: old.row.name.clone(),
        role: old.row.role,
        exports: old.row.exports.clone(),
        partners: old.partners.iter().map(|(key, _)| *key).collect(),
        prefix: secret.prefix().to_owned(),
        hash: secret.hash(),
        created_at: now,
        expires_at: life.map(|life| now + life),
    };
    let key = store::insert_key(&txn, new).await?;
    let end = now + overlap.max(TimeDelta::zero());
    let end = old.row.expires_at.map_or(end, |earlier| earlier.min(end));
    let (number, in_place) = (ApiKeyKey(old.row.id), ApiKeyKey(key.row.id));
    store::replace_key(&txn, number, in_place, end).await?;
    let mut replaced = old.clone();
    replaced.row.expires_at = Some(end);
    replaced.row.replaced_by = Some(key.row.id);
    record(by, &txn, now, "api_key.create", None, &key).await?;
    record(by, &txn, now, "api_key.rotate", Some(&old), &replaced).await?;
    txn.commit().await.map_err(StoreError::from)?;
    Ok((key, secret))
}

/// Revokes a key: it is refused from now on. Revoking it again changes nothing.
///
/// # Errors
/// Where there is no such key, or the store fails.
pub async fn revoke_key(
    db: &Db,
    by: &Actor,
    named: Named<'_>,
    now: DateTime<Utc>,
) -> Result<ApiKey, KeyError> {
    // As exactly as every database keeps it.
    let now = now.trunc_subsecs(6);
    let txn = db.begin().await?;
    let key = find_one(&txn, &named, now).await?;
    if key.row.revoked_at.is_some() {
        return Ok(key);
    }
    store::revoke_key(&txn, ApiKeyKey(key.row.id), now).await?;
    let mut revoked = key.clone();
    revoked.row.revoked_at = Some(now);
    record(by, &txn, now, "api_key.revoke", Some(&key), &revoked).await?;
    txn.commit().await.map_err(StoreError::from)?;
    Ok(revoked)
}

impl KeyRequest {
    fn check(&self, now: DateTime<Utc>) -> Result<(), KeyError> {
        let letters = self.name.chars().count();
        if !(1..=NAME_MAX).contains(&letters) || self.name.chars().any(char::is_control) {
            return Err(KeyError::Name);
        }
        if (self.role == Role::Partner) == self.partner_ids.is_empty() {
            return Err(KeyError::Partners);
        }
        if (self.role == Role::Integrator) == self.exports.is_empty() {
            return Err(KeyError::Exports);
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(KeyError::Expired);
        }
        Ok(())
    }
}

/// Tells the audit log, of everything but the key's hash.
async fn record(
    by: &Actor,
    txn: &Transaction,
    now: DateTime<Utc>,
    action: &'static str,
    before: Option<&ApiKey>,
    after: &ApiKey,
) -> Result<(), StoreError> {
    let told = |key: &ApiKey| {
        let partner_ids: Vec<&String> = key.partners.iter().map(|(_, id)| id).collect();
        serde_json::json!({
            "name": key.row.name,
            "role": key.row.role.name(),
            "partners": partner_ids,
            "exports": key.row.exports,
            "prefix": key.row.prefix,
            "expires_at": key.row.expires_at,
            "revoked_at": key.row.revoked_at,
            "replaced_by": key.row.replaced_by,
        })
    };
    let change = Change {
        action,
        subject: format!("api_key {}", after.row.id),
        before: before.map(told),
        after: Some(told(after)),
    };
    by.record(txn, now, change).await
}

async fn known_partners(txn: &Transaction, ids: &[String]) -> Result<Vec<PartnerKey>, KeyError> {
    let found = find_partners(txn, ids).await?;
    let mut partners = Vec::with_capacity(ids.len());
    for id in ids {
        let partner = found.iter().find(|partner| partner.partner_id == *id);
        let partner = partner.ok_or_else(|| KeyError::UnknownPartner(id.clone()))?;
        partners.push(PartnerKey(partner.id));
    }
    partners.sort_unstable_by_key(|partner| partner.0);
    partners.dedup();
    Ok(partners)
}

/// The one key that is meant: of several with a name the one that works.
async fn find_one(
    txn: &Transaction,
    named: &Named<'_>,
    now: DateTime<Utc>,
) -> Result<ApiKey, KeyError> {
    let mut found = store::find_named_keys(txn, named).await?;
    if found.len() > 1 {
        // A replaced key that still works is not the one that is meant by its name.
        let current = |key: &ApiKey| works(&key.row, now) && key.row.replaced_by.is_none();
        if found.iter().filter(|key| current(key)).count() == 1 {
            found.retain(current);
        }
    }
    match (found.pop(), named) {
        (Some(key), _) if found.is_empty() => Ok(key),
        (Some(last), named) => {
            let numbers = found
                .iter()
                .chain([&last])
                .map(|key| key.row.id.to_string());
            Err(KeyError::Ambiguous {
                name: named.text(),
                numbers: numbers.collect::<Vec<_>>().join(", "),
            })
        }
        (None, named) => Err(KeyError::NotFound(named.text())),
    }
}

impl Named<'_> {
    fn text(&self) -> String {
        match self {
            Named::Number(key) => key.0.to_string(),
            Named::Text(text) => (*text).to_owned(),
        }
    }
}
