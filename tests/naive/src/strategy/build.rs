//! From numbers to settings and reference rows.

use super::associations::associations;
use super::days::Days;
use super::history::uploads;
use super::pools::{self, at, id};
use super::raw::{RawProgram, RawSettings};
use crate::date::Date;
use crate::program::{
    AssociationType, CustomerRow, Decimal, ExamRow, FxRateRow, LocationRow, PartnerRow, ProductRow,
    Program, Ranges, Settings, WorkloadRow,
};

/// Levels of a tree under the world.
const MOST_LEVELS: usize = 6;

/// The program that the numbers stand for, its rows around the window of `as_of`.
pub(super) fn build(raw: &RawProgram, as_of: Date) -> Program {
    let settings = settings(&raw.settings);
    let days = Days::around(as_of, settings.new_customer_gap_days);
    let mut program = Program {
        products: (0..raw.counts.products)
            .map(|index| ProductRow {
                product_id: id(index),
                name: format!("Product {index}, \"new\""),
            })
            .collect(),
        workloads: workloads(raw),
        locations: locations(raw),
        partners: partners(raw),
        settings,
        ..Program::default()
    };
    program.customers = customers(raw, &program);
    program.exams = exams(raw, &days, &program);
    program.fx_rates = fx_rates(raw, &days, &program.settings);
    program.associations = associations(raw, &days, &program);
    resend(raw, &mut program);
    program.uploads = uploads(raw, &days, &program);
    program
}

fn settings(raw: &RawSettings) -> Settings {
    Settings {
        // Half of the programs report in the first currency, so that others need rates.
        reporting_currency: at(&pools::CURRENCIES, raw.currency.saturating_sub(128)).to_owned(),
        association_precedence: precedence(raw.precedence),
        new_customer_gap_days: at(&pools::GAP_DAYS, raw.gap),
        min_peers: raw.min_peers.into(),
        min_band_members: raw.min_band_members.into(),
        ranges: if raw.rounded {
            Ranges::Rounded
        } else {
            Ranges::Exact
        },
    }
}

/// One to three types in any order.
fn precedence(raw: u8) -> Vec<AssociationType> {
    let mut left = AssociationType::ALL.to_vec();
    let mut precedence = Vec::new();
    let mut rest = usize::from(raw);
    for _ in 0..1 + usize::from(raw) % 3 {
        rest /= 3;
        precedence.push(left.remove(rest % left.len()));
    }
    precedence
}

fn workloads(raw: &RawProgram) -> Vec<WorkloadRow> {
    (0..raw.counts.workloads)
        .map(|index| WorkloadRow {
            workload_id: id(index + 3),
            product_id: id(usize::from(raw.workload_products[index]) % raw.counts.products),
            name: format!("Workload {index}"),
        })
        .collect()
}

/// A tree in which a parent may come after its children. Every third parent is the location drawn just before, for depth.
fn locations(raw: &RawProgram) -> Vec<LocationRow> {
    let mut levels: Vec<usize> = Vec::new();
    let mut rows: Vec<LocationRow> = Vec::new();
    for (index, draw) in raw
        .location_parents
        .iter()
        .take(raw.counts.locations)
        .enumerate()
    {
        let parent = match draw % 4 {
            0 => None,
            1 | 2 => index.checked_sub(1),
            _ => Some(usize::from(*draw / 4))
                .filter(|_| index > 0)
                .map(|parent| parent % index),
        };
        let parent = parent.filter(|parent| levels[*parent] < MOST_LEVELS);
        levels.push(parent.map_or(1, |parent| levels[parent] + 1));
        rows.push(LocationRow {
            location_id: id(index),
            parent_id: parent.map(id),
            name: format!("Place {index}"),
        });
    }
    if raw.location_parents[0] % 2 == 1 {
        rows.reverse();
    }
    rows
}

/// A group has the name of a partner now and then, and is still not that partner.
fn partners(raw: &RawProgram) -> Vec<PartnerRow> {
    (0..raw.counts.partners)
        .map(|index| {
            let draw = raw.partner_groups[index];
            PartnerRow {
                partner_id: id(index),
                name: format!("Partner {index}"),
                country: at(&pools::COUNTRIES, draw).to_owned(),
                partner_type: draw.is_multiple_of(2).then(|| "reseller".to_owned()),
                tier: draw.is_multiple_of(5).then(|| "gold".to_owned()),
                group_id: (draw % 3 == 1).then(|| id(usize::from(draw / 3) % 4)),
            }
        })
        .collect()
}

fn customers(raw: &RawProgram, program: &Program) -> Vec<CustomerRow> {
    (0..raw.counts.customers)
        .map(|index| CustomerRow {
            customer_id: id(index),
            location_id: location(program, raw.customer_locations[index]),
            name: index.is_multiple_of(2).then(|| format!("Customer {index}")),
        })
        .collect()
}

fn location(program: &Program, draw: u8) -> String {
    if program.locations.is_empty() {
        return at(&pools::BUILT_IN_LOCATIONS, draw).to_owned();
    }
    program.locations[usize::from(draw) % program.locations.len()]
        .location_id
        .clone()
}

/// Some three exams; where two rows share their key the later counts.
fn exams(raw: &RawProgram, days: &Days, program: &Program) -> Vec<ExamRow> {
    if program.workloads.is_empty() {
        return Vec::new();
    }
    raw.exams
        .iter()
        .map(|(exam, workload, until)| ExamRow {
            exam_id: id(usize::from(*exam) % 3),
            workload_id: program.workloads[usize::from(*workload) % program.workloads.len()]
                .workload_id
                .clone(),
            counts_until: until.map(|until| days.end(until)),
        })
        .collect()
}

/// No rate of the reporting currency itself: it needs none.
fn fx_rates(raw: &RawProgram, days: &Days, settings: &Settings) -> Vec<FxRateRow> {
    let rate = |text| Decimal::rate(text).expect("the pool holds rates only");
    let mut rows: Vec<FxRateRow> = raw
        .fx_rates
        .iter()
        .map(|(currency, day, draw)| FxRateRow {
            currency: at(&pools::CURRENCIES, *currency).to_owned(),
            rate_date: days.day(*day),
            rate: rate(at(&pools::RATES, *draw)),
        })
        .collect();
    if raw.rates_complete {
        rows.extend(
            pools::CURRENCIES
                .iter()
                .zip(pools::RATES.iter().skip(1))
                .map(|(currency, text)| FxRateRow {
                    currency: (*currency).to_owned(),
                    rate_date: Date::FIRST,
                    rate: rate(text),
                }),
        );
    }
    rows.retain(|row| row.currency != settings.reporting_currency);
    rows
}

/// Rows of keys that were sent before: a partner changes its group, a customer moves, names change.
fn resend(raw: &RawProgram, program: &mut Program) {
    for (kind, index, draw) in &raw.resent {
        let index = usize::from(*index);
        match kind % 3 {
            0 => {
                let mut row = program.partners[index % program.partners.len()].clone();
                row.group_id = draw.is_multiple_of(2).then(|| id(usize::from(*draw) % 4));
                program.partners.push(row);
            }
            1 => {
                let mut row = program.customers[index % program.customers.len()].clone();
                row.location_id = location(program, *draw);
                program.customers.push(row);
            }
            _ => {
                let mut row = program.products[index % program.products.len()].clone();
                row.name = format!("Renamed {draw}");
                program.products.push(row);
            }
        }
    }
}
