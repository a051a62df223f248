//! Whose turn it is to be told of: the next batch is read while one is stored, and what there is to tell of it waits.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use intake::{Reject, Stop};

use super::{Request, Watcher};

/// A batch's way to the watcher.
pub(super) struct Turn {
    watcher: Arc<dyn Watcher>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Another batch is being told of.
    Waiting,
    Come,
    /// The batch will not be stored, whatever it holds.
    Over,
}

impl Turn {
    pub(super) fn new(watcher: Arc<dyn Watcher>) -> Turn {
        Turn {
            watcher,
            state: Mutex::new(State::Waiting),
            changed: Condvar::new(),
        }
    }

    pub(super) fn come(&self, request: &Request) {
        self.watcher.begun(request);
        self.set(State::Come);
    }

    pub(super) fn over(&self) {
        self.set(State::Over);
    }

    /// Tells of a reject when the turn has come. Called from threads that may wait.
    pub(super) fn rejected(&self, file: &str, reject: &Reject) -> Result<(), Stop> {
        let state = self
            .changed
            .wait_while(self.state(), |state| *state == State::Waiting)
            .unwrap_or_else(PoisonError::into_inner);
        if *state == State::Over {
            return Err(Stop);
        }
        drop(state);
        self.watcher.rejected(file, reject);
        Ok(())
    }

    /// Tells how far the reading has come, unless another batch is being told of.
    pub(super) fn progressed(&self, bytes: u64) {
        if *self.state() == State::Come {
            self.watcher.progressed(bytes);
        }
    }

    fn set(&self, state: State) {
        *self.state() = state;
        self.changed.notify_all();
    }

    /// The state is one word, right after every line that touches it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
