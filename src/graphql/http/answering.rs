//! From a question to the bytes of its answer: one that is kept, or a new one.

use std::time::Duration;

use async_graphql::{Request, Response as Answer};
use axum::body::Bytes;
use serde_json::json;

use super::kept::is_lasting;
use super::request::Asked;
use super::{Caller, Endpoint};
use crate::gate::Seen;
use crate::graphql::session::Executed;

/// What became of a question.
pub(super) enum Answered {
    Executed {
        body: Bytes,
        /// There are no errors.
        is_ok: bool,
    },
    /// GraphQL refused it; there are errors and no data, not even null.
    NotExecuted(Bytes),
    /// Whoever asks has too little left, and has to wait so long.
    Spent(Duration),
    TookTooLong,
    /// The answer has no JSON form, which does not happen.
    Unwritable,
}

impl Endpoint {
    /// Answers a question, anew where nothing is kept that still holds.
    pub(super) async fn execute(
        &self,
        caller: &Caller,
        asked: Asked,
        seen: Option<Seen>,
    ) -> Answered {
        let charge = self.charge(caller);
        let question = seen.and_then(|Seen(changes)| {
            let question = self.kept.question(&asked, caller.principal.rights())?;
            Some((question, changes))
        });
        if let Some((question, changes)) = &question
            && let Some(answer) = self.kept.answer(question, *changes)
        {
            return match charge.pay(answer.cost) {
                Ok(()) => Answered::Executed {
                    body: answer.body,
                    is_ok: true,
                },
                // The charge knows how long.
                Err(_) => Answered::Spent(charge.wait().unwrap_or_default()),
            };
        }
        let mut request = Request::from(asked);
        let question = question.filter(|_| is_lasting(&mut request));
        let executed = Executed::default();
        let request = caller.asks(request, &executed, &charge);
        let answering = self.schema.execute(request);
        let Ok(answer) = tokio::time::timeout(self.timeout, answering).await else {
            return Answered::TookTooLong;
        };
        if let Some(wait) = charge.wait() {
            return Answered::Spent(wait);
        }
        let Ok(body) = body(&answer, executed.get()) else {
            return Answered::Unwritable;
        };
        if !executed.get() {
            return Answered::NotExecuted(body);
        }
        let is_ok = answer.is_ok();
        if let Some((question, changes)) = question.filter(|_| is_ok) {
            let cost = charge.balance().cost;
            self.kept.keep(question, changes, cost, body.clone());
        }
        Answered::Executed { body, is_ok }
    }
}

fn body(answer: &Answer, executed: bool) -> serde_json::Result<Bytes> {
    let body = if executed {
        serde_json::to_vec(answer)?
    } else {
        serde_json::to_vec(&json!({ "errors": answer.errors }))?
    };
    Ok(body.into())
}
