//! Signing in and out.
//!
//! A form is taken only from the browser that it was shown to: it holds a text that is derived from a cookie of that
//! browser. What browsers say of where a form comes from is checked besides.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;

use super::failure::Failure;
use super::{Pages, page};
use crate::clock;
use crate::gate::cookie::Cookie;
use crate::gate::{Asker, CameFrom, SignedIn};
use crate::service::finish::finish;
use crate::service::identity::secret::is_same;
use crate::service::identity::session::{Proof, sign_in, sign_out};
use crate::service::identity::{AuthError, Secret};

const SIGN_IN: &str = "sign-in form";
const SIGN_OUT: &str = "sign-out form";

/// What the address of the form asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Where to go on afterwards.
    next: String,
    /// The token of a sign-in link.
    link: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Sent {
    #[serde(default)]
    key: String,
    #[serde(default)]
    link: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    form: String,
}

/// Without what was sent, which is secret.
impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sent")
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    signed_in: Option<WhoIsSignedIn>,
    form: String,
    next: &'a str,
    link: &'a str,
    /// Where the issuer lets browsers in, if there is one.
    issuer: Option<String>,
    /// What was wrong with the last try.
    problem: Option<&'a str>,
}

/// Who is signed in, for the head of a page.
#[derive(Clone, Debug)]
pub struct WhoIsSignedIn {
    pub name: String,
    /// For the form that signs out.
    pub form: String,
}

impl WhoIsSignedIn {
    pub(super) fn new(name: &str, session: &SignedIn) -> WhoIsSignedIn {
        WhoIsSignedIn {
            name: name.to_owned(),
            form: session.0.derived(SIGN_OUT),
        }
    }
}

/// Shows the form.
///
/// # Errors
/// Where the address cannot be read.
pub async fn show(
    State(pages): State<Pages>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(asked) = asked.map_err(|rejection| Failure::bad_input(rejection.body_text()))?;
    form(&pages, &headers, StatusCode::OK, &asked, None)
}

/// Takes the form: a new session under a new token, whatever the browser held before.
///
/// # Errors
/// Where the form cannot be read or the store fails.
pub async fn take(
    State(pages): State<Pages>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    headers: HeaderMap,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(sent) = sent.map_err(|rejection| Failure::bad_input(rejection.body_text()))?;
    let asked = Asked {
        next: sent.next,
        link: sent.link,
    };
    if !is_from_form(&pages, &headers, Cookie::Form, SIGN_IN, &sent.form) {
        let problem = "This form was not shown to this browser, or too long ago. Please try again.";
        return form(
            &pages,
            &headers,
            StatusCode::FORBIDDEN,
            &asked,
            Some(problem),
        );
    }
    let key = sent.key.trim().to_owned();
    let credentials = if asked.link.is_empty() {
        &key
    } else {
        &asked.link
    };
    let proof = if asked.link.is_empty() {
        Proof::Key(key.clone())
    } else {
        Proof::Link(asked.link.clone())
    };
    let (db, life) = (pages.db.clone(), life(&pages));
    let earlier = pages.gate.cookies.secret(&headers, Cookie::Session);
    let signing_in = async {
        let signing_in = async move {
            let begun = sign_in(&db, proof, life, from, clock::now()).await?;
            // Nobody will ask for it any more, and whoever has a copy shall not.
            if let Some(earlier) = earlier {
                sign_out(&db, earlier.reveal(), from, clock::now()).await?;
            }
            Ok(begun)
        };
        finish(signing_in).await?
    };
    match pages.gate.check(credentials, from, signing_in).await {
        Ok(begun) => Ok(enter(&pages, &begun.token, &asked.next)),
        Err(Asker::Locked(wait)) => Err(Failure::Locked(wait)),
        Err(Asker::Unavailable) => Err(Failure::Slow),
        Err(Asker::Nobody | Asker::Known(..)) => {
            let problem = if asked.link.is_empty() {
                "This key is unknown, expired or revoked."
            } else {
                "This link has been used, or is too old. Sign in with a key instead."
            };
            let asked = Asked {
                next: asked.next,
                link: String::new(),
            };
            form(
                &pages,
                &headers,
                StatusCode::UNAUTHORIZED,
                &asked,
                Some(problem),
            )
        }
    }
}

