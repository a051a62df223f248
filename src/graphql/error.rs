//! What goes wrong, in the few kinds that a client can act on.

use std::any::Any;
use std::sync::Arc;

use async_graphql::{Enum, Error, ErrorExtensionValues};

use crate::service::explain::ExplainError;
use crate::store::StoreError;

/// The stable `extensions.code` of an error.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Nobody is known to ask: send an API key, or sign in.
    Unauthenticated,
    /// Whoever asks may not do this, whatever it names.
    Forbidden,
    /// The request asks for something in a way that cannot be meant: correct it.
    BadInput,
    /// An id or date that an argument names does not exist, or is hidden from whoever asks.
    NotFound,
    /// The query would cost too much: ask for less at once.
    TooComplex,
    /// Too much was asked for, or too often in vain: ask again later.
    RateLimited,
    /// The server cannot answer now: ask again later.
    Unavailable,
    /// No document of this hash is remembered: send it with its text.
    PersistedQueryNotFound,
    /// Only the documents of the server's manifest are taken.
    PersistedQueryNotSupported,
    /// The server failed; its log says why.
    Internal,
}

impl Code {
    /// The name that clients see.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::Forbidden => "FORBIDDEN",
            Code::BadInput => "BAD_INPUT",
            Code::NotFound => "NOT_FOUND",
            Code::TooComplex => "TOO_COMPLEX",
            Code::RateLimited => "RATE_LIMITED",
            Code::Unavailable => "UNAVAILABLE",
            Code::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Code::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Code::Internal => "INTERNAL",
        }
    }
}

/// What is told where nobody is known to ask.
pub const UNAUTHENTICATED: &str = "send an API key, as Authorization: Bearer pbk_…, or sign in";

/// Why a field has no answer. Cheap to clone.
///
/// It has no `Display`, so that it becomes an [`Error`] in one way only: with its code, and without the causes that
/// only the log may name.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Nobody is known to ask.
    Unauthenticated,
    /// What may not be done or read. It must not depend on what there is.
    Forbidden(&'static str),
    /// The message names the argument and the cure.
    BadInput(String),
    /// The argument, and what it names that does not exist.
    NotFound(String),
    TooComplex(String),
    RateLimited,
    /// Too much is under way for whoever asks.
    TooMany(&'static str),
    Store(Arc<StoreError>),
    /// A number that GraphQL's Int does not hold.
    BeyondInt,
    /// What else may fail in the server, and whether asking again later can help.
    Server(Arc<dyn std::error::Error + Send + Sync>, bool),
}

/// A fallible field that may be null: a failure makes this field null, not its parent.
pub type Nullable<T> = Option<Result<T, Error>>;

/// For a field of the type [`Nullable`].
pub fn nullable<T>(found: Result<Option<T>, Failure>) -> Nullable<T> {
    found.map_err(Error::from).transpose()
}

impl Failure {
    /// Something that only the log can tell.
    pub fn server(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
        Failure::Server(Arc::new(error), false)
    }

    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Failure::Unauthenticated => Code::Unauthenticated,
            Failure::Forbidden(_) => Code::Forbidden,
            Failure::BadInput(_) => Code::BadInput,
            Failure::NotFound(_) => Code::NotFound,
            Failure::TooComplex(_) => Code::TooComplex,
            Failure::Store(error) if error.is_unavailable() => Code::Unavailable,
            Failure::Server(_, true) => Code::Unavailable,
            Failure::RateLimited | Failure::TooMany(_) => Code::RateLimited,
            Failure::Store(_) | Failure::Server(_, false) | Failure::BeyondInt => Code::Internal,
        }
    }

    /// What the client is told.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Failure::Unauthenticated => UNAUTHENTICATED,
            Failure::Forbidden(message) | Failure::TooMany(message) => message,
            Failure::BadInput(message)
            | Failure::NotFound(message)
            | Failure::TooComplex(message) => message,
            Failure::Store(error) if error.is_unavailable() => {
                "the database does not answer; ask again later"
            }
            Failure::Server(_, true) => "the server cannot do this now; ask again later",
            Failure::RateLimited => "too much was asked for within a minute; ask again later",
            Failure::BeyondInt => "this number is beyond the 32 bits of Int",
            Failure::Store(_) | Failure::Server(_, false) => "the server failed; its log says why",
        }
    }

    /// The failure and its causes, where the log should have them.
    #[must_use]
    pub fn chain(&self) -> Option<String> {
        let error: &dyn std::error::Error = match self {
            Failure::Store(error) => &**error,
            Failure::Server(error, _) => &**error,
            _ => return None,
        };
        let causes = std::iter::successors(Some(error), |error| error.source());
        Some(
            causes
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(": "),
        )
    }
}

impl From<Arc<ExplainError>> for Failure {
    fn from(error: Arc<ExplainError>) -> Failure {
        if matches!(*error, ExplainError::Busy) {
            let message =
                "too many explanations are under way or wait; ask again when some have ended";
            return Failure::TooMany(message);
        }
        let is_unavailable =
            matches!(&*error, ExplainError::Store(error) if error.is_unavailable());
        Failure::Server(error, is_unavailable)
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

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", failure.code().name());
        Error {
            message: failure.message().to_owned(),
            source: Some(Arc::new(failure) as Arc<dyn Any + Send + Sync>),
            extensions: Some(extensions),
        }
    }
}
