//! The small world that every example lies in, with the names that its tests write for the kernel's numbers.
//!
//! Products `P` (workloads `P/W1`, `P/W2`) and `Q` (workload `Q/V`). Locations `FR` in `europe` with `paris` and `lyon`
//! below it, and `JP` in `asia`. Customers `c1` in paris, `c2` in lyon, `c3` in JP, `c4` in asia itself, `c5` to `c16` in
//! JP. Partners `p1` to `p16`.

use peerband_kernel::{Catalog, Currency, Customer, Day, Location, Offering, Partner, Slice};

const OFFERINGS: [&str; 6] = ["everything", "P", "P/W1", "P/W2", "Q", "Q/V"];
const OFFERING_PARENTS: [u32; 6] = [0, 0, 1, 1, 0, 4];

/// In byte order, so that parents stand before and after what lies below them.
const LOCATIONS: [&str; 7] = ["world", "FR", "JP", "asia", "europe", "lyon", "paris"];
const LOCATION_PARENTS: [u32; 7] = [0, 4, 3, 0, 0, 1, 1];

/// Where `c1` to `c4` are; all others are in JP.
const CUSTOMER_LOCATIONS: [u32; 4] = [6, 5, 2, 3];
const REST_LOCATION: u32 = 2;

/// How many partners there are, and how many customers.
pub(crate) const PARTNERS: u32 = 16;

pub(crate) fn catalog() -> Catalog {
    let rest = std::iter::repeat(&REST_LOCATION);
    let customer_locations = CUSTOMER_LOCATIONS.iter().chain(rest);
    Catalog::new(
        OFFERING_PARENTS.map(Offering).to_vec(),
        LOCATION_PARENTS.map(Location).to_vec(),
        customer_locations
            .take(PARTNERS as usize)
            .map(|location| Location(*location))
            .collect(),
    )
}

pub(crate) fn customer(name: &str) -> Customer {
    Customer(number(name, 'c') - 1)
}

pub(crate) fn partner(name: &str) -> Partner {
    Partner(number(name, 'p') - 1)
}

pub(crate) fn offering(name: &str) -> Offering {
    Offering(place(&OFFERINGS, name))
}

/// A slice written as `P/W1 @FR`: no offering is everything, no location the world.
pub(crate) fn slice(words: &str) -> Slice {
    let mut slice = Slice {
        offering: Offering::EVERYTHING,
        location: Location::WORLD,
    };
    for word in words.split_whitespace() {
        match word.strip_prefix('@') {
            Some(location) => slice.location = Location(place(&LOCATIONS, location)),
            None => slice.offering = offering(word),
        }
    }
    slice
}

/// A slice as [`slice`] reads it, but with `everything` and `@world` spelt out.
pub(crate) fn slice_name(slice: Slice) -> String {
    let (offering, location) = (slice.offering.0 as usize, slice.location.0 as usize);
    format!("{} @{}", OFFERINGS[offering], LOCATIONS[location])
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// `-` is no end.
pub(crate) fn end(text: &str) -> Day {
    if text == "-" { Day::FOREVER } else { day(text) }
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency(code.as_bytes().try_into().unwrap())
}

/// A decimal as a count of its smallest unit.
pub(crate) fn decimal(text: &str, places: usize) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<places$}").parse().unwrap()
}

fn number(name: &str, kind: char) -> u32 {
    let number = name.strip_prefix(kind).unwrap().parse().unwrap();
    assert!((1..=PARTNERS).contains(&number), "{name}");
    number
}

fn place(names: &[&str], name: &str) -> u32 {
    names.iter().position(|known| *known == name).unwrap() as u32
}
