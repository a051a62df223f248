//! The operations of one socket that go on.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;

use async_graphql::Response as Answer;
use futures_util::stream::{BoxStream, StreamExt};

/// Operations of one socket at a time.
const OPERATIONS_MAX: usize = 32;

/// What comes of an operation.
pub(super) enum Told {
    /// Also with whether it was refused before anything ran.
    Answer(Box<Answer>, bool),
    /// Whoever asks for it is nobody any more.
    Nobody,
    End,
}

/// Operations by the client's ids. An operation and its id are held and let go of together, so that what an operation has
/// still to tell is never taken for that of a later one with its id, and none goes on that is not counted.
#[derive(Default)]
pub(super) struct Running(VecDeque<(String, BoxStream<'static, Told>)>);

impl Running {
    pub(super) fn contains(&self, id: &str) -> bool {
        self.0.iter().any(|(other, _)| other == id)
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= OPERATIONS_MAX
    }

    pub(super) fn begin(&mut self, id: String, operation: BoxStream<'static, Told>) {
        self.0.push_back((id, operation));
    }

    /// Lets go of an operation, if it still goes on.
    pub(super) fn end(&mut self, id: &str) {
        self.0.retain(|(other, _)| other != id);
    }

    /// What any of them tells next; one that ends is let go of. Waits for as long as there is none.
    pub(super) async fn next(&mut self) -> (String, Told) {
        poll_fn(|context| {
            for at in 0..self.0.len() {
                let Poll::Ready(told) = self.0[at].1.poll_next_unpin(context) else {
                    continue;
                };
                let Some((id, operation)) = self.0.remove(at) else {
                    continue;
                };
                let Some(told) = told else {
                    return Poll::Ready((id, Told::End));
                };
                // Whoever has just spoken is asked last.
                self.0.push_back((id.clone(), operation));
                return Poll::Ready((id, told));
            }
            Poll::Pending
        })
        .await
    }
}
