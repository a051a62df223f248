//! From numbers to associations: lasting ones, handovers, rivals, and rows that take others back.

use super::days::Days;
use super::pools::at;
use super::raw::{RawAssociation, RawComeback, RawProgram};
use crate::date::Date;
use crate::program::{AssociationRow, AssociationType, Program};

/// Most customers have one lasting association of a type that counts; the drawn ones come on top.
pub(super) fn associations(
    raw: &RawProgram,
    days: &Days,
    program: &Program,
) -> Vec<AssociationRow> {
    let mut rows = Vec::new();
    for (index, customer) in program.customers.iter().enumerate() {
        let draw = raw.customer_partners[index];
        if draw % 8 < 7 {
            rows.push(AssociationRow {
                customer_id: customer.customer_id.clone(),
                partner_id: program.partners
                    [(index + usize::from(draw / 64)) % program.partners.len()]
                .partner_id
                .clone(),
                association_type: program.settings.association_precedence[0],
                workload_id: None,
                starts_on: Date::FIRST.plus(i32::from(draw)),
                ends_on: draw.is_multiple_of(4).then_some(Date::NONE),
            });
        }
    }
    rows.extend(
        raw.comebacks
            .iter()
            .filter_map(|comeback| beside(comeback, program)),
    );
    let drawn: Vec<AssociationRow> = raw
        .associations
        .iter()
        .map(|raw| association(raw, days, program))
        .collect();
    let later: Vec<AssociationRow> = raw
        .associations
        .iter()
        .zip(&drawn)
        .filter_map(|(raw, row)| later(raw, row, program))
        .collect();
    rows.extend(drawn);
    rows.extend(later);
    rows
}

/// For half of the comebacks another partner of the workload that has a row beside the return.
fn beside(raw: &RawComeback, program: &Program) -> Option<AssociationRow> {
    let offerings = program.products.len() + program.workloads.len();
    let offering = usize::from(raw.other_offering()) % offerings;
    let workload = program
        .workloads
        .get(offering.checked_sub(program.products.len())?)?;
    (raw.beside >= 128).then(|| AssociationRow {
        customer_id: program.customers[usize::from(raw.customer) % program.customers.len()]
            .customer_id
            .clone(),
        partner_id: program.partners[usize::from(raw.beside) % program.partners.len()]
            .partner_id
            .clone(),
        association_type: program.settings.association_precedence[0],
        workload_id: Some(workload.workload_id.clone()),
        starts_on: Date::FIRST,
        ends_on: None,
    })
}

/// A row that comes after all drawn ones and differs from one of them in a single column.
fn later(raw: &RawAssociation, row: &AssociationRow, program: &Program) -> Option<AssociationRow> {
    let row = row.clone();
    match raw.again % 6 {
        3 => {
            let rival = (usize::from(raw.partner) + 1) % program.partners.len();
            Some(AssociationRow {
                partner_id: program.partners[rival].partner_id.clone(),
                ..row
            })
        }
        4 => Some(AssociationRow {
            ends_on: Some(row.starts_on),
            ..row
        }),
        5 => Some(AssociationRow {
            ends_on: None,
            ..row
        }),
        _ => None,
    }
}

fn association(raw: &RawAssociation, days: &Days, program: &Program) -> AssociationRow {
    let starts_on = days.day(raw.starts);
    AssociationRow {
        customer_id: program.customers[usize::from(raw.customer) % program.customers.len()]
            .customer_id
            .clone(),
        partner_id: program.partners[usize::from(raw.partner) % program.partners.len()]
            .partner_id
            .clone(),
        association_type: at(&AssociationType::ALL, raw.association_type),
        workload_id: raw
            .workload
            .filter(|_| !program.workloads.is_empty())
            .map(|workload| {
                program.workloads[usize::from(workload) % program.workloads.len()]
                    .workload_id
                    .clone()
            }),
        starts_on,
        ends_on: raw.ends.map(|ends| days.end(ends).max(starts_on)),
    }
}
