//! Whose a customer is, and since when: partners of record that change, share and lose customers.

use std::cmp::Reverse;

use kernel::Day;

use super::Program;
use super::calendar::{Span, plus};
use super::catalog::WORKLOADS;
use super::customer::Customer;
use super::dice::Dice;
use super::partner::Partner;
use super::sheet::{Cell, Folder, Layout};

/// An association of one customer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Association {
    pub(super) partner: usize,
    kind: &'static str,
    workload: Option<usize>,
    starts_on: Day,
    ends_on: Option<Day>,
}

/// The partner of record of a customer on a day, where only `DPOR` counts.
pub(super) fn of_record(
    associations: &[Association],
    workload: Option<usize>,
    day: Day,
) -> Option<usize> {
    associations
        .iter()
        .filter(|held| held.kind == "DPOR")
        .filter(|held| held.starts_on <= day && held.ends_on.is_none_or(|ends_on| day < ends_on))
        .filter(|held| held.workload.is_none() || held.workload == workload)
        .max_by_key(|held| (held.workload, held.starts_on, Reverse(held.partner)))
        .map(|held| held.partner)
}

/// What a customer's associations depend on.
#[derive(Debug)]
pub(super) struct Market<'a> {
    pub(super) span: Span,
    pub(super) partners: &'a [Partner],
    /// See [`super::partner::attraction`].
    pub(super) attraction: &'a [f64],
}

impl Market<'_> {
    /// The associations of a customer that `partner` won, or that nobody is of record for.
    pub(super) fn associate(
        &self,
        partner: Option<usize>,
        joined_on: Option<Day>,
        dice: &mut Dice,
    ) -> Vec<Association> {
        let known_on = joined_on.unwrap_or(self.span.opening());
        let starts_on = match joined_on {
            // Some partners claim a customer late: what it bought before counts for nobody.
            Some(joined_on) if dice.chance(0.06) => plus(joined_on, dice.between(1, 25)),
            Some(joined_on) => plus(joined_on, -dice.between(0, 30)),
            None => plus(self.span.opening(), -dice.between(0, 1100)),
        };
        let mut associations = Vec::new();
        if let Some(partner) = partner {
            associations.push(record(partner, None, starts_on));
            let change_from = plus(starts_on.max(known_on), 20);
            if dice.chance(0.19) && change_from < self.span.last {
                self.change_hands(&mut associations, change_from, dice);
            }
            if dice.chance(0.14) {
                self.share(&mut associations, starts_on, dice);
            }
        }
        self.sell_beside(&mut associations, starts_on, dice);
        associations
    }

    /// Another partner becomes the one of record on a day of the span.
    fn change_hands(&self, associations: &mut Vec<Association>, from: Day, dice: &mut Dice) {
        let day = Day(dice.between(from.0, self.span.last.0));
        let before = associations[0].partner;
        let Some(partner) = self.another_than(before, dice) else {
            return;
        };
        // Half the senders end the earlier association, the others leave it to the later start; some take their time.
        let starts_on = if dice.chance(0.12) {
            plus(day, dice.between(5, 40))
        } else {
            day
        };
        if starts_on > day || dice.chance(0.6) {
            associations[0].ends_on = Some(day);
        }
        associations.push(record(partner, None, starts_on));
        if dice.chance(0.06) {
            // A claim that was made by mistake and taken back holds on no day.
            let mistaken = record(before, None, plus(starts_on, 3));
            associations.push(Association {
                ends_on: Some(mistaken.starts_on),
                ..mistaken
            });
        }
    }

    /// A specialist is of record for one workload.
    fn share(&self, associations: &mut Vec<Association>, since: Day, dice: &mut Dice) {
        let workload = dice.place(WORKLOADS.len());
        if let Some(partner) = self.another_than(associations[0].partner, dice) {
            let starts_on = Day(dice.between(since.0 + 1, self.span.last.0));
            let ends_on = plus(starts_on, dice.between(60, 400));
            let ends_on = (dice.chance(0.15) && ends_on <= self.span.last).then_some(ends_on);
            associations.push(Association {
                ends_on,
                ..record(partner, Some(workload), starts_on)
            });
        }
    }

    /// Associations of the other types, which count only where the program lists them.
    fn sell_beside(&self, associations: &mut Vec<Association>, since: Day, dice: &mut Dice) {
        for (kind, probability) in [("CSP", 0.3), ("CPOR", 0.1)] {
            if !dice.chance(probability) {
                continue;
            }
            let of_record = associations.first().map(|held| held.partner);
            let partner = match of_record {
                Some(partner) if dice.chance(0.6) => Some(partner),
                Some(partner) => self.another_than(partner, dice),
                None => Some(dice.by_sums(self.attraction)),
            };
            if let Some(partner) = partner {
                associations.push(Association {
                    kind,
                    ..record(partner, None, since)
                });
            }
        }
    }

    /// Another partner, rather one of the same country; `None` where there seems to be no other.
    fn another_than(&self, partner: usize, dice: &mut Dice) -> Option<usize> {
        let mut found = None;
        for _ in 0..8 {
            let other = dice.by_sums(self.attraction);
            if other != partner {
                found = Some(other);
                if self.partners[other].country == self.partners[partner].country {
                    break;
                }
            }
        }
        found
    }
}

fn record(partner: usize, workload: Option<usize>, starts_on: Day) -> Association {
    Association {
        partner,
        kind: "DPOR",
        workload,
        starts_on,
        ends_on: None,
    }
}

const LAYOUT: Layout = Layout {
    dataset: "associations",
    endings: &["csv.gz"],
    columns: &[
        "customer_id",
        "partner_id",
        "association_type",
        "workload_id",
        "starts_on",
        "ends_on",
    ],
};

/// Writes `associations`.
pub(super) fn write(folder: &mut Folder, program: &Program) -> anyhow::Result<()> {
    let rows: Vec<(&Customer, &Association)> = program
        .customers
        .iter()
        .flat_map(|customer| {
            customer
                .associations
                .iter()
                .map(move |held| (customer, held))
        })
        .collect();
    folder.one(LAYOUT, &rows, |sheet, (customer, held)| {
        sheet.row(&[
            Cell::Text(&customer.id),
            Cell::Text(&program.partners[held.partner].id),
            Cell::Text(held.kind),
            Cell::text(held.workload.map(|workload| WORKLOADS[workload].id)),
            Cell::Day(held.starts_on),
            Cell::day(held.ends_on),
        ])
    })
}
