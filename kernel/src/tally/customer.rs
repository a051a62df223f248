//! The walk over one customer's facts.

use rustc_hash::FxHashMap;

use super::{Rules, Tally, note_first};
use crate::attribution::Record;
use crate::day::{Day, Month};
use crate::ids::{Location, Offering, Partner, Slice};
use crate::rates::Unconverted;
use crate::rows::{Instances, Revenue, SeatChange, Subscription, Survey, UsageMonth};
use crate::totals::Totals;

/// The largest single converted amount, in ten-thousandths: sums of it over every row that fits a batch stay far
/// inside 128 bits.
const LARGEST_REVENUE: i128 = 10_i128.pow(27);

/// Totals of one customer by partner and offering; reused for the next one.
pub(super) struct CustomerTally<'a> {
    rules: &'a Rules<'a>,
    offerings: usize,
    /// The partners met so far; their place is the row of the two tables below.
    partners: Vec<Partner>,
    /// By partner row and offering.
    cells: Vec<Option<Totals>>,
    /// By partner row, one bit for each offering: where the user in hand was active.
    active: Vec<u64>,
    words: usize,
}

impl<'a> CustomerTally<'a> {
    pub(super) fn new(rules: &'a Rules<'a>) -> CustomerTally<'a> {
        let offerings = rules.catalog.offerings();
        CustomerTally {
            rules,
            offerings,
            partners: Vec::new(),
            cells: Vec::new(),
            active: Vec::new(),
            words: offerings.div_ceil(64),
        }
    }

    pub(super) fn add_revenue(
        &mut self,
        record: &mut Record<'_>,
        rows: &[Revenue],
        problems: &mut Tally,
    ) {
        let rules = self.rules;
        for row in rows {
            let Some(partner) = self.owner(record, row.offering, row.occurred_on) else {
                continue;
            };
            let mut amount = 0;
            if row.counts_as_new {
                match rules
                    .rates
                    .convert(row.amount_ten_thousandths, row.currency, row.occurred_on)
                {
                    Ok(converted) if converted.abs() <= LARGEST_REVENUE => amount = converted,
                    Ok(_) | Err(Unconverted::TooLarge) => {
                        note_first(&mut problems.too_large, row.currency, row.occurred_on);
                    }
                    Err(Unconverted::NoRate) => {
                        note_first(&mut problems.missing_rates, row.currency, row.occurred_on);
                    }
                }
            }
            self.each(partner, row.offering, |totals| {
                totals.revenue_ten_thousandths += amount;
            });
        }
    }

    /// Rows are in order of their day.
    pub(super) fn add_seat_changes(&mut self, record: &mut Record<'_>, rows: &[SeatChange]) {
        for row in rows {
            let Some(partner) = self.owner(record, row.offering, row.occurred_on) else {
                continue;
            };
            let net = if row.paid {
                i64::from(row.seats_added) - i64::from(row.seats_lost)
            } else {
                0
            };
            self.each(partner, row.offering, |totals| totals.net_paid_seats += net);
        }
        let catalog = self.rules.catalog;
        let mut offerings: Vec<Offering> = rows
            .iter()
            .filter(|row| row.paid)
            .flat_map(|row| catalog.offerings_above(row.offering))
            .collect();
        offerings.sort_unstable();
        offerings.dedup();
        for offering in offerings {
            self.add_new_customer(record, rows, offering);
        }
    }

    /// Finds the days on which the customer was added in the offering, and counts it once for each partner of them.
    fn add_new_customer(
        &mut self,
        record: &mut Record<'_>,
        rows: &[SeatChange],
        offering: Offering,
    ) {
        let rules = self.rules;
        let within = |row: &SeatChange| {
            row.paid
                && row.occurred_on <= rules.window.last
                && rules
                    .catalog
                    .offerings_above(row.offering)
                    .any(|at| at == offering)
        };
        let mut seats = 0_i64;
        // The last day whose end saw a seat; before the first fact there was none.
        let mut last_held: Option<Day> = None;
        let mut counted: Vec<Partner> = Vec::new();
        for day_rows in rows.chunk_by(|a, b| a.occurred_on == b.occurred_on) {
            let day = day_rows[0].occurred_on;
            if seats >= 1 {
                last_held = Some(Day(day.0 - 1));
            }
            seats += day_rows
                .iter()
                .filter(|row| within(row))
                .map(|row| i64::from(row.seats_added) - i64::from(row.seats_lost))
                .sum::<i64>();
            let gap = i64::from(rules.new_customer_gap_days);
            let was_without =
                last_held.is_none_or(|held| i64::from(day.0) - i64::from(held.0) > gap);
            if seats < 1 || !was_without || !rules.window.contains(day) {
                continue;
            }
            for row in day_rows
                .iter()
                .filter(|row| within(row) && row.seats_added > 0)
            {
                let partner = record.partner_on(rules.catalog, row.offering, day);
                counted.extend(partner.filter(|partner| !counted.contains(partner)));
            }
        }
        for partner in counted {
            self.cell(partner, offering).new_customers += 1;
        }
    }

    /// Rows of one user stand together.
    pub(super) fn add_usage(&mut self, record: &mut Record<'_>, rows: &[UsageMonth]) {
        let rules = self.rules;
        for of_user in rows.chunk_by(|a, b| a.user == b.user) {
            for row in of_user {
                let days =
                    row.days & days_between(row.month, rules.window.first, rules.window.last);
                if days == 0 {
                    continue;
                }
                let reigns = record.reigns(rules.catalog, row.offering);
                for (at, reign) in reigns.iter().enumerate() {
                    let Some(partner) = reign.partner else {
                        continue;
                    };
                    let last = reigns
                        .get(at + 1)
                        .map_or(Day::FOREVER, |next| Day(next.from.0 - 1));
                    if days & days_between(row.month, reign.from, last) != 0 {
                        let first = row_of(&mut self.partners, partner) * self.words;
                        if self.active.len() < first + self.words {
                            self.active.resize(first + self.words, 0);
                        }
                        for offering in rules.catalog.offerings_above(row.offering) {
                            self.active[first + offering.0 as usize / 64] |= 1 << (offering.0 % 64);
                        }
                    }
                }
            }
            self.count_user();
        }
    }

    /// Adds the user in hand wherever it was active, and forgets it.
    fn count_user(&mut self) {
        for word in 0..self.active.len() {
            let mut bits = std::mem::take(&mut self.active[word]);
            let partner = self.partners[word / self.words];
            while bits != 0 {
                let offering = (word % self.words) * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                self.cell(partner, Offering(offering as u32)).yearly_users += 1;
            }
        }
    }

    /// Rows are in order of offering, then day.
    pub(super) fn add_instances(&mut self, record: &mut Record<'_>, rows: &[Instances]) {
        let window = self.rules.window;
        for of_offering in rows.chunk_by(|a, b| a.offering == b.offering) {
            let newest = of_offering
                .iter()
                .rev()
                .find(|row| window.contains(row.observed_on));
            let Some(newest) = newest else { continue };
            if let Some(partner) = self.owner(record, newest.offering, window.last) {
                let instances = i64::from(newest.production_instances);
                self.each(partner, newest.offering, |totals| {
                    totals.production_instances += instances;
                });
            }
        }
    }

    pub(super) fn add_surveys(&mut self, record: &mut Record<'_>, rows: &[Survey]) {
        for row in rows {
            if let Some(partner) = self.owner(record, row.offering, row.responded_on) {
                self.each(partner, row.offering, |totals| {
                    totals.responses += 1;
                    totals.promoters += i64::from(row.score >= 9);
                    totals.detractors += i64::from(row.score <= 6);
                });
            }
        }
    }

    /// Each subscription's newest observation in the window.
    pub(super) fn add_subscriptions(&mut self, record: &mut Record<'_>, rows: &[Subscription]) {
        for row in rows {
            if let Some(partner) = self.owner(record, row.offering, self.rules.window.last) {
                let seats = if row.counts {
                    i64::from(row.seats_assigned)
                } else {
                    0
                };
                self.each(partner, row.offering, |totals| {
                    totals.assigned_seats += seats;
                });
            }
        }
    }

    /// Moves what was counted to the totals of the customer's location.
    pub(super) fn flush(
        &mut self,
        location: Location,
        totals: &mut FxHashMap<(Slice, Partner), Totals>,
    ) {
        for (at, cell) in self.cells.iter_mut().enumerate() {
            if let Some(counted) = cell.take() {
                let offering = Offering((at % self.offerings) as u32);
                let slice = Slice { offering, location };
                let partner = self.partners[at / self.offerings];
                totals.entry((slice, partner)).or_default().add(&counted);
            }
        }
        self.cells.clear();
        self.active.clear();
        self.partners.clear();
    }

    /// The partner whom a fact inside the window belongs to.
    fn owner(&self, record: &mut Record<'_>, offering: Offering, day: Day) -> Option<Partner> {
        self.rules
            .window
            .contains(day)
            .then(|| record.partner_on(self.rules.catalog, offering, day))
            .flatten()
    }

    /// Counts in the offering and those above it. Counting nothing still makes the partner a peer there.
    fn each(&mut self, partner: Partner, offering: Offering, count: impl Fn(&mut Totals)) {
        let catalog = self.rules.catalog;
        for offering in catalog.offerings_above(offering) {
            count(self.cell(partner, offering));
        }
    }

    fn cell(&mut self, partner: Partner, offering: Offering) -> &mut Totals {
        let at = row_of(&mut self.partners, partner) * self.offerings + offering.0 as usize;
        if self.cells.len() <= at {
            self.cells
                .resize((at / self.offerings + 1) * self.offerings, None);
        }
        self.cells[at].get_or_insert_default()
    }
}

