//! The walk over the facts of the partners' customers.

use std::ops::Range;
use std::sync::Arc;

use facts::{Dataset, FileRef, Settled};
use kernel::{
    Certification, Customer, Day, Explainable, FactReason, Facts, Rules, Subject, Subscription,
    Window,
};

use super::ExplainError;
use super::basis::Basis;
use super::collect::{Collecting, Explanation};
use super::key::ExplainOf;
use crate::app::App;

/// The most rows of facts that are held at once.
const BUCKET_ROWS_MAX: u64 = 512 * 1024;

/// One value under way.
struct Asked {
    subject: Subject,
    sees_others: bool,
    /// The customers that its partner is or was associated with by the as-of date, in order.
    customers: Vec<Customer>,
    collecting: Collecting,
}

/// Explains values of one snapshot, in their order.
pub(super) async fn explain(
    app: &App,
    basis: &Basis,
    asked: &[ExplainOf],
) -> Result<Vec<Explanation>, ExplainError> {
    let window = Window::ending(
        asked
            .first()
            .map_or(Day::FIRST, |asked| asked.snapshot.as_of),
    );
    let mut all: Vec<Asked> = asked
        .iter()
        .map(|asked| {
            let subject = basis.subject(asked);
            let associations = &basis.inputs.associations;
            Asked {
                subject,
                sees_others: asked.sees_others,
                customers: associations.customers_of(subject.partner, window.last),
                collecting: Collecting::default(),
            }
        })
        .collect();
    let mut customers: Vec<u32> = all
        .iter()
        .flat_map(|asked| asked.customers.iter().map(|customer| customer.0))
        .collect();
    customers.sort_unstable();
    customers.dedup();

    if basis.has(Dataset::Certifications) {
        let passes = app
            .facts()
            .read_certifications(&basis.files, &basis.inputs.numbers.places);
        people(basis, &passes.await?, window, &mut all);
    }
    let newest = if basis.has(Dataset::Subscriptions) {
        let windows = [window];
        let (facts, places) = (app.facts(), &basis.inputs.numbers.places);
        let newest = facts.newest_subscriptions(&basis.files, &windows, places);
        newest.await?.pop().unwrap_or_default()
    } else {
        Vec::new()
    };
    for range in ranges(&basis.files, &customers) {
        let facts = read(app, basis, range.clone(), &customers).await?;
        let within = |row: &&Subscription| {
            range.contains(&row.customer.0) && customers.binary_search(&row.customer.0).is_ok()
        };
        let explainable = facts.with_subscriptions(newest.iter().filter(within).copied().collect());
        let rules = Rules {
            window,
            catalog: &basis.inputs.catalog,
            associations: &basis.inputs.associations,
            rates: &basis.inputs.rates,
            new_customer_gap_days: basis.new_customer_gap_days,
        };
        // Other requests get their turn between two values; one holds a bounded number of rows.
        for one in &mut all {
            tokio::task::yield_now().await;
            one.walk(&rules, &explainable);
        }
    }
    let offerings: Arc<[i32]> = basis.inputs.numbers.offerings.as_slice().into();
    let finish = |one: Asked| one.collecting.finish(offerings.clone());
    Ok(all.into_iter().map(finish).collect())
}

impl Asked {
    fn walk(&mut self, rules: &Rules<'_>, facts: &Explainable) {
        let Asked {
            subject,
            sees_others,
            customers,
            collecting,
        } = self;
        kernel::explain(rules, facts, *subject, &mut |fact| {
            let is_own = fact
                .customer
                .is_some_and(|customer| customers.binary_search(&customer).is_ok());
            // A fact of another's time is told only where it counts: state facts are attributed on the as-of date.
            let is_told = match fact.reason {
                FactReason::Counted => true,
                FactReason::OtherPartner => *sees_others,
                _ => *sees_others || fact.is_of_record,
            };
            if is_own && is_told {
                collecting.add(fact);
            }
        });
    }
}

fn people(basis: &Basis, passes: &[Certification], window: Window, all: &mut [Asked]) {
    let of_people = all
        .iter_mut()
        .filter(|one| one.subject.metric == kernel::Metric::CertifiedPeople);
    for one in of_people {
        kernel::explain_certified_people(
            &basis.inputs.catalog,
            &basis.inputs.exams,
            passes,
            window.last,
            one.subject,
            &mut |fact| one.collecting.add(fact),
        );
    }
}

/// The facts of those of these customers that lie in a range.
async fn read(
    app: &App,
    basis: &Basis,
    range: Range<u32>,
    customers: &[u32],
) -> Result<Explainable, ExplainError> {
    let every_day = || Day::FIRST..=Day::LAST;
    let (files, places) = (&basis.files, &basis.inputs.numbers.places);
    let read = |settled: Settled| {
        let range = range.clone();
        async move {
            let facts = app.facts();
            let found = facts.read_bucket(files, range, every_day(), &settled, places);
            Ok::<Facts, ExplainError>(found.await?)
        }
    };
    let settled = read(basis.settled.clone()).await?;
    // Only these datasets have rows that are hidden by rows of other customers or days.
    let hiding = [Dataset::Revenue, Dataset::SeatChanges, Dataset::Surveys];
    let everything = if hiding.into_iter().any(|dataset| basis.has(dataset)) {
        read(Settled::nothing_hidden(files)).await?
    } else {
        Facts::default()
    };
    let customers = customers.to_vec();
    let sorted = tokio::task::spawn_blocking(move || {
        let only = |facts| retain(facts, &customers);
        Explainable::new(only(settled), only(everything))
    });
    sorted.await.map_err(|_| ExplainError::Lost)
}

fn retain(mut facts: Facts, customers: &[u32]) -> Facts {
    let is_asked = |customer: Customer| customers.binary_search(&customer.0).is_ok();
    facts.revenue.retain(|row| is_asked(row.customer));
    facts.seat_changes.retain(|row| is_asked(row.customer));
    facts.usage.retain(|row| is_asked(row.customer));
    facts.instances.retain(|row| is_asked(row.customer));
    facts.surveys.retain(|row| is_asked(row.customer));
    facts
}

/// The customers in ranges of about equal work, each from the first to the last that is asked for.
fn ranges(files: &[FileRef], customers: &[u32]) -> Vec<Range<u32>> {
    let buckets = facts::buckets(files, BUCKET_ROWS_MAX).into_iter();
    let narrowed = buckets.filter_map(|bucket| {
        let from = customers.partition_point(|customer| *customer < bucket.start);
        let to = customers.partition_point(|customer| *customer < bucket.end);
        let within = &customers[from..to];
        Some(*within.first()?..within.last()? + 1)
    });
    narrowed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_nothing_but_what_is_asked_for() {
        let file = FileRef {
            path: String::new(),
            dataset: Dataset::Usage,
            batches: facts::FileBatches::One(1),
            rows: 4 * BUCKET_ROWS_MAX,
            bytes: 1,
            first_customer: 0,
            last_customer: 399,
            first_day: Day::FIRST,
            last_day: Day::LAST,
        };
        let files = [file];
        assert_eq!(ranges(&files, &[5, 7, 350, 1_000]), [5..8, 350..351]);
        assert_eq!(ranges(&files, &[]), Vec::<Range<u32>>::new());
        assert_eq!(ranges(&[], &[5]), Vec::<Range<u32>>::new());
    }
}
