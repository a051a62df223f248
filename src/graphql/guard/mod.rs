//! Refuses documents that cost more to read than any honest one, before anything expensive looks at them.
//!
//! The limits of async-graphql come too late or not at all: nested list values overflow the stack of its parser, and
//! fragments that spread each other keep its validation busy for minutes. So a scan of the text comes before parsing,
//! and a walk over the parsed document, with each fragment measured once, before validation, which some types of variables
//! would make panic. `limit_depth` and
//! `limit_complexity` follow after that.

mod document;
mod text;
mod types;

use async_graphql::registry::Registry;
use async_graphql::{Error, Pos, Request, ServerError, ServerResult};

use super::error::Failure;

/// Looks at a request before anybody parses or validates it. It keeps the parsed document, so that it is not parsed again.
///
/// It is no extension of its own: each of them takes its part in every field of every answer.
pub(super) fn admit(registry: &Registry, request: &mut Request) -> ServerResult<()> {
    text::check(&request.query).map_err(refusal)?;
    let document = request.parsed_query()?;
    document::check(document).map_err(refusal)?;
    types::check(document, |name| registry.types.contains_key(name))
}

fn refusal(message: String) -> ServerError {
    Error::from(Failure::TooComplex(message)).into_server_error(Pos { line: 1, column: 1 })
}

/// Everything that the guard checks of a document, for tests that look for one that gets through.
///
/// # Errors
/// Why it is refused.
pub fn check(query: &str) -> Result<(), String> {
    text::check(query)?;
    let document = async_graphql::parser::parse_query(query).map_err(|error| error.to_string())?;
    document::check(&document)
}

/// Whether a text can be parsed without risk.
pub(super) fn is_parsable(text: &str) -> bool {
    text::check(text).is_ok()
}