/// A customer has few partners in a year, so that looking through them is quickest.
fn row_of(partners: &mut Vec<Partner>, partner: Partner) -> usize {
    partners
        .iter()
        .position(|known| *known == partner)
        .unwrap_or_else(|| {
            partners.push(partner);
            partners.len() - 1
        })
}

/// The days of the month from one day to another, both included, as a mask: bit 0 is the first of the month.
fn days_between(month: Month, first: Day, last: Day) -> u32 {
    let start = month.first_day().0;
    let from = (first.0 - start).clamp(0, 32) as u32;
    let past = (last.0 - start + 1).clamp(0, 32) as u32;
    let below = |bits: u32| ((1_u64 << bits) - 1) as u32;
    below(past) & !below(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first: &str, last: &str, expected: u32) {
        let month = "2026-02-01".parse::<Day>().unwrap().month();
        assert_eq!(
            days_between(month, first.parse().unwrap(), last.parse().unwrap()),
            expected
        );
    }

    #[test]
    fn masks_of_days() {
        check("2026-02-01", "2026-02-01", 0b1);
        check("2026-02-02", "2026-02-04", 0b1110);
        check("2026-01-15", "2026-02-02", 0b11);
        check("2026-02-28", "2026-12-31", !0 << 27);
        check("2026-03-10", "2026-03-12", 0);
        check("2025-03-10", "2025-03-12", 0);
        check("1970-01-01", "9999-12-31", !0);
    }
}
