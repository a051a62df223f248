//! Seat changes: what is held on the eve of the first day as one row, then every change, so that the running total of
//! a holding is what it holds.

use std::ops::RangeInclusive;

use kernel::Day;

use crate::chance::{Chance, Topic};
use crate::error::Error;
use crate::holding::Holding;
use crate::ids::Id;
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("event_id"),
    Column::text("customer_id"),
    Column::text("product_id"),
    Column::optional_text("workload_id"),
    Column::text("license_type"),
    Column::day("occurred_on"),
    Column::whole("seats_added"),
    Column::whole("seats_lost"),
    Column::optional_flag("paid"),
];

const CHANGED_SHARE: f64 = 0.55;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    day: Day,
    seats_added: u32,
    seats_lost: u32,
    paid: bool,
}

pub(crate) fn write(
    program: &Program,
    days: RangeInclusive<Day>,
    sheet: &mut Sheet,
) -> Result<(), Error> {
    let (mut event, mut customer) = (Id::default(), Id::default());
    let mut changes = Vec::new();
    for (number, holding) in program.holdings.iter().enumerate() {
        changes.clear();
        changes_until(number as u64, holding, *days.end(), &mut changes);
        for (place, change) in changes.iter().enumerate() {
            if !days.contains(&change.day) {
                continue;
            }
            sheet.row(&[
                Cell::Text(event.numbered("A-", number as u64, place as u32)),
                Cell::Text(customer.customer(holding.customer)),
                Cell::Text(holding.offering.product_id()),
                Cell::text(holding.offering.workload_id()),
                Cell::Text(holding.license_type),
                Cell::Day(change.day),
                Cell::Whole(change.seats_added),
                Cell::Whole(change.seats_lost),
                Cell::Flag(change.paid),
            ])?;
        }
    }
    Ok(())
}

/// Every change of a holding up to a day. More days only add changes at the end, so that an event keeps its place.
fn changes_until(number: u64, holding: &Holding, last: Day, changes: &mut Vec<Change>) {
    for days in holding.days() {
        if days.start > last {
            break;
        }
        let mut held = holding.seats;
        changes.push(added(days.start, held));
        for month in days.start.month().0..=last.month().0 {
            let month = kernel::Month(month);
            let mut chance =
                Chance::of(Topic::SeatChange, number, u64::from(month.0.unsigned_abs()));
            let changed = chance.hits(CHANGED_SHARE);
            let day = Day(month.first_day().0 + chance.below(month.days()).cast_signed());
            let share = chance.unit();
            let is_trial = chance.hits(0.06);
            let is_loss = chance.hits(0.42);
            if !changed || day <= days.start || day >= days.end || day > last {
                continue;
            }
            let seats = 1 + (share * f64::from(holding.seats) * 0.3) as u32;
            if is_trial {
                let paid = false;
                changes.push(Change {
                    paid,
                    ..added(day, seats)
                });
            } else if is_loss {
                // The last seat goes only with the holding itself.
                let lost = seats.min(held.saturating_sub(1));
                if lost > 0 {
                    held -= lost;
                    changes.push(lost_seats(day, lost));
                }
            } else {
                held += seats;
                changes.push(added(day, seats));
            }
        }
        if days.end <= last {
            changes.push(lost_seats(days.end, held));
        }
    }
}

fn added(day: Day, seats_added: u32) -> Change {
    Change {
        day,
        seats_added,
        seats_lost: 0,
        paid: true,
    }
}

fn lost_seats(day: Day, seats_lost: u32) -> Change {
    Change {
        day,
        seats_added: 0,
        seats_lost,
        paid: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FIRST_DAY, LAST_DAY, Scale};

    #[test]
    fn nobody_loses_more_than_is_held_and_a_later_day_only_adds() {
        let program = Program::invent(Scale::XS);
        let mut came_back = 0;
        for (number, holding) in program.holdings.iter().enumerate() {
            let (mut early, mut late) = (Vec::new(), Vec::new());
            changes_until(number as u64, holding, Day(LAST_DAY.0 - 100), &mut early);
            changes_until(number as u64, holding, LAST_DAY, &mut late);
            assert_eq!(early, late[..early.len()]);
            let mut held = 0i64;
            for change in late.iter().filter(|change| change.paid) {
                came_back += i64::from(held == 0 && change.day > Day(FIRST_DAY.0 - 1));
                held += i64::from(change.seats_added) - i64::from(change.seats_lost);
                assert!(held >= 0, "{holding:?}");
            }
        }
        assert!(came_back > 100, "{came_back}");
    }
}