/// Ends the session.
///
/// # Errors
/// Where the form cannot be read or the store fails.
pub async fn leave(
    State(pages): State<Pages>,
    Extension(CameFrom(from)): Extension<CameFrom>,
    headers: HeaderMap,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(sent) = sent.map_err(|rejection| Failure::bad_input(rejection.body_text()))?;
    if !is_from_form(&pages, &headers, Cookie::Session, SIGN_OUT, &sent.form) {
        return Err(Failure::ForeignForm);
    }
    if let Some(token) = pages.gate.cookies.secret(&headers, Cookie::Session) {
        let db = pages.db.clone();
        let leaving = async move { sign_out(&db, token.reveal(), from, clock::now()).await };
        finish(leaving).await.map_err(AuthError::from).flatten()?;
    }
    let mut response = see_other("/sign-in");
    let gone = pages.gate.cookies.remove(Cookie::Session);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

/// Sends a browser on that has just been let in.
pub(super) fn enter(pages: &Pages, token: &Secret, next: &str) -> Response {
    let mut response = see_other(&local(next));
    let cookies = pages.gate.cookies;
    let headers = response.headers_mut();
    headers.append(
        header::SET_COOKIE,
        cookies.set(Cookie::Session, token.reveal()),
    );
    headers.append(header::SET_COOKIE, cookies.remove(Cookie::Form));
    response
}

/// How long a browser stays signed in.
pub(super) fn life(pages: &Pages) -> TimeDelta {
    TimeDelta::hours(pages.config.session.hours.into())
}

/// A place of this server, whatever was asked for.
pub(super) fn local(next: &str) -> String {
    let is_local = next.starts_with('/')
        && !next[1..].starts_with(['/', '\\'])
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    if is_local { next } else { "/" }.to_owned()
}

pub(super) fn see_other(place: &str) -> Response {
    let place = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("/"));
    let headers = [
        (header::LOCATION, place),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn form(
    pages: &Pages,
    headers: &HeaderMap,
    status: StatusCode,
    asked: &Asked,
    problem: Option<&str>,
) -> Result<Response, Failure> {
    let cookies = pages.gate.cookies;
    let known = cookies.secret(headers, Cookie::Form);
    let secret = match &known {
        Some(secret) => secret.clone(),
        None => Secret::new_token().map_err(|error| Failure::from(AuthError::Random(error)))?,
    };
    let issuer = pages
        .gate
        .issuer()
        .filter(|issuer| issuer.lets_browsers_in());
    let sign_in_page = SignInPage {
        signed_in: None,
        form: secret.derived(SIGN_IN),
        next: &asked.next,
        link: &asked.link,
        issuer: issuer.map(|_| {
            let next: String = form_urlencoded::byte_serialize(asked.next.as_bytes()).collect();
            format!("/sign-in/oidc?next={next}")
        }),
        problem,
    };
    let mut response = page::respond(status, &sign_in_page);
    if known.is_none() {
        let kept = cookies.set(Cookie::Form, secret.reveal());
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    Ok(response)
}

fn is_from_form(
    pages: &Pages,
    headers: &HeaderMap,
    cookie: Cookie,
    purpose: &str,
    sent: &str,
) -> bool {
    let secret = pages.gate.cookies.secret(headers, cookie);
    let expected = secret.map(|secret| secret.derived(purpose));
    pages.gate.is_ours(headers) && expected.is_some_and(|expected| is_same(&expected, sent))
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Failure {
        match error {
            AuthError::Store(error) => error.into(),
            AuthError::Issuer(ref cause) => {
                tracing::warn!("the issuer cannot be asked: {cause}");
                Failure::Slow
            }
            AuthError::Refused => Failure::SignIn {
                next: String::new(),
            },
            error => Failure::Broken(Arc::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (next, expected) in [
            ("/scorecard/a?location=FR", "/scorecard/a?location=FR"),
            ("/", "/"),
            ("", "/"),
            ("scorecard", "/"),
            ("//example.com", "/"),
            ("/\\example.com", "/"),
            ("https://example.com", "/"),
            ("/a\r\nset-cookie: b", "/"),
            ("/é", "/"),
        ] {
            assert_eq!(local(next), expected);
        }
    }
}
