//! Signing in by an identity provider: a browser's way there, and back.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;

use super::Pages;
use super::failure::Failure;
use super::sign_in::{enter, life, local, see_other};
use crate::clock;
use crate::gate::cookie::Cookie;
use crate::gate::{Asker, CameFrom};
use crate::service::finish::finish;
use crate::service::identity::oidc::{Issuer, Journey, Returned};
use crate::service::identity::session::{Proof, sign_in};
use crate::service::identity::{AuthError, Secret};

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Where to go on afterwards.
    next: String,
}

/// Sends a browser to the issuer.
///
/// # Errors
/// Where browsers do not sign in so, or the issuer cannot be asked.
pub async fn depart(
    State(pages): State<Pages>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failure> {
    let issuer = issuer(&pages)?;
    let Query(asked) = asked.map_err(|rejection| Failure::bad_input(rejection.body_text()))?;
    let journey = Journey {
        secret: Secret::new_token().map_err(AuthError::Random)?,
        next: local(&asked.next),
    };
    let place = issuer.depart(&journey).await.map_err(AuthError::from)?;
    let mut response = see_other(&place);
    let carried = pages
        .gate
        .cookies
        .set(Cookie::Journey, &journey.to_cookie());
    response.headers_mut().append(header::SET_COOKIE, carried);
    Ok(response)
}

/// Lets a browser in that comes back from the issuer.
///
/// # Errors
/// Where it did not set out from here, the issuer does not vouch for it, or cannot be asked.
pub async fn arrive(
    State(pages): State<Pages>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    headers: HeaderMap,
    back: Result<Query<Returned>, QueryRejection>,
) -> Result<Response, Failure> {
    let issuer = issuer(&pages)?;
    let Query(back) =
        back.map_err(|_| Failure::bad_input("The issuer's answer cannot be read."))?;
    let cookies = pages.gate.cookies;
    let journey = cookies.read(&headers, Cookie::Journey);
    let journey = journey.and_then(Journey::from_cookie);
    // Any page can send a browser here that never set out: that is no try of whoever sits before it, and costs nothing.
    let journey = journey.filter(|journey| journey.is_of(&back));
    let journey = journey.ok_or(AuthError::Refused)?;
    let arriving = async {
        issuer
            .arrive(&journey, &back)
            .await
            .map_err(AuthError::from)
    };
    let claims = match pages.gate.check(back.code(), from, arriving).await {
        Ok(claims) => claims,
        Err(asker) => return Err(refused(&asker)),
    };
    let (db, life) = (pages.db.clone(), life(&pages));
    let entering =
        async move { sign_in(&db, Proof::Claims(claims), life, from, clock::now()).await };
    let begun = finish(entering).await.map_err(AuthError::from).flatten()?;
    let mut response = enter(&pages, &begun.token, &journey.next);
    let gone = cookies.remove(Cookie::Journey);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

fn refused(asker: &Asker) -> Failure {
    match asker {
        Asker::Locked(wait) => Failure::Locked(*wait),
        Asker::Unavailable => Failure::Slow,
        Asker::Nobody | Asker::Known(..) => AuthError::Refused.into(),
    }
}

fn issuer(pages: &Pages) -> Result<&Issuer, Failure> {
    let issuer = pages.gate.issuer();
    let issuer = issuer.filter(|issuer| issuer.lets_browsers_in());
    issuer.ok_or_else(Failure::no_page)
}
