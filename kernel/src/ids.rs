//! The dense integers the kernel works on.
//!
//! Whoever builds the inputs numbers partners, offerings and locations by the byte order of their ids (an offering
//! by product, then workload), so that comparing two of these numbers is comparing the ids they stand for. Customers
//! keep the numbers that the fact store knows them by.

/// A partner's place in the byte order of partner ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partner(pub u32);

/// An offering's place in slice order: everything, then each product followed by its workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offering(pub u32);

impl Offering {
    pub const EVERYTHING: Offering = Offering(0);
}

/// A location's place in slice order: the world, then every location by the byte order of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location(pub u32);

impl Location {
    pub const WORLD: Location = Location(0);
}

/// A customer as the fact store numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Customer(pub u32);

/// A currency as its three ISO 4217 letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(pub [u8; 3]);

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for letter in self.0 {
            write!(f, "{}", letter as char)?;
        }
        Ok(())
    }
}

/// One offering at one location. Orders as published rows do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slice {
    pub offering: Offering,
    pub location: Location,
}
