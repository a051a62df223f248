//! Bad credentials: after some of them whoever shows them has to wait, and longer each time.
//!
//! They are counted by address, and by address and the beginning of a key. Never by a beginning alone: whoever knows one,
//! and listings and logs show it, could lock its owner out from elsewhere. For the same reason credentials that have
//! worked from an address are let through while it is locked: a neighbour behind the same proxy does not shut anybody's
//! program out that is at work.
//!
//! Kept in memory, by each server for itself: what is guessed at has 256 bits, so that this is against noise and load
//! rather than against luck.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

/// So many are free for the keys of one beginning, and for what is no key at all: people mistype, and scripts are set up.
const FREE_EACH: u32 = 10;
/// So many are free for an address: a script with a dead key has to wait long before its neighbours do.
const FREE_ADDRESS: u32 = 50;
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);
/// Whoever fails no more for so long begins anew.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 60);
/// For so long credentials that have worked are let through.
const PROVEN_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// More than these are not remembered; the one that was seen least lately goes.
const REMEMBERED_MAX: usize = 10_000;

/// What bad credentials are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Suspect {
    Address(IpAddr),
    /// Keys of one beginning, shown from one address; with an empty beginning what is no key.
    Key(IpAddr, String),
}

/// Credentials that are shown from an address.
#[derive(Clone, Debug)]
pub struct Attempt {
    suspects: [Suspect; 2],
    proof: Proof,
}

/// An address, and the hash of credentials.
type Proof = (IpAddr, [u8; 32]);

/// Who has to wait. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Lockout {
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    records: HashMap<Suspect, Record>,
    /// When they last worked.
    proven: HashMap<Proof, Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    failures: u32,
    last: Instant,
    /// Nothing is looked up before.
    locked_until: Option<Instant>,
}

/// What an address is counted as: IPv6 by its first 64 bits, which one household has.
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

impl Attempt {
    /// `beginning` is that of a key, or empty.
    #[must_use]
    pub fn new(address: IpAddr, beginning: &str, credentials: &str) -> Attempt {
        let address = household(address);
        Attempt {
            suspects: [
                Suspect::Key(address, beginning.to_owned()),
                Suspect::Address(address),
            ],
            proof: (address, Sha256::digest(credentials).into()),
        }
    }
}

impl Suspect {
    fn free(&self) -> u32 {
        match self {
            Suspect::Address(_) => FREE_ADDRESS,
            Suspect::Key(..) => FREE_EACH,
        }
    }
}

impl std::fmt::Display for Suspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Suspect::Address(address) => write!(f, "address {address}"),
            Suspect::Key(address, beginning) if beginning.is_empty() => {
                write!(f, "what is no key from address {address}")
            }
            Suspect::Key(address, beginning) => {
                write!(f, "keys that begin with {beginning} from address {address}")
            }
        }
    }
}

impl Lockout {
    /// How long whoever shows these has to wait still.
    #[must_use]
    pub fn wait(&self, attempt: &Attempt, now: Instant) -> Option<Duration> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let proven = known.proven.get(&attempt.proof);
        if proven.is_some_and(|at| now.duration_since(*at) < PROVEN_FOR) {
            return None;
        }
        let ends = attempt
            .suspects
            .iter()
            .filter_map(|suspect| known.records.get(suspect)?.locked_until);
        let end = ends.max()?;
        end.checked_duration_since(now)
            .filter(|wait| !wait.is_zero())
    }

    /// Counts bad credentials. Gives those that have to wait from now on, and how long.
    pub fn failed(&self, attempt: &Attempt, now: Instant) -> Vec<(Suspect, Duration)> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.proven.remove(&attempt.proof);
        let records = &mut known.records;
        let mut locked = Vec::new();
        for suspect in &attempt.suspects {
            if !records.contains_key(suspect) {
                make_room(records, now, FORGOTTEN_AFTER, |record| record.last);
            }
            let new = Record {
                failures: 0,
                last: now,
                locked_until: None,
            };
            let record = records.entry(suspect.clone()).or_insert(new);
            if now.duration_since(record.last) >= FORGOTTEN_AFTER {
                *record = new;
            }
            record.failures = record.failures.saturating_add(1);
            record.last = now;
            if let Some(more) = record.failures.checked_sub(suspect.free()) {
                let wait = wait_after(more);
                record.locked_until = Some(now + wait);
                locked.push((suspect.clone(), wait));
            }
        }
        locked
    }

    /// Remembers credentials that work. What was counted for the address stays: with a key of one's own one must not guess
    /// the others'.
    pub fn succeeded(&self, attempt: &Attempt, now: Instant) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.records.remove(&attempt.suspects[0]);
        if let Some(at) = known.proven.get_mut(&attempt.proof) {
            *at = now;
            return;
        }
        make_room(&mut known.proven, now, PROVEN_FOR, |at| *at);
        known.proven.insert(attempt.proof, now);
    }
}

