//! Who is the partner of record of a customer, for an offering, on a day (DATA.md, 'Window and attribution').

use crate::catalog::Catalog;
use crate::day::Day;
use crate::ids::{Customer, Offering, Partner};

/// One association of a customer whose type counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Association {
    pub customer: Customer,
    pub partner: Partner,
    /// The place of its type in `association_precedence`; 0 is the strongest.
    pub precedence: u8,
    /// The workload it is for; everything where it names none.
    pub workload: Offering,
    pub starts_on: Day,
    /// The first day it no longer holds; [`Day::FOREVER`] where there is none.
    pub ends_on: Day,
}

impl Association {
    /// Greater wins. Only associations that hold on the day and cover the fact are compared.
    fn strength(&self) -> impl Ord + use<> {
        use std::cmp::Reverse;
        (
            Reverse(self.precedence),
            self.workload != Offering::EVERYTHING,
            self.starts_on,
            Reverse(self.partner),
        )
    }
}

/// The associations of all customers, found by customer.
#[derive(Debug, Clone, Default)]
pub struct Associations {
    by_customer: Vec<Association>,
    /// Where each customer's associations begin; one entry more than there are customer numbers.
    starts: Vec<u32>,
}

impl Associations {
    #[must_use]
    pub fn new(associations: Vec<Association>) -> Associations {
        let customer_of = |a: &Association| a.customer.0 as usize;
        let customers = associations.iter().map(customer_of).max();
        let mut starts = vec![0u32; customers.map_or(0, |last| last + 1) + 1];
        for association in &associations {
            starts[customer_of(association) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        // Dealt out by customer, which is several times faster than sorting all. A customer has few.
        let mut next = starts.clone();
        let mut by_customer = associations.clone();
        for association in associations {
            let place = &mut next[customer_of(&association)];
            by_customer[*place as usize] = association;
            *place += 1;
        }
        for of_customer in by_customer.chunk_by_mut(|a, b| a.customer == b.customer) {
            of_customer
                .sort_unstable_by_key(|a| (a.starts_on, a.partner, a.workload, a.precedence));
        }
        Associations {
            by_customer,
            starts,
        }
    }

    /// The customers that a partner is or was associated with by a day, each once and in order. An association that was
    /// taken back as it began never held.
    #[must_use]
    pub fn customers_of(&self, partner: Partner, by: Day) -> Vec<Customer> {
        let has_held = |a: &&Association| a.starts_on < a.ends_on && a.starts_on <= by;
        let own = self.by_customer.iter().filter(|a| a.partner == partner);
        let own = own.filter(has_held);
        let mut customers: Vec<Customer> = own.map(|a| a.customer).collect();
        customers.dedup();
        customers
    }

    fn of(&self, customer: Customer) -> &[Association] {
        let at = customer.0 as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&from), Some(&to)) => &self.by_customer[from as usize..to as usize],
            _ => &[],
        }
    }
}

/// From a day on this partner, or nobody, is the partner of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reign {
    pub(crate) from: Day,
    pub(crate) partner: Option<Partner>,
}

/// The partners of record of one customer, worked out once for each offering that its facts name.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    associations: &'a [Association],
    has_workloads: bool,
    timelines: Timelines,
}

/// The timelines of a record; their memory serves the next one.
#[derive(Debug, Default)]
pub(crate) struct Timelines {
    /// Those of the record, and behind them emptied ones.
    timelines: Vec<(Offering, Vec<Reign>)>,
    len: usize,
    days: Vec<Day>,
}

impl<'a> Record<'a> {
    pub(crate) fn of(
        customer: Customer,
        associations: &'a Associations,
        mut timelines: Timelines,
    ) -> Record<'a> {
        let associations = associations.of(customer);
        timelines.len = 0;
        Record {
            associations,
            has_workloads: associations
                .iter()
                .any(|a| a.workload != Offering::EVERYTHING),
            timelines,
        }
    }

    pub(crate) fn into_timelines(self) -> Timelines {
        self.timelines
    }

    /// The partner of record for a fact of this offering on this day.
    pub(crate) fn partner_on(
        &mut self,
        catalog: &Catalog,
        offering: Offering,
        day: Day,
    ) -> Option<Partner> {
        let timeline = self.timeline(catalog, offering);
        let reigns = self.reigns_of(timeline);
        // There are few of them, and most facts fall into the last.
        let reign = reigns.iter().rev().find(|reign| reign.from <= day);
        reign.and_then(|reign| reign.partner)
    }

    /// The timeline that facts of every offering follow, where they all follow one: no association names a workload.
    pub(crate) fn only_timeline(&mut self) -> Option<usize> {
        if self.has_workloads {
            return None;
        }
        if self.timelines.len == 0 {
            self.timelines.add(self.associations, Offering::EVERYTHING);
        }
        Some(0)
    }

    /// Which of the timelines facts of this offering follow, by number in the order in which they were asked for.
    #[inline]
    pub(crate) fn timeline(&mut self, catalog: &Catalog, offering: Offering) -> usize {
        if let Some(only) = self.only_timeline() {
            return only;
        }
        // A fact without a workload is covered only by associations without one.
        let workload = if catalog.is_product(offering) {
            Offering::EVERYTHING
        } else {
            offering
        };
        let known = self.timelines.timelines[..self.timelines.len].iter();
        let known = known.enumerate().find(|(_, (of, _))| *of == workload);
        match known {
            Some((at, _)) => at,
            None => self.timelines.add(self.associations, workload),
        }
    }

    /// All reigns of a timeline, in time order; before the first nobody is of record.
    pub(crate) fn reigns_of(&self, timeline: usize) -> &[Reign] {
        &self.timelines.timelines[timeline].1
    }
}

