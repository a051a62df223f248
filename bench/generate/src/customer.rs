//! Customers: where each is, who serves it, how many people use what it holds.

use crate::chance::{Chance, Topic};
use crate::error::Error;
use crate::ids::Id;
use crate::partner::Partners;
use crate::place::{Place, country_sums};
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer {
    pub(crate) country: u16,
    pub(crate) place: Place,
    /// Who serves it; its associations say since when and in what.
    pub(crate) partner: u32,
    pub(crate) users: u32,
    pub(crate) first_user: u64,
}

const USERS_MEDIAN: f64 = 2.6;
const USERS_MAX: f64 = 5_000.0;

pub(crate) fn invent(count: u32, partners: &Partners) -> Vec<Customer> {
    let countries = country_sums();
    let mut first_user = 0;
    let mut customers = Vec::with_capacity(count as usize);
    for number in 0..count {
        let mut chance = Chance::of(Topic::Customer, number.into(), 0);
        let country = chance.by_sums(&countries);
        let mut place = Place::country(country);
        // Some senders know only the area, or even the region.
        if chance.hits(0.03) {
            place = place.parent().unwrap_or(place);
            if chance.hits(0.3) {
                place = place.parent().unwrap_or(place);
            }
        }
        let users = chance.log_normal(USERS_MEDIAN, 1.3).clamp(1.0, USERS_MAX) as u32;
        customers.push(Customer {
            country: country as u16,
            place,
            partner: partners.choose(country, &mut chance),
            users,
            first_user,
        });
        first_user += u64::from(users);
    }
    customers
}

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("customer_id"),
    Column::text("location_id"),
    Column::optional_text("name"),
];

pub(crate) fn write(program: &Program, sheet: &mut Sheet) -> Result<(), Error> {
    let mut id = Id::default();
    for (number, customer) in program.customers.iter().enumerate() {
        sheet.row(&[
            Cell::Text(id.customer(number as u32)),
            Cell::Text(&customer.place.location_id()),
            Cell::None,
        ])?;
    }
    Ok(())
}
