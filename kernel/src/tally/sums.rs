//! Totals by location, partner and offering: the result of a walk while it goes on.

use rustc_hash::FxHashMap;

use super::rows::Rows;
use crate::ids::{Location, Offering, Partner};
use crate::totals::Totals;

/// A partner has facts in few of all offerings at a location: the totals themselves lie packed, and one row of places
/// for each location and partner, looked up once for a customer, tells where.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    pub(super) rows: FxHashMap<(Location, Partner), u32>,
    /// By row, then offering: one more than the place in `totals`, 0 where nothing was counted.
    pub(super) places: Rows<u32>,
    pub(super) totals: Rows<Totals>,
    pub(super) offerings: usize,
}

impl Default for Sums {
    fn default() -> Sums {
        Sums {
            rows: FxHashMap::default(),
            places: Rows::new(0),
            totals: Rows::new(1),
            offerings: 0,
        }
    }
}

/// The totals of one partner at one location.
pub(super) struct SumsOfPartner<'a> {
    places: &'a mut [u32],
    totals: &'a mut Rows<Totals>,
}

impl Sums {
    /// `offerings` is how many there are, the same in every call.
    pub(super) fn of(
        &mut self,
        location: Location,
        partner: Partner,
        offerings: usize,
    ) -> SumsOfPartner<'_> {
        if self.rows.is_empty() {
            self.offerings = offerings;
            self.places = Rows::new(offerings);
        }
        let next = self.rows.len() as u32;
        let row = *self.rows.entry((location, partner)).or_insert(next);
        if row == next {
            self.places.add();
        }
        SumsOfPartner {
            places: self.places.row_mut(row as usize),
            totals: &mut self.totals,
        }
    }
}

impl SumsOfPartner<'_> {
    pub(super) fn add(&mut self, offering: Offering, more: &Totals) {
        let place = &mut self.places[offering.0 as usize];
        match place.checked_sub(1) {
            Some(place) => self.totals.row_mut(place as usize)[0].add(more),
            None => {
                self.totals.add()[0] = *more;
                *place = self.totals.len() as u32;
            }
        }
    }
}
