//! Why there is no page, told as a page with the right status.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::page;
use super::sign_in::WhoIsSignedIn;
use crate::store::StoreError;

/// What is told where only the log may know more.
pub(super) const LOGGED: &str = "The server failed; its log says why.";

const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("10");

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The address names something that does not exist, or that the viewer may not see: both look the same.
    #[error("{0}")]
    NotFound(String),
    /// The address asks for something that cannot be meant. The links are what may have been meant.
    #[error("{message}")]
    BadInput { message: String, links: Vec<Link> },
    /// Nobody is known to ask.
    #[error("nobody is signed in")]
    SignIn {
        /// The address that was asked for.
        next: String,
    },
    /// A form that was not shown to this browser.
    #[error("the form was not shown to this browser")]
    ForeignForm,
    /// Too many bad credentials.
    #[error("too many bad credentials; ask again after {} s", .0.as_secs())]
    Locked(Duration),
    /// Something that is not the store's.
    #[error("the server failed")]
    Broken(#[source] Arc<dyn std::error::Error + Send + Sync>),
    #[error("no snapshot is published yet")]
    NoSnapshot,
    #[error("the page took too long; ask again later")]
    Slow,
    #[error("the store failed")]
    Store(#[source] Arc<StoreError>),
}

/// A way on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub text: String,
    pub href: String,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    signed_in: Option<WhoIsSignedIn>,
    title: &'a str,
    message: &'a str,
    links: Vec<Link>,
    /// Tells the command that publishes a snapshot.
    needs_snapshot: bool,
}

impl Failure {
    /// Nothing is served at the address.
    #[must_use]
    pub fn no_page() -> Failure {
        Failure::NotFound("Nothing is served at this address.".to_owned())
    }

    /// Without a way on.
    pub(super) fn bad_input(message: impl Into<String>) -> Failure {
        Failure::BadInput {
            message: message.into(),
            links: Vec::new(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Failure::NotFound(_) | Failure::NoSnapshot => StatusCode::NOT_FOUND,
            Failure::BadInput { .. } => StatusCode::BAD_REQUEST,
            Failure::SignIn { .. } => StatusCode::UNAUTHORIZED,
            Failure::ForeignForm => StatusCode::FORBIDDEN,
            Failure::Locked(_) => StatusCode::TOO_MANY_REQUESTS,
            Failure::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Failure::Slow => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Store(error) if error.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn page(&self) -> FailurePage<'_> {
        let (title, message) = match self {
            Failure::NotFound(message) => ("Not found", message.as_str()),
            Failure::BadInput { message, .. } => ("This cannot be shown", message.as_str()),
            Failure::SignIn { .. } => (
                "Please sign in",
                "This page is for the partners and the staff of the program.",
            ),
            Failure::ForeignForm => (
                "Please try again",
                "This form was not shown to this browser, or too long ago.",
            ),
            Failure::Locked(_) => (
                "Please wait",
                "Too many keys that do not work came from your address. Try again in a while.",
            ),
            Failure::NoSnapshot => (
                "No snapshot yet",
                "Nothing has been published so far: figures appear with the first snapshot.",
            ),
            Failure::Slow => (
                "Busy",
                "The page took too long to put together. Please try again in a moment.",
            ),
            Failure::Store(error) if error.is_unavailable() => (
                "Busy",
                "The database does not answer. Please try again in a moment.",
            ),
            Failure::Store(_) | Failure::Broken(_) => ("Something went wrong", LOGGED),
        };
        let links = match self {
            Failure::BadInput { links, .. } => links.clone(),
            Failure::SignIn { next } => {
                let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
                vec![Link {
                    text: "Sign in".to_owned(),
                    href: format!("/sign-in?next={next}"),
                }]
            }
            _ => Vec::new(),
        };
        FailurePage {
            signed_in: None,
            title,
            message,
            links,
            needs_snapshot: matches!(self, Failure::NoSnapshot),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let cause: Option<&dyn std::error::Error> = match &self {
            Failure::Store(error) => Some(&**error),
            Failure::Broken(error) => Some(&**error),
            _ => None,
        };
        if let Some(error) = cause {
            let causes = std::iter::successors(Some(error), |error| error.source());
            let causes: Vec<String> = causes.map(ToString::to_string).collect();
            tracing::error!("a page failed: {}", causes.join(": "));
        }
        let status = self.status();
        let mut response = page::respond(status, &self.page());
        if let Failure::Locked(wait) = &self {
            let seconds = HeaderValue::from(wait.as_secs().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Store(Arc::new(error))
    }
}

impl From<Arc<StoreError>> for Failure {
    fn from(error: Arc<StoreError>) -> Failure {
        Failure::Store(error)
    }
}

/// Answers every address that no route takes.
pub async fn no_route() -> Failure {
    Failure::no_page()
}
