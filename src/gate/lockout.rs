//! Bad credentials: after some of them an address, or the beginning of a key, has to wait, and longer each time.
//!
//! Kept in memory, by each server for itself: what is guessed at has 256 bits, so that this is against noise and load
//! rather than against luck.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many are free: people mistype, and scripts are set up.
const FREE: u32 = 10;
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);
/// Whoever fails no more for so long begins anew.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 60);
/// More than these are not remembered; the one that failed least lately goes.
const REMEMBERED_MAX: usize = 10_000;

/// What bad credentials are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Suspect {
    /// IPv6 by its first 64 bits, which one household has.
    Address(IpAddr),
    /// How a key begins.
    Prefix(String),
}

/// Who has to wait. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Lockout {
    records: Arc<Mutex<HashMap<Suspect, Record>>>,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    failures: u32,
    last: Instant,
    /// Nothing is looked up before.
    locked_until: Option<Instant>,
}

impl Suspect {
    #[must_use]
    pub fn address(address: IpAddr) -> Suspect {
        Suspect::Address(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        })
    }
}

impl std::fmt::Display for Suspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Suspect::Address(address) => write!(f, "address {address}"),
            Suspect::Prefix(prefix) => write!(f, "keys that begin with {prefix}"),
        }
    }
}

impl Lockout {
    /// How long whoever is one of these has to wait still.
    #[must_use]
    pub fn wait(&self, suspects: &[Suspect], now: Instant) -> Option<Duration> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = suspects
            .iter()
            .filter_map(|suspect| records.get(suspect)?.locked_until);
        let end = ends.max()?;
        end.checked_duration_since(now)
            .filter(|wait| !wait.is_zero())
    }

    /// Counts bad credentials. Gives those that have to wait from now on, and how long.
    pub fn failed(&self, suspects: &[Suspect], now: Instant) -> Vec<(Suspect, Duration)> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let mut locked = Vec::new();
        for suspect in suspects {
            if records.len() >= REMEMBERED_MAX && !records.contains_key(suspect) {
                make_room(&mut records, now);
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
            if record.failures >= FREE {
                let wait = wait_after(record.failures);
                record.locked_until = Some(now + wait);
                locked.push((suspect.clone(), wait));
            }
        }
        locked
    }

    /// Forgets what was counted for one who has shown good credentials.
    pub fn succeeded(&self, suspect: &Suspect) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.remove(suspect);
    }
}

/// Twice as long each time.
fn wait_after(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(FREE).min(16);
    Duration::from_secs(1 << doublings).min(WAIT_MAX)
}

fn make_room(records: &mut HashMap<Suspect, Record>, now: Instant) {
    records.retain(|_, record| now.duration_since(record.last) < FORGOTTEN_AFTER);
    if records.len() >= REMEMBERED_MAX {
        let oldest = records.iter().min_by_key(|(_, record)| record.last);
        if let Some(oldest) = oldest.map(|(suspect, _)| suspect.clone()) {
            records.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspect(at: u8) -> Suspect {
        Suspect::address(IpAddr::from([192, 0, 2, at]))
    }

    #[test]
    fn the_wait_begins_after_some_failures_and_doubles() {
        let (lockout, now) = (Lockout::default(), Instant::now());
        let one = [suspect(1)];
        for _ in 1..FREE {
            assert!(lockout.failed(&one, now).is_empty());
            assert_eq!(lockout.wait(&one, now), None);
        }
        for seconds in [1, 2, 4, 8] {
            let wait = Duration::from_secs(seconds);
            assert_eq!(lockout.failed(&one, now), [(suspect(1), wait)]);
            assert_eq!(lockout.wait(&one, now), Some(wait));
            assert_eq!(lockout.wait(&one, now + wait), None);
        }
        assert_eq!(lockout.wait(&[suspect(2)], now), None);
        for _ in 0..100 {
            lockout.failed(&one, now);
        }
        assert_eq!(lockout.wait(&one, now), Some(WAIT_MAX));
        lockout.failed(&one, now + FORGOTTEN_AFTER);
        assert_eq!(lockout.wait(&one, now + FORGOTTEN_AFTER), None);
    }

    #[test]
    fn good_credentials_clear_what_they_name() {
        let (lockout, now) = (Lockout::default(), Instant::now());
        let prefix = Suspect::Prefix("pbk_12345678".to_owned());
        let both = [suspect(1), prefix.clone()];
        for _ in 0..FREE {
            lockout.failed(&both, now);
        }
        lockout.succeeded(&prefix);
        assert_eq!(lockout.wait(&[prefix], now), None);
        assert!(lockout.wait(&both, now).is_some());
    }

    #[test]
    fn a_household_is_one_address() {
        let address = |text: &str| Suspect::address(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:1"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (lockout, now) = (Lockout::default(), Instant::now());
        for at in 0..REMEMBERED_MAX + 10 {
            let moment = now + Duration::from_millis(at as u64);
            lockout.failed(&[Suspect::Prefix(at.to_string())], moment);
        }
        let records = lockout.records.lock().unwrap();
        assert_eq!(records.len(), REMEMBERED_MAX);
        assert!(!records.contains_key(&Suspect::Prefix("9".to_owned())));
    }
}
