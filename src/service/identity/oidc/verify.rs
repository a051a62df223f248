//! Whether a token holds, and what it says in this program's words.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::{Issuer, OidcError};
use crate::config::Oidc;
use crate::service::identity::Claims;

/// No token has more bytes.
const BYTES_MAX: usize = 16 * 1024;

/// What a token says.
pub(super) type Said = Map<String, Value>;

impl Issuer {
    /// Whom a bearer token speaks of, and until when.
    ///
    /// # Errors
    /// Where it does not hold, or the issuer's keys cannot be had.
    pub async fn verify(&self, token: &str) -> Result<(Claims, DateTime<Utc>), OidcError> {
        let settings = &self.shared.settings;
        if settings.audience.is_empty() {
            return Err(OidcError::Refused("no audience is set for bearer tokens"));
        }
        let said = self.said(token, &settings.audience).await?;
        let end = said.get("exp").and_then(Value::as_f64);
        let end = end.and_then(|end| DateTime::from_timestamp(end as i64, 0));
        let end = end.ok_or(OidcError::Refused("an end that no calendar has"))?;
        let leeway = TimeDelta::seconds(settings.leeway_seconds.cast_signed());
        Ok((claims(settings, &said)?, end + leeway))
    }

    /// What a token for this audience says, if the issuer has signed it and now is its time.
    pub(super) async fn said(&self, token: &str, audience: &str) -> Result<Said, OidcError> {
        let settings = &self.shared.settings;
        if token.len() > BYTES_MAX {
            return Err(OidcError::Refused("the token is too long"));
        }
        let header = decode_header(token).map_err(OidcError::Token)?;
        // A token that could choose would choose none, or the public key as a shared secret.
        if !settings.algorithms().contains(&header.alg) {
            return Err(OidcError::Refused(
                "another algorithm than those of oidc.algorithms",
            ));
        }
        let id = header.kid.ok_or(OidcError::Refused("no kid"))?;
        let url = &self.endpoints().await?.jwks_uri;
        let key = self
            .shared
            .keys
            .find(&id, url, &self.shared.fetcher)
            .await?;
        let key = key.ok_or(OidcError::Refused("a kid that the issuer does not have"))?;
        if !is_for(&key, header.alg) {
            return Err(OidcError::Refused("a key that is not for this algorithm"));
        }
        let key = DecodingKey::from_jwk(&key).map_err(OidcError::Token)?;
        let mut validation = Validation::new(header.alg);
        validation.set_audience(&[audience]);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = settings.leeway_seconds;
        let data = decode::<Said>(token, &key, &validation).map_err(OidcError::Token)?;
        Ok(data.claims)
    }
}

/// Whether the issuer means the key for signatures of this kind.
fn is_for(key: &Jwk, algorithm: jsonwebtoken::Algorithm) -> bool {
    let signs = matches!(
        key.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    let is_named = match key.common.key_algorithm {
        None => true,
        Some(named) => named.to_string() == format!("{algorithm:?}"),
    };
    signs && is_named
}

/// By the settings: the first role of theirs that the token has a value for.
pub(super) fn claims(settings: &Oidc, said: &Said) -> Result<Claims, OidcError> {
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    let values = texts(found(said, &settings.role_claim));
    let role = settings.role_of(&values);
    let role = role.ok_or(OidcError::Refused(
        "no value of oidc.role_claim means a role",
    ))?;
    let subject = text("sub").filter(|subject| !subject.is_empty());
    let subject = subject.ok_or(OidcError::Refused("no sub"))?;
    let name = text(&settings.name_claim).unwrap_or_else(|| subject.clone());
    let partner_ids = texts(found(said, &settings.partner_claim));
    let issuer = settings.issuer.clone();
    Ok(Claims::new(issuer, subject, name, role, partner_ids))
}

/// A claim by its name, or by its path with dots between names.
fn found<'a>(said: &'a Said, path: &str) -> Option<&'a Value> {
    if let Some(value) = said.get(path) {
        return Some(value);
    }
    let mut names = path.split('.');
    let mut value = said.get(names.next()?)?;
    for name in names {
        value = value.get(name)?;
    }
    Some(value)
}

/// A text, or a list of them; anything else says nothing.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(values)) => {
            let texts = values.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_are_found_by_name_and_by_path() {
        let Value::Object(said) =
            json!({ "a.b": "x", "a": { "b": "y", "c": ["z", 1, "w"] }, "d": 1 })
        else {
            panic!("it is an object")
        };
        assert_eq!(texts(found(&said, "a.b")), ["x"]);
        assert_eq!(texts(found(&said, "a.c")), ["z", "w"]);
        for nothing in ["d", "a", "e", "a.e", ""] {
            assert!(texts(found(&said, nothing)).is_empty(), "{nothing}");
        }
    }
}
