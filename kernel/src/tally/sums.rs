//! Totals by location, partner and offering: the result of a walk while it goes on.

use rustc_hash::FxHashMap;

use crate::ids::{Location, Offering, Partner};
use crate::totals::Totals;

/// A partner has facts in few of all offerings at a location: the totals themselves lie packed, and one row of places
/// for each location and partner, looked up once for a customer, tells where.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    pub(super) rows: FxHashMap<(Location, Partner), u32>,
    /// By row, then offering: one more than the place in `totals`, 0 where nothing was counted.
    pub(super) places: Vec<u32>,
    pub(super) totals: Vec<Totals>,
    pub(super) offerings: usize,
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
