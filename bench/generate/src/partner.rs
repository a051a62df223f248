//! Partners: where each is at home and how many customers choose it.

use crate::chance::{Chance, Topic, sums};
use crate::error::Error;
use crate::ids::Id;
use crate::place::{COUNTRIES, Place, REGIONS, countries_of, country_sums};
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Partner {
    pub(crate) country: usize,
    weight: f64,
}

/// All partners, and who is chosen how often: of all, and of those at home in each region.
#[derive(Debug)]
pub(crate) struct Partners {
    all: Vec<Partner>,
    regions: [Region; REGIONS],
}

#[derive(Debug, Default)]
struct Region {
    partners: Vec<u32>,
    sums: Vec<f64>,
}

impl Partners {
    pub(crate) fn invent(count: u32) -> Partners {
        let countries = country_sums();
        let invent = |partner: u32| {
            let mut chance = Chance::of(Topic::Partner, partner.into(), 0);
            Partner {
                country: chance.by_sums(&countries),
                // A few partners hold a third of all customers.
                weight: chance.log_normal(1.0, 1.3),
            }
        };
        let all: Vec<Partner> = (0..count).map(invent).collect();
        let regions = std::array::from_fn(|region| {
            let home = countries_of(region);
            let here = (0..count).filter(|partner| home.contains(&all[*partner as usize].country));
            let partners: Vec<u32> = here.collect();
            let weights = partners.iter().map(|partner| all[*partner as usize].weight);
            Region {
                sums: sums(weights),
                partners,
            }
        });
        Partners { all, regions }
    }

    /// Someone for a customer of this country: most often from its own region.
    pub(crate) fn choose(&self, country: usize, chance: &mut Chance) -> u32 {
        let region = &self.regions[country * REGIONS / COUNTRIES];
        if region.partners.is_empty() || chance.hits(0.03) {
            return chance.below(self.all.len() as u32);
        }
        // A neighbour where one can be had within some tries: customers like to meet whom they pay.
        let mut partner = region.partners[chance.by_sums(&region.sums)];
        for _ in 0..20 {
            if self.all[partner as usize].country == country || chance.hits(0.02) {
                break;
            }
            partner = region.partners[chance.by_sums(&region.sums)];
        }
        partner
    }
}

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("partner_id"),
    Column::text("name"),
    Column::text("country"),
    Column::optional_text("partner_type"),
    Column::optional_text("tier"),
    Column::optional_text("group_id"),
];

pub(crate) fn write(program: &Program, sheet: &mut Sheet) -> Result<(), Error> {
    let mut id = Id::default();
    for (number, partner) in program.partners.all.iter().enumerate() {
        let mut chance = Chance::of(Topic::Partner, number as u64, 1);
        let tier = ["member", "silver", "gold"][chance.below(3) as usize];
        let kind = ["reseller", "integrator"][chance.below(2) as usize];
        // One partner in ten belongs to a group of some five companies.
        let group = chance.hits(0.1).then(|| {
            format!(
                "G-{:05}",
                chance.below(program.partners.all.len() as u32 / 50 + 1)
            )
        });
        let country = Place::country(partner.country).location_id();
        sheet.row(&[
            Cell::Text(id.partner(number as u32)),
            Cell::Text(&format!("Partner {number}")),
            Cell::Text(&country),
            Cell::Text(kind),
            Cell::Text(tier),
            Cell::text(group.as_deref()),
        ])?;
    }
    Ok(())
}
