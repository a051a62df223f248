//! Totals by location, partner and offering: the result of a walk while it goes on.

use rustc_hash::FxHashMap;

use crate::ids::{Location, Offering, Partner, Slice};
use crate::totals::Totals;

/// A partner has facts in few of all offerings at a location: the totals themselves lie packed, and one row of places
/// for each location and partner, looked up once for a customer, tells where.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    rows: FxHashMap<(Location, Partner), u32>,
    /// By row, then offering: one more than the place in `totals`, 0 where nothing was counted.
    places: Vec<u32>,
    totals: Vec<Totals>,
    offerings: usize,
}

/// The totals of one partner at one location.
pub(super) struct SumsOfPartner<'a> {
    places: &'a mut [u32],
    totals: &'a mut Vec<Totals>,
}

impl Sums {
    /// `offerings` is how many there are, the same in every call.
    pub(super) fn of(
        &mut self,
        location: Location,
        partner: Partner,
        offerings: usize,
    ) -> SumsOfPartner<'_> {
        self.offerings = offerings;
        let next = self.rows.len() as u32;
        let row = *self.rows.entry((location, partner)).or_insert(next) as usize;
        let first = row * offerings;
        if self.places.len() == first {
            self.places.resize(first + offerings, 0);
        }
        SumsOfPartner {
            places: &mut self.places[first..first + offerings],
            totals: &mut self.totals,
        }
    }

    pub(super) fn add(&mut self, other: Sums) {
        if self.totals.is_empty() {
            *self = other;
            return;
        }
        for ((location, partner), row) in &other.rows {
            let places = &other.places[*row as usize * other.offerings..][..other.offerings];
            let mut into = self.of(*location, *partner, other.offerings);
            for (place, offering) in places.iter().zip(0..) {
                if let Some(place) = place.checked_sub(1) {
                    into.add(Offering(offering), &other.totals[place as usize]);
                }
            }
        }
    }

    /// In order of slice, then partner.
    pub(super) fn sorted(self) -> Vec<(Slice, Partner, Totals)> {
        let mut rows: Vec<((Location, Partner), u32)> = self.rows.into_iter().collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        let mut sorted = Vec::with_capacity(self.totals.len());
        for offering in 0..self.offerings {
            for ((location, partner), row) in &rows {
                let place = self.places[*row as usize * self.offerings + offering];
                if let Some(place) = place.checked_sub(1) {
                    let slice = Slice {
                        offering: Offering(offering as u32),
                        location: *location,
                    };
                    sorted.push((slice, *partner, self.totals[place as usize]));
                }
            }
        }
        sorted
    }
}

impl SumsOfPartner<'_> {
    pub(super) fn add(&mut self, offering: Offering, more: &Totals) {
        let place = &mut self.places[offering.0 as usize];
        match place.checked_sub(1) {
            Some(place) => self.totals[place as usize].add(more),
            None => {
                self.totals.push(*more);
                *place = self.totals.len() as u32;
            }
        }
    }
}
