//! Who asks, and what they may read and do.
//!
//! A [`Principal`] is made by authentication alone, and by the command line for whoever may open the data directory. It
//! is carried by every request down to the store, whose reads take the rights that it has. How credentials travel over
//! HTTP is left to `gate`.

pub mod claims;
pub mod key;
mod known;
pub mod oidc;
pub mod principal;
pub mod secret;
pub mod session;

pub use super::export::Export;
pub use claims::Claims;
pub use key::{KeyError, KeyRequest, create_key, revoke_key, rotate_key};
pub use known::KnownKeys;
pub use oidc::{Issuer, OidcError};
pub use principal::{Principal, Who};
pub use secret::Secret;

use super::finish::Broken;
use crate::store::api_key::find_key_by_hash;
use crate::store::loader::SharedError;
use crate::store::{Db, StoreError};

/// Why credentials lead to nobody.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// They are no credentials, nobody's, expired or revoked: all of these look the same.
    #[error("the credentials are unknown, expired or revoked")]
    Refused,
    #[error("the operating system has no random bits")]
    Random(#[source] std::io::Error),
    #[error("the issuer of tokens cannot be asked")]
    Issuer(#[source] oidc::OidcError),
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error("whether the credentials are good could not be looked up")]
    Store(#[from] StoreError),
    #[error("whether the credentials are good still could not be looked up")]
    Changes(#[from] SharedError),
}

impl From<OidcError> for AuthError {
    fn from(error: OidcError) -> AuthError {
        match error {
            OidcError::Refused(_) | OidcError::Token(_) => {
                // What is wrong with it helps whoever sets the program up, and must not help whoever guesses.
                let error = anyhow::Error::new(error);
                tracing::info!("credentials of the issuer's are refused: {error:#}");
                AuthError::Refused
            }
            error => AuthError::Issuer(error),
        }
    }
}

/// Whom an issuer's bearer token speaks of.
///
/// # Errors
/// Where it does not hold, or the issuer or the store cannot be asked.
pub async fn authenticate_token(
    db: &Db,
    issuer: &Issuer,
    token: &str,
) -> Result<Principal, AuthError> {
    let (claims, end) = issuer.verify(token).await?;
    Ok(claims.principal(db).await?.until(end))
}

/// Whose key this is.
///
/// # Errors
/// Where the key does not work, or the store fails.
pub async fn authenticate_key(db: &Db, text: &str) -> Result<Principal, AuthError> {
    // A mistyped key is not worth a look-up.
    let secret = Secret::parse(text).ok_or(AuthError::Refused)?;
    let hash = secret.hash();
    let found = find_key_by_hash(db, &hash).await?;
    let found = found.ok_or(AuthError::Refused)?;
    if !secret::is_same(&found.row.hash, &hash) || !key::works(&found.row, crate::clock::now()) {
        return Err(AuthError::Refused);
    }
    Ok(Principal::of_key(found))
}
