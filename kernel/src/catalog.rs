//! The two trees every fact is counted along: offerings and locations.

use crate::ids::{Customer, Location, Offering};

/// Offerings, locations and where each customer is, all resolved to places in slice order.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// For each offering the one above it; everything is its own parent.
    offering_parents: Vec<Offering>,
    /// For each location the one above it; the world is its own parent.
    location_parents: Vec<Location>,
    /// By customer number; the world where no customer has that number.
    customer_locations: Vec<Location>,
}

impl Catalog {
    /// `offering_parents[0]` is everything and `location_parents[0]` the world. A parent stands anywhere in its
    /// list; both lists must be trees, which whoever stores them has checked.
    #[must_use]
    pub fn new(
        offering_parents: Vec<Offering>,
        location_parents: Vec<Location>,
        customer_locations: Vec<Location>,
    ) -> Catalog {
        Catalog {
            offering_parents,
            location_parents,
            customer_locations,
        }
    }

    #[must_use]
    pub fn offerings(&self) -> usize {
        self.offering_parents.len()
    }

    /// The offering and those above it, up to everything.
    pub fn offerings_above(&self, offering: Offering) -> impl Iterator<Item = Offering> + '_ {
        std::iter::successors(Some(offering), |at| {
            (*at != Offering::EVERYTHING).then(|| self.offering_parents[at.0 as usize])
        })
    }

    /// The location and those above it, up to the world.
    pub fn locations_above(&self, location: Location) -> impl Iterator<Item = Location> + '_ {
        std::iter::successors(Some(location), |at| {
            (*at != Location::WORLD).then(|| self.location_parents[at.0 as usize])
        })
    }

    /// Whether facts without a workload lie at this offering: it is a product, not a workload.
    #[must_use]
    pub fn is_product(&self, offering: Offering) -> bool {
        offering != Offering::EVERYTHING
            && self.offering_parents[offering.0 as usize] == Offering::EVERYTHING
    }

    #[must_use]
    pub fn location_of(&self, customer: Customer) -> Location {
        self.customer_locations
            .get(customer.0 as usize)
            .copied()
            .unwrap_or(Location::WORLD)
    }
}
