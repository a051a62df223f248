//! What a request asks for by keys of one type, and what was found.

use std::collections::HashMap;

use tokio::sync::oneshot;

use super::SharedError;
use crate::store::kept::Keep;

/// What comes of a key: hidden and absent rows are none.
pub(super) type Told<K> = Result<Option<<K as Keep>::Row>, SharedError>;

/// Those who wait for their rows.
pub(super) type Waiting<K> = Vec<(K, oneshot::Sender<Told<K>>)>;

pub(super) struct Batch<K: Keep> {
    found: HashMap<K, Option<K::Row>>,
    waiting: Waiting<K>,
    is_led: bool,
}

/// What whoever asks has to do.
pub(super) enum Turn<K: Keep> {
    Found(Option<K::Row>),
    /// Somebody else reads. Ends without an answer where they go away.
    Wait(oneshot::Receiver<Told<K>>),
    /// Read for oneself and all others.
    Lead,
}

impl<K: Keep> Default for Batch<K> {
    fn default() -> Batch<K> {
        Batch {
            found: HashMap::new(),
            waiting: Vec::new(),
            is_led: false,
        }
    }
}

impl<K: Keep> Batch<K> {
    pub(super) fn found(&self, key: &K) -> Option<Option<K::Row>> {
        self.found.get(key).cloned()
    }

    pub(super) fn wait(&mut self, key: &K) -> Turn<K> {
        if !std::mem::replace(&mut self.is_led, true) {
            return Turn::Lead;
        }
        let (sender, told) = oneshot::channel();
        self.waiting.push((key.clone(), sender));
        Turn::Wait(told)
    }

    /// Gives those who wait. Whoever comes from now on is of the next batch.
    pub(super) fn begin(&mut self) -> Waiting<K> {
        self.is_led = false;
        std::mem::take(&mut self.waiting)
    }

    pub(super) fn remember(&mut self, key: &K, row: Option<K::Row>) {
        self.found.insert(key.clone(), row);
    }
}

/// Lets somebody else read where whoever was to do it goes away first.
pub(super) struct Leading<GiveUp: FnMut()>(Option<GiveUp>);

impl<GiveUp: FnMut()> Leading<GiveUp> {
    pub(super) fn new(give_up: GiveUp) -> Leading<GiveUp> {
        Leading(Some(give_up))
    }

    pub(super) fn end(mut self) {
        self.0 = None;
    }
}

impl<GiveUp: FnMut()> Drop for Leading<GiveUp> {
    fn drop(&mut self) {
        if let Some(give_up) = &mut self.0 {
            give_up();
        }
    }
}
