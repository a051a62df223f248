//! Where customers are: regions, countries and, in a few countries, states. Also what each country pays in.

use super::dice::Dice;
use super::sheet::{Cell, Folder, Layout};

/// A country of the demo.
#[derive(Debug)]
pub(super) struct Country {
    /// ISO 3166-1 alpha-2.
    pub(super) id: &'static str,
    name: &'static str,
    region: &'static str,
    /// What its customers are billed in.
    pub(super) currency: &'static str,
    /// How its companies sign.
    pub(super) company_form: &'static str,
    weight: f64,
    states: &'static [State],
}

/// ISO 3166-2 code, name and weight.
type State = (&'static str, &'static str, f64);

const REGIONS: [(&str, &str); 5] = [
    ("africa", "Africa"),
    ("americas", "Americas"),
    ("asia", "Asia"),
    ("europe", "Europe"),
    ("oceania", "Oceania"),
];

const fn country(
    id: &'static str,
    name: &'static str,
    region: &'static str,
    currency: &'static str,
    company_form: &'static str,
    weight: f64,
    states: &'static [State],
) -> Country {
    Country {
        id,
        name,
        region,
        currency,
        company_form,
        weight,
        states,
    }
}

const US_STATES: [State; 7] = [
    ("US-CA", "California", 9.0),
    ("US-TX", "Texas", 7.0),
    ("US-NY", "New York", 6.0),
    ("US-IL", "Illinois", 4.0),
    ("US-WA", "Washington", 3.0),
    ("US-GA", "Georgia", 3.0),
    ("US-OH", "Ohio", 2.0),
];
const CA_PROVINCES: [State; 3] = [
    ("CA-ON", "Ontario", 5.0),
    ("CA-QC", "Quebec", 3.0),
    ("CA-BC", "British Columbia", 2.0),
];
const DE_STATES: [State; 4] = [
    ("DE-BY", "Bavaria", 4.0),
    ("DE-NW", "North Rhine-Westphalia", 4.0),
    ("DE-BW", "Baden-Württemberg", 3.0),
    ("DE-HE", "Hesse", 2.0),
];
const IN_STATES: [State; 3] = [
    ("IN-MH", "Maharashtra", 4.0),
    ("IN-KA", "Karnataka", 4.0),
    ("IN-TN", "Tamil Nadu", 2.0),
];
const AU_STATES: [State; 3] = [
    ("AU-NSW", "New South Wales", 4.0),
    ("AU-VIC", "Victoria", 3.0),
    ("AU-QLD", "Queensland", 2.0),
];

pub(super) const COUNTRIES: [Country; 21] = [
    country(
        "US",
        "United States",
        "americas",
        "USD",
        "Inc.",
        24.0,
        &US_STATES,
    ),
    country(
        "CA",
        "Canada",
        "americas",
        "CAD",
        "Ltd.",
        7.0,
        &CA_PROVINCES,
    ),
    country("BR", "Brazil", "americas", "BRL", "Ltda.", 6.0, &[]),
    country("MX", "Mexico", "americas", "USD", "S.A. de C.V.", 3.0, &[]),
    country("CL", "Chile", "americas", "USD", "SpA", 1.0, &[]),
    country("GB", "United Kingdom", "europe", "GBP", "Ltd", 10.0, &[]),
    country("DE", "Germany", "europe", "EUR", "GmbH", 10.0, &DE_STATES),
    country("FR", "France", "europe", "EUR", "SAS", 7.0, &[]),
    country("NL", "Netherlands", "europe", "EUR", "B.V.", 4.0, &[]),
    country("ES", "Spain", "europe", "EUR", "S.L.", 4.0, &[]),
    country("IT", "Italy", "europe", "EUR", "S.r.l.", 3.0, &[]),
    country("SE", "Sweden", "europe", "EUR", "AB", 2.0, &[]),
    country("PL", "Poland", "europe", "EUR", "sp. z o.o.", 2.0, &[]),
    country("IN", "India", "asia", "INR", "Pvt. Ltd.", 8.0, &IN_STATES),
    country("JP", "Japan", "asia", "JPY", "K.K.", 6.0, &[]),
    country("SG", "Singapore", "asia", "USD", "Pte. Ltd.", 3.0, &[]),
    country("AE", "United Arab Emirates", "asia", "USD", "LLC", 2.0, &[]),
    country(
        "AU",
        "Australia",
        "oceania",
        "AUD",
        "Pty Ltd",
        6.0,
        &AU_STATES,
    ),
    country("NZ", "New Zealand", "oceania", "AUD", "Limited", 2.0, &[]),
    country("ZA", "South Africa", "africa", "USD", "(Pty) Ltd", 2.0, &[]),
    country("KE", "Kenya", "africa", "USD", "Limited", 1.0, &[]),
];

/// The place of a country in [`COUNTRIES`], large markets more often.
pub(super) fn any_country(dice: &mut Dice) -> usize {
    dice.weighted(&COUNTRIES.map(|country| country.weight))
}

/// A country near another one: in its region, and often itself.
pub(super) fn country_near(home: usize, dice: &mut Dice) -> usize {
    let weights = COUNTRIES.map(|country| {
        if country.region == COUNTRIES[home].region {
            country.weight
        } else {
            0.0
        }
    });
    dice.weighted(&weights)
}

/// A location in a country: one of its states where it has any, or the country where no more is known.
pub(super) fn location_in(country: usize, dice: &mut Dice) -> &'static str {
    let country = &COUNTRIES[country];
    if country.states.is_empty() || dice.chance(0.15) {
        return country.id;
    }
    let weights: Vec<f64> = country.states.iter().map(|state| state.2).collect();
    country.states[dice.weighted(&weights)].0
}

const LAYOUT: Layout = Layout {
    dataset: "locations",
    endings: &["ndjson"],
    columns: &["location_id", "parent_id", "name"],
};

/// Writes `locations`.
pub(super) fn write(folder: &mut Folder) -> anyhow::Result<()> {
    let mut rows: Vec<(&str, Option<&str>, &str)> = REGIONS
        .iter()
        .map(|(id, name)| (*id, None, *name))
        .collect();
    for country in &COUNTRIES {
        rows.push((country.id, Some(country.region), country.name));
        rows.extend(
            country
                .states
                .iter()
                .map(|(id, name, _)| (*id, Some(country.id), *name)),
        );
    }
    folder.one(LAYOUT, &rows, |sheet, row| {
        sheet.row(&[Cell::Text(row.0), Cell::text(row.1), Cell::Text(row.2)])
    })
}