impl Timelines {
    /// Works out one more and gives its place.
    fn add(&mut self, associations: &[Association], workload: Offering) -> usize {
        let place = self.len;
        if self.timelines.len() == place {
            self.timelines.push((workload, Vec::new()));
        }
        let (of, reigns) = &mut self.timelines[place];
        *of = workload;
        reigns.clear();
        let covering = || {
            let is_covering =
                |a: &&Association| a.workload == Offering::EVERYTHING || a.workload == workload;
            associations.iter().filter(is_covering)
        };
        self.days.clear();
        self.days
            .extend(covering().flat_map(|a| [a.starts_on, a.ends_on]));
        self.days.sort_unstable();
        self.days.dedup();
        for from in self.days.iter().copied() {
            let partner = covering()
                .filter(|a| a.starts_on <= from && from < a.ends_on)
                .max_by(|a, b| a.strength().cmp(&b.strength()))
                .map(|a| a.partner);
            if reigns.last().is_none_or(|last| last.partner != partner) {
                reigns.push(Reign { from, partner });
            }
        }
        self.len += 1;
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCT: Offering = Offering(1);
    const WORKLOAD: Offering = Offering(2);
    const OTHER_WORKLOAD: Offering = Offering(3);

    fn catalog() -> Catalog {
        let everything = Offering::EVERYTHING;
        Catalog::new(
            vec![everything, everything, PRODUCT, PRODUCT],
            vec![crate::Location::WORLD],
            vec![],
        )
    }

    fn held(
        partner: u32,
        precedence: u8,
        workload: Offering,
        starts_on: i32,
        ends_on: i32,
    ) -> Association {
        Association {
            customer: Customer(0),
            partner: Partner(partner),
            precedence,
            workload,
            starts_on: Day(starts_on),
            ends_on: Day(ends_on),
        }
    }

    const FOREVER: i32 = Day::FOREVER.0;

    fn check(associations: &[Association], offering: Offering, day: i32, partner: Option<u32>) {
        let associations = Associations::new(associations.to_vec());
        let mut record = Record::of(Customer(0), &associations, Timelines::default());
        assert_eq!(
            record.partner_on(&catalog(), offering, Day(day)),
            partner.map(Partner)
        );
    }

    #[test]
    fn holds_from_its_first_day_to_the_day_before_its_end() {
        let one = [held(7, 0, Offering::EVERYTHING, 10, 20)];
        check(&one, PRODUCT, 9, None);
        check(&one, PRODUCT, 10, Some(7));
        check(&one, WORKLOAD, 19, Some(7));
        check(&one, PRODUCT, 20, None);
    }

    #[test]
    fn an_association_that_ends_as_it_starts_holds_on_no_day() {
        check(
            &[held(7, 0, Offering::EVERYTHING, 10, 10)],
            PRODUCT,
            10,
            None,
        );
    }

    #[test]
    fn customers_are_those_of_associations_that_have_held() {
        let everything = Offering::EVERYTHING;
        let of = |customer, starts_on, ends_on| Association {
            customer: Customer(customer),
            ..held(7, 0, everything, starts_on, ends_on)
        };
        let associations = Associations::new(vec![
            of(0, 10, 20),
            of(0, 30, FOREVER),
            of(1, 10, 10),
            of(2, 41, FOREVER),
            of(3, 40, FOREVER),
            Association {
                partner: Partner(8),
                ..of(4, 10, FOREVER)
            },
        ]);
        let found = associations.customers_of(Partner(7), Day(40));
        assert_eq!(found, [Customer(0), Customer(3)]);
    }

    #[test]
    fn the_stronger_type_wins_even_over_a_named_workload() {
        let both = [
            held(1, 1, WORKLOAD, 0, FOREVER),
            held(2, 0, Offering::EVERYTHING, 0, FOREVER),
        ];
        check(&both, WORKLOAD, 5, Some(2));
    }

    #[test]
    fn a_named_workload_wins_over_none_and_covers_nothing_else() {
        let both = [
            held(1, 0, WORKLOAD, 0, FOREVER),
            held(2, 0, Offering::EVERYTHING, 5, FOREVER),
        ];
        check(&both, WORKLOAD, 6, Some(1));
        check(&both, OTHER_WORKLOAD, 6, Some(2));
        check(&both, PRODUCT, 6, Some(2));
        check(&both, PRODUCT, 4, None);
    }

    #[test]
    fn the_later_start_wins_then_the_smaller_partner() {
        let everything = Offering::EVERYTHING;
        check(
            &[
                held(1, 0, everything, 0, FOREVER),
                held(2, 0, everything, 5, FOREVER),
            ],
            PRODUCT,
            6,
            Some(2),
        );
        check(
            &[
                held(2, 0, everything, 5, FOREVER),
                held(1, 0, everything, 5, FOREVER),
            ],
            PRODUCT,
            6,
            Some(1),
        );
    }

    #[test]
    fn the_earlier_partner_is_of_record_again_when_the_later_ends() {
        let both = [
            held(1, 0, Offering::EVERYTHING, 0, FOREVER),
            held(2, 0, Offering::EVERYTHING, 5, 8),
        ];
        check(&both, PRODUCT, 7, Some(2));
        check(&both, PRODUCT, 8, Some(1));
    }
}
