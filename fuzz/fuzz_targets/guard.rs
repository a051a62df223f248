//! Whatever text a client sends, the guard answers: it neither panics nor overflows the stack. And what it lets through is
//! parsed and validated, by a library that is not made for strangers' documents, without a panic and in a short time
//! (libFuzzer's own limit tells).
//!
//! The guard's own files are compiled here, without the server, so that nothing else has to be built with a sanitizer.
#![no_main]

use std::sync::{Arc, LazyLock};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest,
};
use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema, ServerResult};
use async_trait::async_trait;
use libfuzzer_sys::fuzz_target;

#[path = "../../src/graphql/guard/mod.rs"]
#[allow(dead_code)]
mod guard;

/// As much of the server's as the guard needs.
mod error {
    pub(crate) enum Failure {
        TooComplex(String),
    }

    impl From<Failure> for async_graphql::Error {
        fn from(failure: Failure) -> Self {
            let Failure::TooComplex(message) = failure;
            async_graphql::Error::new(message)
        }
    }
}

/// A type within itself, so that documents can nest; lists as arguments, so that values can.
struct Query;

#[Object]
impl Query {
    async fn a(&self) -> Option<Query> {
        None
    }

    async fn x(&self, y: Option<Vec<Vec<i32>>>, s: Option<String>) -> i32 {
        let _ = (y, s);
        0
    }
}

/// Asks the guard where the server's own extension does.
struct Session;

impl ExtensionFactory for Session {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Session)
    }
}

#[async_trait]
impl Extension for Session {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        mut request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        guard::admit(&ctx.schema_env.registry, &mut request)?;
        next.run(ctx, request).await
    }
}

/// Limited as the server's own schema is.
static SCHEMA: LazyLock<Schema<Query, EmptyMutation, EmptySubscription>> = LazyLock::new(|| {
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .extension(Session)
        .limit_depth(20)
        .limit_complexity(100_000)
        .limit_directives(8)
        .finish()
});

fuzz_target!(|query: &str| {
    let _ = futures_executor::block_on(SCHEMA.execute(query));
});
