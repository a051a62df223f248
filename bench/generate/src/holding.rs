//! What each customer holds: an offering, from a day, perhaps to a day, perhaps again after a while.

use std::ops::Range;

use kernel::Day;

use crate::chance::{Chance, Topic};
use crate::customer::Customer;
use crate::offering::{Offering, WORKLOADS_PER_PRODUCT, product_sums};
use crate::{FIRST_DAY, LAST_DAY};

pub(crate) const LICENSE_TYPES: [&str; 4] = ["CSP", "EA", "WEB", "DIRECT"];

#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding {
    pub(crate) customer: u32,
    pub(crate) offering: Offering,
    pub(crate) seats: u32,
    pub(crate) license_type: &'static str,
    /// Day after day held; the second stretch is empty unless the customer came back.
    pub(crate) stretches: [(Day, Day); 2],
}

impl Holding {
    /// The days on which it is held, end excluded.
    pub(crate) fn days(&self) -> impl Iterator<Item = Range<Day>> {
        let stretches = self.stretches.into_iter();
        stretches
            .filter(|(from, to)| from < to)
            .map(|(from, to)| from..to)
    }

    pub(crate) fn is_held(&self, day: Day) -> bool {
        self.days().any(|days| days.contains(&day))
    }
}

/// The holdings of all customers, in their order, and for each customer where its holdings start.
pub(crate) fn invent(customers: &[Customer]) -> (Vec<Holding>, Vec<u32>) {
    let products = product_sums();
    let mut holdings: Vec<Holding> = Vec::with_capacity(customers.len() * 3);
    let mut starts = Vec::with_capacity(customers.len() + 1);
    for (number, customer) in customers.iter().enumerate() {
        let start = holdings.len();
        starts.push(start as u32);
        let mut chance = Chance::of(Topic::Holding, number as u64, 0);
        let large = f64::from(customer.users).ln_1p();
        let wanted = 1 + (chance.log_normal(1.1 + 0.4 * large, 0.6) as usize).min(7);
        for _ in 0..wanted {
            let product = chance.by_sums(&products) as u8;
            let workload = chance
                .hits(0.45)
                .then(|| chance.below(WORKLOADS_PER_PRODUCT as u32) as u8);
            let offering = Offering { product, workload };
            let is_held = holdings[start..]
                .iter()
                .any(|held| held.offering == offering);
            // The same thing is not held twice.
            if is_held {
                continue;
            }
            let seats = (f64::from(customer.users) * (0.5 + chance.unit())).ceil() as u32;
            holdings.push(Holding {
                customer: number as u32,
                offering,
                seats: seats.max(1),
                license_type: LICENSE_TYPES[chance.by_sums(&[0.55, 0.8, 0.9, 1.0])],
                stretches: stretches(&mut chance),
            });
        }
    }
    starts.push(holdings.len() as u32);
    (holdings, starts)
}

fn stretches(chance: &mut Chance) -> [(Day, Day); 2] {
    let never = (Day::FOREVER, Day::FOREVER);
    let some_day = |chance: &mut Chance| Day(chance.between(FIRST_DAY.0 + 1, LAST_DAY.0));
    let from = if chance.hits(0.16) {
        some_day(chance)
    } else {
        Day(FIRST_DAY.0 - 1)
    };
    if !chance.hits(0.14) {
        return [(from, Day::FOREVER), never];
    }
    let to = some_day(chance).max(from.next());
    // Many who leave come back, some within the days that still make them the same customer.
    let back = Day(to.0 + chance.between(5, 150));
    if chance.hits(0.5) && back <= LAST_DAY {
        [(from, to), (back, Day::FOREVER)]
    } else {
        [(from, to), never]
    }
}
