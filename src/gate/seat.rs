//! The connections that are open: so many at a time, and of one address fewer, those of people we know before those of
//! strangers.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::config::Http;

/// All connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Seats(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    max: usize,
    /// Of one neighbourhood; none where all connections come from proxies.
    max_of_one: Option<usize>,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    /// The oldest first.
    seats: BTreeMap<u64, (Neighbourhood, Arc<Seat>)>,
    /// How many of them each has.
    of_one: HashMap<Neighbourhood, usize>,
}

/// The addresses that one client can choose from: an IPv4 address, or the 64 bits that a network of IPv6 has in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Neighbourhood(IpAddr);

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
    pub fn new(http: &Http) -> Seats {
        Seats(Arc::new(Shared {
            max: http.connections,
            // Whoever stands behind a proxy cannot be told by the connection, which is the proxy's.
            max_of_one: (http.trusted_proxies == 0).then_some(http.connections_per_address),
            taken: Mutex::default(),
        }))
    }

    /// A seat for a new connection from this address. Where all are taken, or all that one address may have, the oldest
    /// connection (of that address) that has shown no good credentials loses its own; none where there is no such connection.
    #[must_use]
    pub fn take(&self, address: IpAddr) -> Option<Seated> {
        let shared = &self.0;
        let from = Neighbourhood::of(address);
        let mut taken = shared.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = taken.of_one.get(&from).copied().unwrap_or_default();
        if shared.max_of_one.is_some_and(|max| of_one >= max) {
            if !taken.give_away(Some(from)) {
                return None;
            }
        } else if taken.seats.len() >= shared.max && !taken.give_away(None) {
            return None;
        }
        let (seat, number) = (Arc::<Seat>::default(), taken.next);
        taken.next += 1;
        taken.seats.insert(number, (from, seat.clone()));
        *taken.of_one.entry(from).or_default() += 1;
        Some(Seated {
            seat,
            number,
            shared: shared.clone(),
        })
    }

    /// Ends the oldest connection of a stranger, where there is one.
    pub fn make_room(&self) {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.give_away(None);
    }
}

impl Taken {
    /// Ends the oldest connection of a stranger, of one neighbourhood where it is named; whether there was one.
    fn give_away(&mut self, from: Option<Neighbourhood>) -> bool {
        let mut seats = self.seats.iter();
        let oldest = seats.find(|(_, (of, seat))| {
            !seat.is_known.load(Ordering::Relaxed) && from.is_none_or(|from| *of == from)
        });
        let oldest = oldest.map(|(number, _)| *number);
        let Some(seat) = oldest.and_then(|number| self.remove(number)) else {
            return false;
        };
        seat.is_given_away.notify_one();
        true
    }

    /// None where it was given away before.
    fn remove(&mut self, number: u64) -> Option<Arc<Seat>> {
        let (from, seat) = self.seats.remove(&number)?;
        if let Some(of_one) = self.of_one.get_mut(&from) {
            *of_one -= 1;
            if *of_one == 0 {
                self.of_one.remove(&from);
            }
        }
        Some(seat)
    }
}

impl Neighbourhood {
    fn of(address: IpAddr) -> Neighbourhood {
        Neighbourhood(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
            address @ IpAddr::V4(_) => address,
        })
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
        taken.remove(self.number);
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

    fn seats(connections: usize, connections_per_address: usize, trusted_proxies: usize) -> Seats {
        Seats::new(&Http {
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: String::new(),
            allowed_origins: Vec::new(),
            trusted_proxies,
            connections,
            connections_per_address,
        })
    }

    fn take(seats: &Seats, address: &str) -> Option<Seated> {
        seats.take(address.parse().unwrap())
    }

    #[test]
    fn an_address_makes_room_for_itself() {
        let seats = seats(10, 2, 0);
        let other = take(&seats, "192.0.2.9").unwrap();
        let taken: Vec<Seated> = (0..4).map(|_| take(&seats, "192.0.2.1").unwrap()).collect();
        let lost: Vec<bool> = taken.iter().map(is_given_away).collect();
        assert_eq!(lost, [true, true, false, false]);
        assert!(!is_given_away(&other));
        taken[2].seat.recognise();
        taken[3].seat.recognise();
        assert!(take(&seats, "192.0.2.1").is_none(), "both are known");
        assert!(take(&seats, "192.0.2.2").is_some());
        // Those that were given away before are not counted down twice.
        drop(taken);
        let again: Vec<Seated> = (0..2).map(|_| take(&seats, "192.0.2.1").unwrap()).collect();
        let third = take(&seats, "192.0.2.1").unwrap();
        assert!(is_given_away(&again[0]) && !is_given_away(&third));
        drop((again, third, other));
        assert!(seats.0.taken.lock().unwrap().of_one.is_empty());
    }

    #[test]
    fn addresses_that_one_client_can_choose_from_are_one() {
        let seats = seats(10, 1, 0);
        for (first, second, is_one) in [
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ] {
            let one = take(&seats, first).unwrap();
            let _two = take(&seats, second).unwrap();
            assert_eq!(is_given_away(&one), is_one, "{first} {second}");
        }
    }

    #[test]
    fn behind_proxies_all_connections_come_from_one_address() {
        let seats = seats(10, 1, 1);
        let taken: Vec<Seated> = (0..10)
            .map(|_| take(&seats, "192.0.2.1").unwrap())
            .collect();
        assert!(taken.iter().all(|seated| !is_given_away(seated)));
    }

    #[test]
    fn strangers_make_room_the_oldest_first() {
        let seats = seats(3, 3, 0);
        let take = || take(&seats, "192.0.2.1");
        let taken: Vec<Seated> = (0..3).map(|_| take().unwrap()).collect();
        taken[0].seat.recognise();
        let fourth = take().unwrap();
        let lost: Vec<bool> = taken.iter().map(is_given_away).collect();
        assert_eq!(lost, [false, true, false]);
        fourth.seat.recognise();
        taken[2].seat.recognise();
        assert!(take().is_none(), "all are known");
        drop(taken);
        let more: Vec<Seated> = (0..2).map(|_| take().unwrap()).collect();
        assert!(!is_given_away(&fourth) && more.iter().all(|seated| !is_given_away(seated)));
    }
}
