//! Locations: five regions of four areas of five countries, and what each region pays in.

use crate::chance::sums;

pub(crate) const REGIONS: usize = 5;
pub(crate) const AREAS_PER_REGION: usize = 4;
pub(crate) const COUNTRIES_PER_AREA: usize = 5;
pub(crate) const COUNTRIES: usize = REGIONS * AREAS_PER_REGION * COUNTRIES_PER_AREA;

/// A location by its number: regions first, then areas, then countries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(pub(crate) u16);

pub(crate) const REGION_IDS: [&str; REGIONS] = ["africa", "americas", "asia", "europe", "oceania"];
const CURRENCIES: [&str; REGIONS] = ["ZAR", "USD", "JPY", "EUR", "AUD"];
const REGION_WEIGHTS: [f64; REGIONS] = [0.06, 0.36, 0.22, 0.30, 0.06];

impl Place {
    pub(crate) fn country(country: usize) -> Place {
        Place((REGIONS + REGIONS * AREAS_PER_REGION + country) as u16)
    }

    /// All, from the regions down.
    pub(crate) fn all() -> impl Iterator<Item = Place> {
        (0..REGIONS + REGIONS * AREAS_PER_REGION + COUNTRIES).map(|place| Place(place as u16))
    }

    /// None for a region: only the world is above it.
    pub(crate) fn parent(self) -> Option<Place> {
        let place = usize::from(self.0);
        let areas = REGIONS + REGIONS * AREAS_PER_REGION;
        match place {
            _ if place < REGIONS => None,
            _ if place < areas => Some(Place(((place - REGIONS) / AREAS_PER_REGION) as u16)),
            _ => Some(Place(
                (REGIONS + (place - areas) / COUNTRIES_PER_AREA) as u16,
            )),
        }
    }

    pub(crate) fn region(self) -> usize {
        let mut place = self;
        while let Some(parent) = place.parent() {
            place = parent;
        }
        usize::from(place.0)
    }

    pub(crate) fn location_id(self) -> String {
        let region = REGION_IDS[self.region()];
        let place = usize::from(self.0);
        let areas = REGIONS + REGIONS * AREAS_PER_REGION;
        match place {
            _ if place < REGIONS => region.to_owned(),
            _ if place < areas => format!("{region}-{}", (place - REGIONS) % AREAS_PER_REGION + 1),
            _ => {
                let country = place - areas;
                let area = country / COUNTRIES_PER_AREA % AREAS_PER_REGION + 1;
                format!("{region}-{area}-{}", country % COUNTRIES_PER_AREA + 1)
            }
        }
    }

    pub(crate) fn currency(self) -> &'static str {
        CURRENCIES[self.region()]
    }
}

/// Running sums of how many customers each country has.
pub(crate) fn country_sums() -> Vec<f64> {
    let weights = (0..COUNTRIES).map(|country| {
        let region = country / (AREAS_PER_REGION * COUNTRIES_PER_AREA);
        let rank = country % (AREAS_PER_REGION * COUNTRIES_PER_AREA);
        REGION_WEIGHTS[region] / (1.0 + rank as f64)
    });
    sums(weights)
}

/// The first country of a region and the one after its last.
pub(crate) fn countries_of(region: usize) -> std::ops::Range<usize> {
    let each = AREAS_PER_REGION * COUNTRIES_PER_AREA;
    region * each..(region + 1) * each
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_lies_in_its_area_and_region() {
        let country = Place::country(COUNTRIES - 1);
        assert_eq!(country.location_id(), "oceania-4-5");
        let area = country.parent().unwrap();
        assert_eq!(area.location_id(), "oceania-4");
        assert_eq!(area.parent().unwrap().location_id(), "oceania");
        assert_eq!(country.currency(), "AUD");
        assert_eq!(Place::country(0).location_id(), "africa-1-1");
    }
}
