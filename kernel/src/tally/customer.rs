//! The walk over one customer's facts.

use super::active::ActiveUsers;
use super::holdings::{Holdings, net_seats};
use super::months::WindowMonths;
use super::sums::Sums;
use super::{Rules, Tally, note_first};
use crate::attribution::Record;
use crate::bits::{set, take_each, words_of};
use crate::day::Day;
use crate::ids::{Location, Offering, Partner};
use crate::rates::Unconverted;
use crate::rows::{Instances, Revenue, SeatChange, Subscription, Survey, UsageMonth};
use crate::totals::Totals;

/// The largest single converted amount, in ten-thousandths: sums of it over every row that fits a batch stay far
/// inside 128 bits.
const LARGEST_REVENUE: i128 = 10_i128.pow(27);

/// Totals of one customer by partner and offering; reused for the next one.
pub(super) struct CustomerTally<'a> {
    rules: &'a Rules<'a>,
    months: WindowMonths,
    offerings: usize,
    /// Words of a bit for each offering.
    words: usize,
    /// The partners met so far; their place is the row of the tables below.
    partners: Vec<Partner>,
    /// By partner row and offering. Zero wherever the bit of `counted` is not set.
    cells: Vec<Totals>,
    /// By partner row: where something was counted, be it nothing.
    counted: Vec<u64>,
    /// The same of what facts of just the offering add up to, which is counted above it when all of them have come.
    own_cells: Vec<Totals>,
    own_counted: Vec<u64>,
    active: ActiveUsers,
    /// By timeline of the customer's record: the row of the partner who owns a whole month.
    month_owners: Vec<[Option<usize>; WindowMonths::MOST]>,
    holdings: Holdings,
}

