//! What an identity provider has said of someone, in this program's words.

use serde::{Deserialize, Serialize};

use super::{AuthError, Principal, Who};
use crate::store::Db;
use crate::store::api_key::Role;
use crate::store::partner::{PartnerKey, list_partners_named};

/// What an identity provider has said of someone. How it said it is left to `token`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub issuer: String,
    pub subject: String,
    /// What people call them.
    pub name: String,
    role: String,
    /// The sender's ids, for the role `partner`.
    pub partner_ids: Vec<String>,
}

impl Claims {
    #[must_use]
    pub fn new(
        issuer: String,
        subject: String,
        name: String,
        role: &str,
        partner_ids: Vec<String>,
    ) -> Claims {
        Claims {
            issuer,
            subject,
            name,
            role: role.to_owned(),
            partner_ids,
        }
    }

    /// Whom they speak of. A partner that this program does not know gives no right; one who stands for no partner that
    /// it knows is nobody.
    pub(super) async fn principal(&self, db: &Db) -> Result<Principal, AuthError> {
        let role = Role::named(&self.role).ok_or(AuthError::Refused)?;
        let partners = match role {
            Role::Partner => {
                let found = list_partners_named(db, &self.partner_ids).await?;
                let found = found.into_iter();
                found
                    .map(|partner| (PartnerKey(partner.id), partner.partner_id))
                    .collect()
            }
            _ => Vec::new(),
        };
        if role == Role::Partner && partners.is_empty() {
            return Err(AuthError::Refused);
        }
        let who = Who::Subject {
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            name: self.name.clone(),
        };
        Ok(Principal::of_claims(who, role, partners))
    }

    pub(super) fn to_json(&self) -> String {
        // Texts always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn from_json(text: &str) -> serde_json::Result<Claims> {
        serde_json::from_str(text)
    }
}