/// Twice as long each time.
fn wait_after(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.min(16)).min(WAIT_MAX)
}

fn make_room<Key: Clone + Eq + std::hash::Hash, Value>(
    all: &mut HashMap<Key, Value>,
    now: Instant,
    kept_for: Duration,
    last: impl Fn(&Value) -> Instant,
) {
    if all.len() < REMEMBERED_MAX {
        return;
    }
    all.retain(|_, value| now.duration_since(last(value)) < kept_for);
    if all.len() >= REMEMBERED_MAX {
        let oldest = all.iter().min_by_key(|(_, value)| last(value));
        if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
            all.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(at: u8, beginning: &str, credentials: &str) -> Attempt {
        Attempt::new(IpAddr::from([192, 0, 2, at]), beginning, credentials)
    }

    #[test]
    fn the_wait_begins_after_some_failures_and_doubles() {
        let (lockout, now) = (Lockout::default(), Instant::now());
        let one = attempt(1, "", "nonsense");
        for _ in 1..FREE_EACH {
            assert!(lockout.failed(&one, now).is_empty());
            assert_eq!(lockout.wait(&one, now), None);
        }
        for seconds in [1, 2, 4, 8] {
            let wait = Duration::from_secs(seconds);
            assert_eq!(lockout.failed(&one, now), [(one.suspects[0].clone(), wait)]);
            assert_eq!(lockout.wait(&one, now), Some(wait));
            assert_eq!(lockout.wait(&one, now + wait), None);
        }
        for _ in 0..100 {
            lockout.failed(&one, now);
        }
        assert_eq!(lockout.wait(&one, now), Some(WAIT_MAX));
        // By now it is the whole address, and no other.
        assert_eq!(lockout.wait(&attempt(1, "pbk_1", "a"), now), Some(WAIT_MAX));
        assert_eq!(lockout.wait(&attempt(2, "", "nonsense"), now), None);
        lockout.failed(&one, now + FORGOTTEN_AFTER);
        assert_eq!(lockout.wait(&one, now + FORGOTTEN_AFTER), None);
    }

    #[test]
    fn a_dead_key_does_not_shut_its_neighbours_out() {
        let (lockout, now) = (Lockout::default(), Instant::now());
        for _ in 0..FREE_EACH {
            lockout.failed(&attempt(1, "pbk_dead", "pbk_dead"), now);
        }
        assert!(
            lockout
                .wait(&attempt(1, "pbk_dead", "other"), now)
                .is_some()
        );
        assert_eq!(lockout.wait(&attempt(1, "pbk_good", "pbk_good"), now), None);
        assert_eq!(lockout.wait(&attempt(2, "pbk_dead", "pbk_dead"), now), None);
    }

    #[test]
    fn what_has_worked_from_a_locked_address_works_on() {
        let (lockout, now) = (Lockout::default(), Instant::now());
        let (good, bad) = (
            attempt(1, "pbk_good", "good"),
            attempt(1, "pbk_good", "bad"),
        );
        lockout.succeeded(&good, now);
        for _ in 0..=FREE_ADDRESS {
            lockout.failed(&bad, now);
        }
        assert!(lockout.wait(&bad, now).is_some());
        assert_eq!(lockout.wait(&good, now), None);
        assert!(lockout.wait(&attempt(1, "pbk_new", "new"), now).is_some());
        // Good credentials forgive no bad ones of the address.
        lockout.succeeded(&good, now);
        assert!(lockout.wait(&attempt(1, "pbk_new", "new"), now).is_some());
        // Once they fail they are as any others.
        lockout.failed(&good, now);
        assert!(lockout.wait(&good, now).is_some());
    }

    #[test]
    fn a_household_is_one_address() {
        let address = |text: &str| household(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:1"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (lockout, now) = (Lockout::default(), Instant::now());
        for at in 0..REMEMBERED_MAX + 10 {
            let moment = now + Duration::from_millis(at as u64);
            lockout.failed(&attempt(1, &at.to_string(), "bad"), moment);
            lockout.succeeded(&attempt(1, "", &at.to_string()), moment);
        }
        let known = lockout.known.lock().unwrap();
        assert_eq!(known.records.len(), REMEMBERED_MAX);
        assert_eq!(known.proven.len(), REMEMBERED_MAX);
        let first = attempt(1, "0", "0");
        assert!(!known.records.contains_key(&first.suspects[0]));
        assert!(!known.proven.contains_key(&first.proof));
    }
}
