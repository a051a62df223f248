//! The connections that are open: so many at a time, and those of people we know before those of strangers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// All connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Seats(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    max: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    /// The oldest first.
    seats: BTreeMap<u64, Arc<Seat>>,
}

/// One connection. Each of its requests carries it.
#[derive(Debug, Default)]
pub struct Seat {
    is_known: AtomicBool,
    is_given_away: Notify,
}

/// A seat that is kept until this is dropped.
#[derive(Debug)]
pub struct Seated {
    pub seat: Arc<Seat>,
    number: u64,
    shared: Arc<Shared>,
}

impl Seats {
    #[must_use]
    pub fn new(max: usize) -> Seats {
        Seats(Arc::new(Shared {
            max,
            taken: Mutex::default(),
        }))
    }

    /// A seat for a new connection. Where all are taken the oldest connection that has shown no good credentials loses its
    /// own; none where there is no such connection.
    #[must_use]
    pub fn take(&self) -> Option<Seated> {
        let shared = &self.0;
        let mut taken = shared.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.seats.len() >= shared.max && !taken.give_away() {
            return None;
        }
        let (seat, number) = (Arc::<Seat>::default(), taken.next);
        taken.next += 1;
        taken.seats.insert(number, seat.clone());
        Some(Seated {
            seat,
            number,
            shared: shared.clone(),
        })
    }

    /// Ends the oldest connection of a stranger, where there is one.
    pub fn make_room(&self) {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.give_away();
    }
}

impl Taken {
    fn give_away(&mut self) -> bool {
        let mut strangers = self.seats.iter();
        let oldest = strangers.find(|(_, seat)| !seat.is_known.load(Ordering::Relaxed));
        let Some(oldest) = oldest.map(|(number, _)| *number) else {
            return false;
        };
        if let Some(seat) = self.seats.remove(&oldest) {
            seat.is_given_away.notify_one();
        }
        true
    }
}

impl Seat {
    /// Good credentials came over it.
    pub(super) fn recognise(&self) {
        self.is_known.store(true, Ordering::Relaxed);
    }

    /// Waits until somebody else has it.
    pub async fn given_away(&self) {
        self.is_given_away.notified().await;
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        let taken = &self.shared.taken;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.seats.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_given_away(seated: &Seated) -> bool {
        let waiting = std::pin::pin!(seated.seat.given_away());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        waiting.poll(&mut context).is_ready()
    }

    #[test]
    fn strangers_make_room_the_oldest_first() {
        let seats = Seats::new(3);
        let taken: Vec<Seated> = (0..3).map(|_| seats.take().unwrap()).collect();
        taken[0].seat.recognise();
        let fourth = seats.take().unwrap();
        let lost: Vec<bool> = taken.iter().map(is_given_away).collect();
        assert_eq!(lost, [false, true, false]);
        fourth.seat.recognise();
        taken[2].seat.recognise();
        assert!(seats.take().is_none(), "all are known");
        drop(taken);
        let more: Vec<Seated> = (0..2).map(|_| seats.take().unwrap()).collect();
        assert!(!is_given_away(&fourth) && more.iter().all(|seated| !is_given_away(seated)));
    }
}
