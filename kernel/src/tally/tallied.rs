//! What a finished tally holds, offering by offering.

use super::rows::Rows;
use super::sums::Sums;
use crate::ids::{Location, Offering, Partner, Slice};
use crate::totals::Totals;

/// Totals by slice, at the customers' own locations, and partner. What is large about them lies where the walks left it, and
/// is added up when it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Tallied {
    walks: Vec<Walked>,
}

/// What one walk has added up, in order.
#[derive(Debug, Clone)]
pub(super) struct Walked {
    /// By offering, in order of key.
    parts: Vec<Vec<Part>>,
    totals: Rows<Totals>,
}

/// Where the totals of a key and an offering lie.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// A location and a partner as one number, which sorts as they do.
    key: u64,
    place: u32,
}

impl Walked {
    pub(super) fn new(sums: Sums) -> Walked {
        // Numbers that name the rows are sorted, which is several times faster than sorting locations and partners.
        let rows = sums.rows.iter().map(|((location, partner), row)| {
            let key = u64::from(location.0) << 32 | u64::from(partner.0);
            u128::from(key) << 32 | u128::from(*row)
        });
        let mut rows: Vec<u128> = rows.collect();
        rows.sort_unstable();
        // Room for each key that there may be costs nothing where it stays untouched, and growing would copy.
        let room = |_| Vec::with_capacity(rows.len());
        let mut parts: Vec<Vec<Part>> = (0..sums.offerings).map(room).collect();
        for number in rows {
            let (key, row) = ((number >> 32) as u64, number as u32);
            for (place, parts) in sums.places.row(row as usize).iter().zip(&mut parts) {
                if let Some(place) = place.checked_sub(1) {
                    parts.push(Part { key, place });
                }
            }
        }
        Walked {
            parts,
            totals: sums.totals,
        }
    }

    fn of(&self, offering: Offering) -> &[Part] {
        let parts = self.parts.get(offering.0 as usize);
        parts.map_or(&[], Vec::as_slice)
    }
}

impl Tallied {
    pub(super) fn new(walks: Vec<Walked>) -> Tallied {
        Tallied { walks }
    }

    /// How many totals an offering has at the most.
    #[must_use]
    pub fn len_of(&self, offering: Offering) -> usize {
        self.walks.iter().map(|walk| walk.of(offering).len()).sum()
    }

    /// The totals of an offering in order of location, then partner.
    #[must_use]
    pub fn of(&self, offering: Offering) -> Vec<(Slice, Partner, Totals)> {
        let walks = self.walks.iter();
        let parts = walks.flat_map(|walk| walk.of(offering).iter().map(move |part| (walk, part)));
        let mut parts: Vec<(&Walked, &Part)> = parts.collect();
        // Those of each walk stand in order: this merges them.
        parts.sort_by_key(|(_, part)| part.key);
        let mut rows: Vec<(Slice, Partner, Totals)> = Vec::with_capacity(parts.len());
        for of_key in parts.chunk_by(|a, b| a.1.key == b.1.key) {
            let key = of_key[0].1.key;
            let location = Location((key >> 32) as u32);
            let mut sum = Totals::default();
            for (walk, part) in of_key {
                sum.add(&walk.totals.row(part.place as usize)[0]);
            }
            rows.push((Slice { offering, location }, Partner(key as u32), sum));
        }
        rows
    }

    /// All totals in order of slice, then partner.
    #[must_use]
    pub fn rows(&self) -> Vec<(Slice, Partner, Totals)> {
        let offerings = self.walks.iter().map(|walk| walk.parts.len()).max();
        let offerings = (0..offerings.unwrap_or(0)).map(|at| Offering(at as u32));
        offerings.flat_map(|offering| self.of(offering)).collect()
    }
}
