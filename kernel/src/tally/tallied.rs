//! What a finished tally holds, offering by offering.

use super::sums::Sums;
use crate::ids::{Location, Offering, Partner, Slice};
use crate::totals::Totals;

/// Totals by slice, at the customers' own locations, and partner. What is large about them lies where the walks left it, and
/// is added up when it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Tallied {
    /// In order.
    keys: Vec<(Location, Partner)>,
    /// Of each walk.
    totals: Vec<Vec<Totals>>,
    /// By offering, in order of key. A key has one of each walk that came upon it.
    parts: Vec<Vec<Part>>,
}

/// Where one walk's totals of a key and an offering lie.
#[derive(Debug, Clone, Copy)]
struct Part {
    key: u32,
    walk: u32,
    place: u32,
}

impl Tallied {
    pub(super) fn new(walks: Vec<Sums>) -> Tallied {
        // Location, partner, walk and row as one number, which sorts several times faster than the four.
        let mut rows: Vec<u128> =
            Vec::with_capacity(walks.iter().map(|sums| sums.rows.len()).sum());
        for (walk, sums) in (0_u32..).zip(&walks) {
            rows.extend(sums.rows.iter().map(|((location, partner), row)| {
                let key = u64::from(location.0) << 32 | u64::from(partner.0);
                let place = u64::from(walk) << 32 | u64::from(*row);
                u128::from(key) << 64 | u128::from(place)
            }));
        }
        rows.sort_unstable();
        let offerings = walks.iter().map(|sums| sums.offerings).max().unwrap_or(0);
        let mut keys: Vec<(Location, Partner)> = Vec::with_capacity(rows.len());
        let mut parts = vec![Vec::new(); offerings];
        for number in rows {
            let key = (
                Location((number >> 96) as u32),
                Partner((number >> 64) as u32),
            );
            let (walk, row) = ((number >> 32) as u32, number as u32);
            if keys.last() != Some(&key) {
                keys.push(key);
            }
            let places = &walks[walk as usize].places[row as usize * offerings..][..offerings];
            for (place, parts) in places.iter().zip(&mut parts) {
                if let Some(place) = place.checked_sub(1) {
                    parts.push(Part {
                        key: keys.len() as u32 - 1,
                        walk,
                        place,
                    });
                }
            }
        }
        Tallied {
            keys,
            totals: walks.into_iter().map(|sums| sums.totals).collect(),
            parts,
        }
    }

    /// The totals of an offering in order of location, then partner.
    #[must_use]
    pub fn of(&self, offering: Offering) -> Vec<(Slice, Partner, Totals)> {
        let parts = self.parts.get(offering.0 as usize);
        let parts = parts.map_or(&[][..], Vec::as_slice);
        let mut rows: Vec<(Slice, Partner, Totals)> = Vec::with_capacity(parts.len());
        for of_key in parts.chunk_by(|a, b| a.key == b.key) {
            let (location, partner) = self.keys[of_key[0].key as usize];
            let mut sum = Totals::default();
            for part in of_key {
                sum.add(&self.totals[part.walk as usize][part.place as usize]);
            }
            rows.push((Slice { offering, location }, partner, sum));
        }
        rows
    }

    /// All totals in order of slice, then partner.
    #[must_use]
    pub fn rows(&self) -> Vec<(Slice, Partner, Totals)> {
        let offerings = (0..self.parts.len()).map(|at| Offering(at as u32));
        offerings.flat_map(|offering| self.of(offering)).collect()
    }
}