impl<'a> CustomerTally<'a> {
    pub(super) fn new(rules: &'a Rules<'a>) -> CustomerTally<'a> {
        let offerings = rules.catalog.offerings();
        CustomerTally {
            rules,
            months: WindowMonths::new(rules.window),
            offerings,
            words: words_of(rules.catalog),
            partners: Vec::new(),
            cells: Vec::new(),
            counted: Vec::new(),
            own_cells: Vec::new(),
            own_counted: Vec::new(),
            active: ActiveUsers::new(rules.catalog),
            month_owners: Vec::new(),
            holdings: Holdings::new(offerings),
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
            self.own_cell(partner, row.offering).revenue_ten_thousandths += amount;
        }
    }

    /// Rows are in order of their day.
    pub(super) fn add_seat_changes(&mut self, record: &mut Record<'_>, rows: &[SeatChange]) {
        for row in rows {
            let Some(partner) = self.owner(record, row.offering, row.occurred_on) else {
                continue;
            };
            let net = if row.paid { net_seats(row) } else { 0 };
            self.own_cell(partner, row.offering).net_paid_seats += net;
        }
        let rules = self.rules;
        let mut holdings = std::mem::take(&mut self.holdings);
        holdings.find_adds(rules, rows, |offering, row| {
            let partner = record.partner_on(rules.catalog, row.offering, row.occurred_on)?;
            Some((offering, partner))
        });
        for (offering, partner) in holdings.adds() {
            self.cell(partner, offering).new_customers += 1;
        }
        self.holdings = holdings;
    }

    /// Users are numbered from 0.
    pub(super) fn add_usage(&mut self, record: &mut Record<'_>, rows: &[UsageMonth]) {
        let users = rows.iter().map(|row| row.user as usize + 1).max();
        self.active.begin(users.unwrap_or(0));
        // Files hold one month each, so that rows of a month stand together.
        for of_month in rows.chunk_by(|a, b| a.month == b.month) {
            self.mark_active(record, of_month);
        }
        let mut active = std::mem::take(&mut self.active);
        active.count(|partner, offering, users| {
            self.cell_at(partner, offering).yearly_users += users;
        });
        self.active = active;
    }

    /// Notes users for each partner who was of record on one of the days where they were active.
    fn mark_active(&mut self, record: &mut Record<'_>, rows: &[UsageMonth]) {
        let Some(month) = rows.first().and_then(|row| self.months.place(row.month)) else {
            return;
        };
        let window = self.months.days(month);
        let counting = rows.iter().filter(|row| row.days & window != 0);
        if let Some(timeline) = record.only_timeline()
            && let Some(partner) = self.owner_of_month(record, timeline, month)
        {
            self.active.mark(partner, counting);
            return;
        }
        for row in counting {
            let timeline = record.timeline(self.rules.catalog, row.offering);
            if let Some(partner) = self.owner_of_month(record, timeline, month) {
                self.active.mark(partner, [row]);
                continue;
            }
            for (reign, partner) in self.months.reigns(month, record.reigns_of(timeline)) {
                if let Some(partner) = partner.filter(|_| row.days & reign != 0) {
                    let partner = row_of(&mut self.partners, partner);
                    self.active.mark(partner, [row]);
                }
            }
        }
    }

    /// The row of the partner who owns a whole month, if there is one.
    fn owner_of_month(
        &mut self,
        record: &Record<'_>,
        timeline: usize,
        month: usize,
    ) -> Option<usize> {
        while self.month_owners.len() <= timeline {
            let reigns = record.reigns_of(self.month_owners.len());
            let owners = self.months.owners(reigns, &mut self.partners);
            self.month_owners.push(owners);
        }
        self.month_owners[timeline][month]
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
                self.own_cell(partner, newest.offering).production_instances += instances;
            }
        }
    }

    pub(super) fn add_surveys(&mut self, record: &mut Record<'_>, rows: &[Survey]) {
        for row in rows {
            if let Some(partner) = self.owner(record, row.offering, row.responded_on) {
                let totals = self.own_cell(partner, row.offering);
                totals.responses += 1;
                totals.promoters += i64::from(row.score >= 9);
                totals.detractors += i64::from(row.score <= 6);
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
                self.own_cell(partner, row.offering).assigned_seats += seats;
            }
        }
    }

    /// Moves what was counted to the sums of the customer's location.
    pub(super) fn flush(&mut self, location: Location, sums: &mut Sums) {
        self.count_above();
        for (row, counted) in self.counted.chunks_exact_mut(self.words).enumerate() {
            if counted.iter().all(|bits| *bits == 0) {
                continue;
            }
            let mut of_partner = sums.of(location, self.partners[row], self.offerings);
            let cells = &mut self.cells[row * self.offerings..][..self.offerings];
            take_each(counted, |offering| {
                let cell = &mut cells[offering.0 as usize];
                of_partner.add(offering, &std::mem::take(cell));
            });
        }
        self.partners.clear();
        self.month_owners.clear();
    }

    /// Counts what facts of each offering add up to in the offering and those above it. Adding nothing still makes a
    /// partner a peer there.
    fn count_above(&mut self) {
        let catalog = self.rules.catalog;
        let own_counted = self.own_counted.chunks_exact_mut(self.words);
        let counted = self.counted.chunks_exact_mut(self.words);
        for (row, (own_counted, counted)) in own_counted.zip(counted).enumerate() {
            let first = row * self.offerings;
            take_each(own_counted, |offering| {
                let own = std::mem::take(&mut self.own_cells[first + offering.0 as usize]);
                for above in catalog.offerings_above(offering) {
                    set(counted, above);
                    self.cells[first + above.0 as usize].add(&own);
                }
            });
        }
    }

    /// The partner whom a fact inside the window belongs to.
    fn owner(&self, record: &mut Record<'_>, offering: Offering, day: Day) -> Option<Partner> {
        self.rules
            .window
            .contains(day)
            .then(|| record.partner_on(self.rules.catalog, offering, day))
            .flatten()
    }

    /// The partner's cell for what facts of just this offering add up to.
    fn own_cell(&mut self, partner: Partner, offering: Offering) -> &mut Totals {
        let partner = row_of(&mut self.partners, partner);
        self.make_room(partner);
        set(&mut self.own_counted[partner * self.words..], offering);
        &mut self.own_cells[partner * self.offerings + offering.0 as usize]
    }

    fn cell(&mut self, partner: Partner, offering: Offering) -> &mut Totals {
        let partner = row_of(&mut self.partners, partner);
        self.cell_at(partner, offering)
    }

    fn cell_at(&mut self, partner: usize, offering: Offering) -> &mut Totals {
        self.make_room(partner);
        set(&mut self.counted[partner * self.words..], offering);
        &mut self.cells[partner * self.offerings + offering.0 as usize]
    }

    fn make_room(&mut self, partner: usize) {
        let rows = partner + 1;
        if self.counted.len() < rows * self.words {
            for counted in [&mut self.counted, &mut self.own_counted] {
                counted.resize(rows * self.words, 0);
            }
            for cells in [&mut self.cells, &mut self.own_cells] {
                cells.resize(rows * self.offerings, Totals::default());
            }
        }
    }
}

/// A customer has few partners in a year, so that looking through them is quickest.
pub(super) fn row_of(partners: &mut Vec<Partner>, partner: Partner) -> usize {
    partners
        .iter()
        .position(|known| *known == partner)
        .unwrap_or_else(|| {
            partners.push(partner);
            partners.len() - 1
        })
}
