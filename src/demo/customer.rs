//! Customers: where they are, what they are worth, when they come, go and return, and whose they are.

use kernel::Day;

use super::Program;
use super::association::{Association, Market, of_record};
use super::calendar::{Span, plus};
use super::dice::Dice;
use super::names::{code, customer_name};
use super::partner::{Partner, Traits, attraction};
use super::places::{COUNTRIES, any_country, country_near, location_in};
use super::sheet::{Cell, Folder, Layout};

/// One tenant at one location.
#[derive(Debug)]
pub(super) struct Customer {
    /// Its id without the prefix, which its users' ids begin with.
    pub(super) code: String,
    pub(super) id: String,
    name: Option<String>,
    pub(super) location_id: &'static str,
    /// What it is billed in.
    pub(super) currency: &'static str,
    /// Seats that it would like to have of one workload.
    pub(super) seats: f64,
    /// `None` where it was there before the span.
    pub(super) joined_on: Option<Day>,
    pub(super) absence: Option<Absence>,
    pub(super) associations: Vec<Association>,
    /// Of the partner that won it.
    pub(super) traits: Traits,
}

/// When a customer left, and when it came back if it did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Absence {
    pub(super) left_on: Day,
    pub(super) back_on: Option<Day>,
}

/// On average, of each partner.
const CUSTOMERS_PER_PARTNER: f64 = 15.0;

pub(super) fn make(partners: &[Partner], span: Span, seed: u64) -> Vec<Customer> {
    let mut dice = Dice::of(seed, "customers");
    let attraction = attraction(partners);
    let market = Market {
        span,
        partners,
        attraction: &attraction,
    };
    let all: f64 = partners.iter().map(|partner| partner.traits.size).sum();
    let wanted = CUSTOMERS_PER_PARTNER * partners.len() as f64;
    let mut customers = Vec::new();
    for (place, partner) in partners
        .iter()
        .enumerate()
        .filter(|(_, partner)| !partner.traits.only_certified)
    {
        let share = 0.94 * wanted * partner.traits.size / all * dice.range(0.85, 1.15);
        for _ in 0..(share.round() as usize).max(1) {
            customers.push(make_one(customers.len(), Some(place), &market, &mut dice));
        }
    }
    for _ in 0..(0.06 * wanted).round() as usize {
        customers.push(make_one(customers.len(), None, &market, &mut dice));
    }
    customers
}

fn make_one(
    number: usize,
    partner: Option<usize>,
    market: &Market<'_>,
    dice: &mut Dice,
) -> Customer {
    let traits = partner.map_or(Traits::NOBODY, |partner| market.partners[partner].traits);
    let country = match partner.map(|partner| market.partners[partner].country) {
        // Small partners sell at home, large ones also abroad.
        Some(home) if dice.chance(0.95 - 0.04 * traits.size.min(6.0)) => home,
        Some(home) if dice.chance(0.75) => country_near(home, dice),
        _ => any_country(dice),
    };
    let joined_on = joining(&traits, market.span, dice);
    let code = code(number);
    Customer {
        id: format!("VC-{code}"),
        code,
        name: dice.chance(0.93).then(|| customer_name(dice)),
        location_id: location_in(country, dice),
        currency: if dice.chance(0.06) {
            "USD"
        } else {
            COUNTRIES[country].currency
        },
        seats: dice
            .log_normal(7.0 * (traits.size + 0.5).powf(0.22), 1.0)
            .clamp(1.0, 600.0),
        joined_on,
        absence: absence(&traits, joined_on, market.span, dice),
        associations: market.associate(partner, joined_on, dice),
        traits,
    }
}

/// The day a customer joins, for those that do so in the span.
fn joining(traits: &Traits, span: Span, dice: &mut Dice) -> Option<Day> {
    let part = dice.unit();
    // Partners that recover win their customers late.
    let part = if traits.recovers() {
        part.powf(0.7)
    } else {
        part
    };
    let probability = (0.32 + 0.55 * traits.growth_at(part)).clamp(0.05, 0.65);
    dice.chance(probability).then(|| span.at(part))
}

fn absence(
    traits: &Traits,
    joined_on: Option<Day>,
    span: Span,
    dice: &mut Dice,
) -> Option<Absence> {
    let left_on = match joined_on {
        Some(day) => plus(day, dice.between(45, 300)),
        None => span.any_day(dice),
    };
    let growth = traits.growth_at(span.part(left_on));
    let probability = (0.16 - 0.2 * (traits.quality - 0.5) - 0.17 * growth).clamp(0.03, 0.45);
    if left_on >= span.last || !dice.chance(probability) {
        return None;
    }
    let back_on = match dice.unit() {
        // Back within the month: a lapse, no customer won again.
        unit if unit < 0.2 => Some(plus(left_on, dice.between(4, 29))),
        unit if unit < 0.45 => Some(plus(left_on, dice.between(40, 200))),
        _ => None,
    };
    Some(Absence {
        left_on,
        back_on: back_on.filter(|day| *day <= span.last),
    })
}

impl Customer {
    /// The partner of record on a day.
    pub(super) fn partner_on(&self, workload: Option<usize>, day: Day) -> Option<usize> {
        of_record(&self.associations, workload, day)
    }
}

const LAYOUT: Layout = Layout {
    dataset: "customers",
    endings: &["csv.gz"],
    columns: &["customer_id", "location_id", "name"],
};

/// Writes `customers`.
pub(super) fn write(folder: &mut Folder, program: &Program) -> anyhow::Result<()> {
    folder.one(LAYOUT, &program.customers, |sheet, customer| {
        sheet.row(&[
            Cell::Text(&customer.id),
            Cell::Text(customer.location_id),
            Cell::text(customer.name.as_deref()),
        ])
    })
}
