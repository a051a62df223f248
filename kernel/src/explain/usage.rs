//! The users of a year.

use super::facts::Explainable;
use super::{ExplainedFact, FactKind, FactReason, Teller};
use crate::attribution::Record;
use crate::day::Day;
use crate::rows::UsageMonth;
use crate::tally::days_between;

impl Teller<'_, '_> {
    /// Each user once, at the first of its months that counts.
    pub(super) fn users(&mut self, facts: &Explainable) {
        let rows = &facts.facts.usage;
        for rows in rows.chunk_by(|a, b| a.customer == b.customer) {
            let mut record = self.record(rows[0].customer);
            for of_user in rows.chunk_by(|a, b| a.user == b.user) {
                let mut is_counted = false;
                for row in of_user {
                    if !self.is_in_slice(row.customer, row.offering) {
                        continue;
                    }
                    let (left_out, is_of_record) = self.month_left_out(&mut record, row);
                    let told = |reason| {
                        let (customer, offering) = (row.customer, row.offering);
                        let day = row.month.first_day();
                        ExplainedFact::without(FactKind::Usage, customer, offering, day, reason)
                    };
                    let fact = match left_out {
                        Some(reason) => told(reason),
                        None if is_counted => told(FactReason::AlreadyCounted),
                        None => {
                            is_counted = true;
                            told(FactReason::Counted).counting(1, 0)
                        }
                    };
                    (self.tell)(ExplainedFact {
                        is_of_record,
                        ..fact
                    });
                }
            }
        }
    }

    /// Why none of a month's days counts as the partner's, none where one does; and whether one is, in the window or not.
    fn month_left_out(
        &self,
        record: &mut Record<'_>,
        row: &UsageMonth,
    ) -> (Option<FactReason>, bool) {
        let (rules, partner) = (self.rules, self.subject.partner);
        let window = rules.window;
        let timeline = record.timeline(rules.catalog, row.offering);
        let reigns = record.reigns_of(timeline);
        let within = row.days & days_between(row.month.first_day(), window.first, window.last);
        let (mut is_own, mut is_others, mut is_of_record) = (false, false, false);
        for (at, reign) in reigns.iter().enumerate() {
            let Some(of_record) = reign.partner else {
                continue;
            };
            let next = reigns.get(at + 1);
            let last = next.map_or(Day::FOREVER, |next| Day(next.from.0 - 1));
            let days = days_between(row.month.first_day(), reign.from, last);
            is_own |= of_record == partner && within & days != 0;
            is_of_record |= of_record == partner && row.days & days != 0;
            is_others |= of_record != partner && row.days & days != 0;
        }
        let left_out = match (is_own, is_others) {
            (true, _) => None,
            (false, true) => Some(FactReason::OtherPartner),
            (false, false) if within == 0 => Some(FactReason::OutsideWindow),
            (false, false) => Some(FactReason::NoPartnerOfRecord),
        };
        (left_out, is_of_record)
    }
}
