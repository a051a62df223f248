//! A browser's journey to the issuer and back: the authorization code flow with PKCE.
//!
//! The browser carries one secret in a cookie. What the issuer is shown of it (`state`, `nonce`, the challenge) is derived
//! from it, each for its own purpose, so that a code works for no other browser and nothing need be kept here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::verify::claims;
use super::{CALLBACK, Issuer, OidcError};
use crate::service::identity::secret::is_same;
use crate::service::identity::{Claims, Secret};

/// What a browser carries to the issuer and back.
#[derive(Clone, Debug)]
pub struct Journey {
    pub secret: Secret,
    /// Where it goes on afterwards.
    pub next: String,
}

/// What a browser comes back with, in its address.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    code: String,
    state: String,
    /// Who says so, where the issuer does (RFC 9207).
    iss: Option<String>,
}

impl Returned {
    /// What the issuer is asked with; secret until then.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }
}

/// Without the code, which is secret.
impl std::fmt::Debug for Returned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Returned")
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl Journey {
    /// To be carried in a cookie.
    #[must_use]
    pub fn to_cookie(&self) -> String {
        let next = URL_SAFE_NO_PAD.encode(&self.next);
        format!("{}.{next}", self.secret.reveal())
    }

    /// From the cookie; none where it cannot be one.
    #[must_use]
    pub fn from_cookie(text: &str) -> Option<Journey> {
        let (secret, next) = text.split_once('.')?;
        Some(Journey {
            secret: Secret::parse_token(secret)?,
            next: String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?,
        })
    }

    fn state(&self) -> String {
        self.secret.derived("oidc state")
    }

    /// Whether a browser that comes back with this has set out with it.
    #[must_use]
    pub fn is_of(&self, back: &Returned) -> bool {
        is_same(&self.state(), &back.state)
    }

    fn nonce(&self) -> String {
        self.secret.derived("oidc nonce")
    }

    /// 64 hexadecimal digits: enough chance, and of the letters that a verifier may have.
    fn verifier(&self) -> String {
        self.secret.derived("oidc verifier")
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }
}

impl Issuer {
    /// Where a browser is sent that wants to sign in.
    ///
    /// # Errors
    /// Where the issuer does not say where, or cannot be reached.
    pub async fn depart(&self, journey: &Journey) -> Result<String, OidcError> {
        let endpoints = self.endpoints().await?;
        let place = endpoints.authorization_endpoint.as_deref();
        let place = place.ok_or(OidcError::Refused("the issuer lets no browser in"))?;
        let settings = &self.shared.settings;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", &self.callback())
            .append_pair("scope", &settings.scope)
            .append_pair("state", &journey.state())
            .append_pair("nonce", &journey.nonce())
            .append_pair("code_challenge", &journey.challenge())
            .append_pair("code_challenge_method", "S256")
            .finish();
        let mark = if place.contains('?') { '&' } else { '?' };
        Ok(format!("{place}{mark}{query}"))
    }

    /// Whom the issuer vouches for to a browser that has come back, and had set out ([`Journey::is_of`]).
    ///
    /// # Errors
    /// Where the browser began another journey, the code or the token does not hold, or the issuer cannot be reached.
    pub async fn arrive(&self, journey: &Journey, back: &Returned) -> Result<Claims, OidcError> {
        let settings = &self.shared.settings;
        if !journey.is_of(back) {
            return Err(OidcError::Refused(
                "another state than that of this browser",
            ));
        }
        if back.iss.as_ref().is_some_and(|iss| *iss != settings.issuer) {
            return Err(OidcError::Refused("the answer of another issuer"));
        }
        let endpoints = self.endpoints().await?;
        let place = endpoints.token_endpoint.as_deref();
        let place = place.ok_or(OidcError::Refused("the issuer takes no code"))?;
        let (callback, verifier) = (self.callback(), journey.verifier());
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", back.code.as_str()),
            ("redirect_uri", callback.as_str()),
            ("code_verifier", verifier.as_str()),
        ];
        let encoded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let user = (
            encoded(&settings.client_id),
            encoded(settings.client_secret.reveal()),
        );
        let is_public = settings.client_secret.reveal().is_empty();
        if is_public {
            form.push(("client_id", &settings.client_id));
        }
        let user = (!is_public).then_some((user.0.as_str(), user.1.as_str()));
        let tokens: Tokens = self.shared.fetcher.post(place, user, &form).await?;
        let said = self.said(&tokens.id_token, &settings.client_id).await?;
        let text = |name: &str| said.get(name).and_then(Value::as_str);
        if !text("nonce").is_some_and(|nonce| is_same(nonce, &journey.nonce())) {
            return Err(OidcError::Refused("the token of another journey"));
        }
        let is_shared = said
            .get("aud")
            .and_then(Value::as_array)
            .is_some_and(|aud| aud.len() > 1);
        if (is_shared || said.contains_key("azp")) && text("azp") != Some(&settings.client_id) {
            return Err(OidcError::Refused(
                "a token that was made for another client",
            ));
        }
        claims(settings, &said)
    }

    fn callback(&self) -> String {
        format!("{}{CALLBACK}", self.shared.public_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journey_is_carried_and_tells_nothing_twice() {
        let journey = Journey {
            secret: Secret::new_token().unwrap(),
            next: "/scorecard/é?a=b&c".to_owned(),
        };
        let cookie = journey.to_cookie();
        let read = Journey::from_cookie(&cookie).unwrap();
        assert_eq!((read.state(), &read.next), (journey.state(), &journey.next));
        let shown = [
            journey.state(),
            journey.nonce(),
            journey.verifier(),
            journey.challenge(),
        ];
        for (at, text) in shown.iter().enumerate() {
            assert!(!shown[..at].contains(text) && !cookie.contains(text));
        }
        for text in [
            "",
            ".",
            "a.b",
            &cookie[1..],
            &format!("{}.%", journey.secret.reveal()),
        ] {
            assert!(Journey::from_cookie(text).is_none(), "{text}");
        }
    }
}
