//! The rows of an example.

use peerband_kernel::{
    Association, Certification, Instances, Revenue, SeatChange, Subscription, Survey, UsageMonth,
};

use super::Case;
use super::scene::{currency, customer, day, decimal, end, offering, partner};

impl Case {
    /// `customer partner precedence workload starts_on ends_on`
    pub(crate) fn associate(mut self, rows: &str) -> Case {
        for [of, by, precedence, workload, starts_on, ends_on] in words(rows) {
            self.run.associations.push(Association {
                customer: customer(of),
                partner: partner(by),
                precedence: precedence.parse().unwrap(),
                workload: offering(if workload == "-" {
                    "everything"
                } else {
                    workload
                }),
                starts_on: day(starts_on),
                ends_on: end(ends_on),
            });
        }
        self
    }

    /// `currency date rate`
    pub(crate) fn rates(mut self, rows: &str) -> Case {
        for [code, date, rate] in words(rows) {
            let row = (currency(code), day(date), decimal(rate, 9));
            self.run.rates.push(row);
        }
        self
    }

    /// `customer offering date amount currency new|old`
    pub(crate) fn revenue(mut self, rows: &str) -> Case {
        for [of, in_offering, date, amount, code, counts] in words(rows) {
            self.run.facts.revenue.push(Revenue {
                customer: customer(of),
                offering: offering(in_offering),
                occurred_on: day(date),
                currency: currency(code),
                counts_as_new: one_of(counts, "new", "old"),
                amount_ten_thousandths: decimal(amount, 4),
            });
        }
        self
    }

    /// `customer offering date added lost paid|unpaid`
    pub(crate) fn seats(mut self, rows: &str) -> Case {
        for [of, in_offering, date, added, lost, paid] in words(rows) {
            self.run.facts.seat_changes.push(SeatChange {
                customer: customer(of),
                offering: offering(in_offering),
                occurred_on: day(date),
                paid: one_of(paid, "paid", "unpaid"),
                seats_added: added.parse().unwrap(),
                seats_lost: lost.parse().unwrap(),
            });
        }
        self
    }

    /// `subscription customer offering date seats assigned|idle`
    pub(crate) fn subscriptions(mut self, rows: &str) -> Case {
        for [name, of, in_offering, date, seats, counts] in words(rows) {
            self.run.subscriptions.push(Subscription {
                subscription: hash(name),
                observed_on: day(date),
                customer: customer(of),
                offering: offering(in_offering),
                counts: one_of(counts, "assigned", "idle"),
                seats_assigned: seats.parse().unwrap(),
            });
        }
        self
    }

    /// `customer user offering date`
    pub(crate) fn usage(mut self, rows: &str) -> Case {
        for [of, user, in_offering, date] in words(rows) {
            let month = day(date).month();
            self.run.facts.usage.push(UsageMonth {
                customer: customer(of),
                offering: offering(in_offering),
                user: hash(user) as u64,
                month,
                days: 1 << (day(date).0 - month.first_day().0),
            });
        }
        self
    }

    /// `customer offering date instances`
    pub(crate) fn instances(mut self, rows: &str) -> Case {
        for [of, in_offering, date, count] in words(rows) {
            self.run.facts.instances.push(Instances {
                customer: customer(of),
                offering: offering(in_offering),
                observed_on: day(date),
                production_instances: count.parse().unwrap(),
            });
        }
        self
    }

    /// `customer offering date score`
    pub(crate) fn surveys(mut self, rows: &str) -> Case {
        for [of, in_offering, date, score] in words(rows) {
            self.run.facts.surveys.push(Survey {
                customer: customer(of),
                offering: offering(in_offering),
                responded_on: day(date),
                score: score.parse().unwrap(),
            });
        }
        self
    }

    /// `exam workload counts_until`
    pub(crate) fn exams(mut self, rows: &str) -> Case {
        for [exam, workload, counts_until] in words(rows) {
            let at = place(&mut self.exam_names, exam);
            self.run
                .exams
                .workloads
                .resize(self.exam_names.len(), Vec::new());
            self.run.exams.workloads[at].push((offering(workload), end(counts_until)));
        }
        self
    }

    /// `person partner exam passed_on expires_on`
    pub(crate) fn passes(mut self, rows: &str) -> Case {
        for [person, of, exam, passed_on, expires_on] in words(rows) {
            self.run.certifications.push(Certification {
                partner: partner(of),
                person: place(&mut self.people, person) as u128,
                exam: place(&mut self.exam_names, exam) as u32,
                passed_on: day(passed_on),
                expires_on: end(expires_on),
            });
        }
        self
    }
}

/// Each line as so many words.
fn words<const COUNT: usize>(rows: &str) -> impl Iterator<Item = [&str; COUNT]> {
    rows.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.try_into().expect(line)
    })
}

fn one_of(word: &str, yes: &str, no: &str) -> bool {
    assert!(
        word == yes || word == no,
        "{word} is neither {yes} nor {no}"
    );
    word == yes
}

fn place(names: &mut Vec<String>, name: &str) -> usize {
    names
        .iter()
        .position(|known| known == name)
        .unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        })
}

/// The bytes of a short name stand for its hash.
fn hash(name: &str) -> u128 {
    name.bytes()
        .fold(0, |hash, byte| hash << 8 | u128::from(byte))
}
