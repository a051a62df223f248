//! The issuer of bearer tokens, by which browsers can sign in too.

use jsonwebtoken::Algorithm;
use serde::Deserialize;

use super::{ConfigError, Hidden, Http};

/// Roles, as DATA.md's readers have them.
const ROLES: [&str; 5] = ["admin", "operator", "analyst", "partner", "integrator"];

/// An OpenID Connect issuer, and what its claims mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Empty where there is none.
    pub issuer: String,
    /// What bearer tokens are for; empty where none are taken.
    pub audience: String,
    /// Empty where browsers do not sign in by it.
    pub client_id: String,
    /// Empty for a public client.
    pub client_secret: Hidden,
    pub scope: String,
    pub algorithms: Vec<String>,
    pub role_claim: String,
    /// Values of the claim and the roles that they mean, as `value=role`.
    pub roles: Vec<String>,
    pub partner_claim: String,
    pub name_claim: String,
    pub leeway_seconds: u64,
}

impl Oidc {
    /// The algorithms that tokens may be signed by: never one that is keyed by what everybody can read.
    #[must_use]
    pub fn algorithms(&self) -> Vec<Algorithm> {
        self.algorithms
            .iter()
            .filter_map(|name| algorithm(name))
            .collect()
    }

    /// The first role of the settings that one of these values means.
    #[must_use]
    pub fn role_of(&self, values: &[String]) -> Option<&str> {
        let pairs = self.roles.iter().filter_map(|pair| pair.rsplit_once('='));
        let mut meant = pairs.filter(|(value, _)| values.iter().any(|found| found == value));
        meant.next().map(|(_, role)| role)
    }

    pub(super) fn check(&self, http: &Http) -> Result<(), ConfigError> {
        let wrong = |key: &'static str, value: &str, reason: &'static str| {
            Err(ConfigError::OutOfBounds {
                key,
                value: value.to_owned(),
                reason,
            })
        };
        if self.algorithms.is_empty() {
            return wrong("oidc.algorithms", "[]", "name at least one");
        }
        for name in &self.algorithms {
            if algorithm(name).is_none() {
                let reason =
                    "it must be RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA";
                return wrong("oidc.algorithms", name, reason);
            }
        }
        for pair in &self.roles {
            let role = pair.rsplit_once('=').map(|(_, role)| role);
            if !role.is_some_and(|role| ROLES.contains(&role)) {
                let reason = "each must be value=role, with a role of this program";
                return wrong("oidc.roles", pair, reason);
            }
        }
        if !(0..=300).contains(&self.leeway_seconds) {
            let value = self.leeway_seconds.to_string();
            return wrong("oidc.leeway_seconds", &value, "it must be 0 to 300");
        }
        if !self.client_id.is_empty() && http.public_url.is_empty() {
            let reason = "browsers come back from the issuer to http.public_url: set that too";
            return wrong("oidc.client_id", &self.client_id, reason);
        }
        Ok(())
    }
}

fn algorithm(name: &str) -> Option<Algorithm> {
    Some(match name {
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "PS384" => Algorithm::PS384,
        "PS512" => Algorithm::PS512,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "EdDSA" => Algorithm::EdDSA,
        _ => return None,
    })
}
