//! One operation that is answered as it goes: a subscription many times, all others once.

use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response as Answer, ServerError};
use futures_util::stream::{BoxStream, StreamExt};

use super::request::operation_type;
use super::{Caller, Endpoint, Refusal};
use crate::graphql::Schema;
use crate::graphql::error::Code;
use crate::graphql::session::Executed;

pub(super) struct Operation {
    schema: Schema,
    request: Request,
    executed: Executed,
    timeout: Duration,
}

impl Operation {
    pub(super) fn new(endpoint: &Endpoint, caller: &Caller, request: Request) -> Operation {
        let executed = Executed::default();
        let charge = endpoint.charge(caller);
        Operation {
            schema: endpoint.schema.clone(),
            request: caller.asks(request, &executed, &charge),
            executed,
            timeout: endpoint.timeout,
        }
    }

    /// The answers, each with whether the operation was refused before anything ran.
    pub(super) fn answers(mut self) -> BoxStream<'static, (Answer, bool)> {
        let executed = self.executed;
        let is_long = operation_type(&mut self.request) == Some(OperationType::Subscription);
        if is_long {
            let answers = self.schema.execute_stream(self.request);
            return answers
                .map(move |answer| {
                    let is_refused = !executed.get() && answer.is_err();
                    (answer, is_refused)
                })
                .boxed();
        }
        let once = async move {
            let answering = self.schema.execute(self.request);
            let answer = tokio::time::timeout(self.timeout, answering).await;
            let answer = answer.unwrap_or_else(|_| too_long());
            let is_refused = !executed.get();
            (answer, is_refused)
        };
        futures_util::stream::once(once).boxed()
    }
}

/// The answer where nobody could look up who asks.
pub(super) fn unrecognisable() -> Answer {
    unavailable(Refusal::UNRECOGNISABLE.message)
}

fn too_long() -> Answer {
    unavailable("the query took too long; ask for less at once, or again later")
}

fn unavailable(message: &'static str) -> Answer {
    let mut error = ServerError::new(message, None);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", Code::Unavailable.name());
    Answer::from_errors(vec![error])
}
