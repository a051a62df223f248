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

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest,
};
use async_graphql::{Error, Pos, Request, ServerError, ServerResult};

use super::error::Failure;

/// The extension that puts the guard before a schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guard;

impl ExtensionFactory for Guard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Guard)
    }
}

#[async_trait::async_trait]
impl Extension for Guard {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let mut request = request;
        text::check(&request.query).map_err(refusal)?;
        // The request keeps the parsed document, so that it is not parsed again.
        let document = request.parsed_query()?;
        document::check(document).map_err(refusal)?;
        let known = &ctx.schema_env.registry.types;
        types::check(document, |name| known.contains_key(name))?;
        next.run(ctx, request).await
    }
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
