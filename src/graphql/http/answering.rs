//! From a question to the bytes of its answer: one that is kept, or a new one.

use async_graphql::{Request, Response as Answer};
use axum::body::Bytes;
use serde_json::{Value, json};

use super::kept::{Question, is_lasting};
use super::request::{Asked, Asking};
use super::{Caller, Endpoint};
use crate::gate::Seen;
use crate::graphql::cost::Owed;
use crate::graphql::session::Executed;
use crate::store::change::Changes;

/// What became of a question.
pub(super) enum Answered {
    Executed {
        body: Bytes,
        /// There are no errors.
        is_ok: bool,
    },
    /// GraphQL refused it; there are errors and no data, not even null.
    NotExecuted(Bytes),
    /// Whoever asks has too little left.
    Spent(Owed),
    TookTooLong,
    /// The answer has no JSON form, which does not happen.
    Unwritable,
}

impl Endpoint {
    /// What is kept of the answer to the same bytes, if it still holds; whoever asks pays for it as for a new one.
    pub(super) fn kept_answer(
        &self,
        caller: &Caller,
        asking: &Asking,
        seen: Option<Seen>,
    ) -> Option<Answered> {
        let Seen(changes) = seen?;
        let question = self.kept.question(asking, caller.principal.rights())?;
        self.give_again(caller, &question, changes)
    }

    /// Answers a question, anew where nothing is kept that still holds.
    pub(super) async fn execute(
        &self,
        caller: &Caller,
        asking: &Asking,
        asked: Asked,
        seen: Option<Seen>,
    ) -> Answered {
        let rights = caller.principal.rights();
        let question = seen.and_then(|Seen(changes)| {
            let question = if asked.is_persisting {
                self.kept.question_read(&asked, rights)?
            } else {
                self.kept.question(asking, rights)?
            };
            Some((question, changes))
        });
        if asked.is_persisting
            && let Some((question, changes)) = &question
            && let Some(answered) = self.give_again(caller, question, *changes)
        {
            return answered;
        }
        let mut request = Request::from(asked);
        let question = question.filter(|_| is_lasting(&mut request));
        let (executed, charge) = (Executed::default(), self.charge(caller));
        let mut request = caller.asks(request, &executed, &charge);
        if let Some(seen) = seen {
            request = request.data(seen);
        }
        let answering = self.schema.execute(request);
        let Ok(answer) = tokio::time::timeout(self.timeout, answering).await else {
            return Answered::TookTooLong;
        };
        if let Some(owed) = charge.owed() {
            return Answered::Spent(owed);
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

    fn give_again(
        &self,
        caller: &Caller,
        question: &Question,
        changes: Changes,
    ) -> Option<Answered> {
        let answer = self.kept.answer(question, changes)?;
        Some(match self.charge(caller).pay(answer.cost) {
            Ok(()) => Answered::Executed {
                body: answer.body,
                is_ok: true,
            },
            Err(owed) => Answered::Spent(owed),
        })
    }
}

/// An answer without an execution: there is no data, not even null.
pub(super) fn refused(answer: &Answer) -> Value {
    if answer.extensions.is_empty() {
        json!({ "errors": answer.errors })
    } else {
        json!({ "errors": answer.errors, "extensions": answer.extensions })
    }
}

fn body(answer: &Answer, executed: bool) -> serde_json::Result<Bytes> {
    let body = if executed {
        serde_json::to_vec(answer)?
    } else {
        serde_json::to_vec(&refused(answer))?
    };
    Ok(body.into())
}
