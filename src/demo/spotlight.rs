//! The partner that examples show: large enough to have figures everywhere, and with a year worth telling.

use std::collections::{BTreeMap, BTreeSet};

use super::Program;
use super::partner::Partner;
use super::places::COUNTRIES;

/// A partner for examples, and a slice in which it has customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spotlight {
    pub partner_id: String,
    pub name: String,
    /// The product that most of its customers have.
    pub product_id: String,
    /// The location of most of its customers; a state or a country.
    pub location_id: String,
    /// The country of its own, where it has most competitors.
    pub country: String,
}

/// What a partner has at the end of the span.
#[derive(Default)]
struct Portfolio {
    customers: BTreeSet<usize>,
    joined: BTreeSet<usize>,
    /// Customers that came from another partner or went to one within the span.
    moved: BTreeSet<usize>,
    locations: BTreeMap<&'static str, u32>,
    products: BTreeMap<&'static str, u32>,
    workloads: BTreeSet<&'static str>,
}

pub(super) fn choose(program: &Program) -> Spotlight {
    let Program { partners, .. } = program;
    let portfolios = portfolios(program);
    let mut by_size: Vec<usize> = (0..partners.len()).collect();
    by_size.sort_by_key(|place| {
        (
            std::cmp::Reverse(portfolios[*place].customers.len()),
            *place,
        )
    });
    // The largest are above every comparison; the next are mid-large.
    let from = by_size.len() / 25;
    let to = (by_size.len() / 7).max(from + 1);
    let chosen = by_size[from..to]
        .iter()
        .copied()
        .max_by_key(|place| {
            (
                interest(&partners[*place], &portfolios[*place]),
                std::cmp::Reverse(*place),
            )
        })
        .unwrap_or(by_size[0]);
    let (partner, portfolio) = (&partners[chosen], &portfolios[chosen]);
    let country = COUNTRIES[partner.country].id;
    Spotlight {
        partner_id: partner.id.clone(),
        name: partner.name.clone(),
        product_id: most(&portfolio.products).unwrap_or("studio").to_owned(),
        location_id: most(&portfolio.locations).unwrap_or(country).to_owned(),
        country: country.to_owned(),
    }
}

fn portfolios(program: &Program) -> Vec<Portfolio> {
    let Program {
        span,
        partners,
        customers,
        holdings,
        ..
    } = program;
    let mut portfolios: Vec<Portfolio> = partners.iter().map(|_| Portfolio::default()).collect();
    for holding in holdings {
        let customer = &customers[holding.customer];
        let (before, now) = [span.first, span.last]
            .map(|day| customer.partner_on(holding.offering.workload, day))
            .into();
        if let (Some(before), Some(now)) = (before, now)
            && before != now
        {
            portfolios[before].moved.insert(holding.customer);
            portfolios[now].moved.insert(holding.customer);
        }
        let Some(now) = now.filter(|_| holding.seats_on(span.last) > 0) else {
            continue;
        };
        let portfolio = &mut portfolios[now];
        if portfolio.customers.insert(holding.customer) {
            *portfolio.locations.entry(customer.location_id).or_default() += 1;
        }
        if customer.joined_on.is_some_and(|day| span.part(day) > 0.2) {
            portfolio.joined.insert(holding.customer);
        }
        *portfolio
            .products
            .entry(holding.offering.product_id())
            .or_default() += 1;
        portfolio.workloads.extend(holding.offering.workload_id());
    }
    portfolios
}

/// Breadth first, then movement, then a market with enough peers to be compared in.
fn interest(partner: &Partner, portfolio: &Portfolio) -> usize {
    let capped = |count: usize, most: usize| count.min(most);
    20 * capped(portfolio.products.len(), 4)
        + 4 * capped(portfolio.workloads.len(), 10)
        + 5 * capped(portfolio.locations.len(), 8)
        + 4 * capped(portfolio.joined.len(), 6)
        + 5 * capped(portfolio.moved.len(), 5)
        + if partner.traits.recovers() { 12 } else { 0 }
        + if matches!(COUNTRIES[partner.country].id, "US" | "GB" | "DE") {
            20
        } else {
            0
        }
}

fn most(counts: &BTreeMap<&'static str, u32>) -> Option<&'static str> {
    counts
        .iter()
        .max_by_key(|(_, count)| **count)
        .map(|(name, _)| *name)
}
