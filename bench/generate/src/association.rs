//! Associations: the partner of record of each customer, with all that makes the rule of precedence matter.

use kernel::Day;

use crate::chance::{Chance, Topic};
use crate::error::Error;
use crate::ids::Id;
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};
use crate::{FIRST_DAY, LAST_DAY};

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("customer_id"),
    Column::text("partner_id"),
    Column::text("association_type"),
    Column::optional_text("workload_id"),
    Column::day("starts_on"),
    Column::optional_day("ends_on"),
];

struct Association {
    partner: u32,
    association_type: &'static str,
    workload_id: Option<&'static str>,
    starts_on: Day,
    ends_on: Option<Day>,
}

pub(crate) fn write(program: &Program, sheet: &mut Sheet) -> Result<(), Error> {
    let (mut customer_id, mut partner_id) = (Id::default(), Id::default());
    for customer in 0..program.customers.len() as u32 {
        for one in of(program, customer) {
            sheet.row(&[
                Cell::Text(customer_id.customer(customer)),
                Cell::Text(partner_id.partner(one.partner)),
                Cell::Text(one.association_type),
                Cell::text(one.workload_id),
                Cell::Day(one.starts_on),
                Cell::day(one.ends_on),
            ])?;
        }
    }
    Ok(())
}

fn of(program: &Program, number: u32) -> Vec<Association> {
    let customer = &program.customers[number as usize];
    let country = usize::from(customer.country);
    let mut chance = Chance::of(Topic::Association, number.into(), 0);
    let within = |chance: &mut Chance| Day(chance.between(FIRST_DAY.0, LAST_DAY.0));
    let before = |chance: &mut Chance| Day(FIRST_DAY.0 - chance.between(1, 900));
    let of_record = |partner, starts_on, ends_on| Association {
        partner,
        association_type: "DPOR",
        workload_id: None,
        starts_on,
        ends_on,
    };

    let mut all = Vec::new();
    if chance.hits(0.9) {
        let starts_on = before(&mut chance);
        if chance.hits(0.15) {
            // Another takes over; for some the earlier one is never taken off, and the later start decides.
            let change = within(&mut chance);
            let ends_on = chance.hits(0.6).then_some(change);
            all.push(of_record(customer.partner, starts_on, ends_on));
            let next = program.partners.choose(country, &mut chance);
            all.push(of_record(next, change, None));
        } else {
            all.push(of_record(customer.partner, starts_on, None));
            if chance.hits(0.01) {
                // Two on one day: the smaller id decides.
                let other = program.partners.choose(country, &mut chance);
                all.push(of_record(other, starts_on, None));
            }
        }
    }
    // Someone who delivers one workload only. One holding in two names one.
    let workload_id = program
        .holdings_of(number)
        .iter()
        .find_map(|holding| holding.offering.workload_id());
    if chance.hits(0.2) && workload_id.is_some() {
        let partner = program.partners.choose(country, &mut chance);
        let starts_on = if chance.hits(0.5) {
            before(&mut chance)
        } else {
            within(&mut chance)
        };
        let mut one = of_record(partner, starts_on, None);
        one.workload_id = workload_id;
        all.push(one);
    }
    // Counts where nobody is a partner of record by the stronger type.
    if chance.hits(0.15) {
        let partner = program.partners.choose(country, &mut chance);
        let ends_on = chance.hits(0.2).then(|| within(&mut chance));
        let mut one = of_record(partner, before(&mut chance), ends_on);
        one.association_type = "CPOR";
        all.push(one);
    }
    // Does not count.
    if chance.hits(0.2) {
        let partner = program.partners.choose(country, &mut chance);
        let mut one = of_record(partner, before(&mut chance), None);
        one.association_type = "CSP";
        all.push(one);
    }
    // Taken back.
    if chance.hits(0.02) {
        let partner = program.partners.choose(country, &mut chance);
        let day = within(&mut chance);
        all.push(of_record(partner, day, Some(day)));
    }
    all.sort_by_key(|one| {
        (
            one.partner,
            one.association_type,
            one.workload_id,
            one.starts_on,
        )
    });
    // The key of an association: a second row of it would only replace the first.
    all.dedup_by_key(|one| {
        (
            one.partner,
            one.association_type,
            one.workload_id,
            one.starts_on,
        )
    });
    all
}
