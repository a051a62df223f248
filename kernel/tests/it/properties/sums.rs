//! What is attributed is counted once: no amount is lost or doubled between facts and scorecards.

use std::collections::BTreeSet;

use peerband_kernel::{
    Association, Currency, Customer, Day, Facts, Metric, Offering, Partner, SliceScores, Totals,
};
use proptest::prelude::*;

use super::cases;
use crate::harness::program;
use crate::harness::run::Run;
use crate::harness::scene::slice;

/// The totals of all partners over everything in the world, added.
fn sum(scores: &[SliceScores]) -> Totals {
    let world = slice("");
    let cards = scores.iter().filter(|scores| scores.slice == world);
    let totals = cards
        .flat_map(|scores| &scores.scorecards)
        .filter_map(|card| card.totals);
    totals.fold(Totals::default(), |mut sum, totals| {
        sum.add(&totals);
        sum
    })
}

/// The sum over runs that have one fact only, one run for each row.
fn sum_of_each<Row: Clone>(run: &Run, rows: &[Row], facts: impl Fn(Vec<Row>) -> Facts) -> Totals {
    let mut sum_of_each = Totals::default();
    for row in rows {
        let alone = Run {
            facts: facts(vec![row.clone()]),
            subscriptions: Vec::new(),
            ..run.clone()
        };
        let scores = alone.scores().expect("all facts together have their rates");
        sum_of_each.add(&sum(&scores));
    }
    sum_of_each
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn all_partners_together_have_what_each_fact_alone_would_bring(
        (program, as_of) in naive::strategy::scene(),
    ) {
        let (run, _) = program::run(&program, as_of);
        let Ok(scores) = run.scores() else { return Ok(()) };
        let all = sum(&scores);

        let revenue = sum_of_each(&run, &run.facts.revenue, |revenue| Facts {
            revenue,
            ..Facts::default()
        });
        prop_assert_eq!(all.revenue_ten_thousandths, revenue.revenue_ten_thousandths);

        let seats = sum_of_each(&run, &run.facts.seat_changes, |seat_changes| Facts {
            seat_changes,
            ..Facts::default()
        });
        prop_assert_eq!(all.net_paid_seats, seats.net_paid_seats);

        let surveys = sum_of_each(&run, &run.facts.surveys, |surveys| Facts {
            surveys,
            ..Facts::default()
        });
        let counts = |totals: Totals| (totals.responses, totals.promoters, totals.detractors);
        prop_assert_eq!(counts(all), counts(surveys));
    }

    /// In the reporting currency nothing is rounded, so that the sum is that of the amounts themselves.
    #[test]
    fn revenue_is_the_sum_of_the_amounts_that_count((program, as_of) in naive::strategy::scene()) {
        let (mut run, _) = program::run(&program, as_of);
        run.reporting_currency = Currency(*b"USD");
        run.facts.revenue.iter_mut().for_each(|row| row.currency = Currency(*b"USD"));
        have_one_partner(&mut run);
        let window = run.window();
        let amounts = run.facts.revenue.iter().filter(|row| row.counts_as_new);
        let inside = amounts.filter(|row| window.contains(row.occurred_on));
        let expected: i128 = inside.map(|row| row.amount_ten_thousandths).sum();
        let scores = run.scores().expect("the reporting currency needs no rate");
        prop_assert_eq!(sum(&scores).revenue_ten_thousandths, expected);
    }

    #[test]
    fn only_ratios_over_nothing_have_no_value((program, as_of) in naive::strategy::scene()) {
        let (run, _) = program::run(&program, as_of);
        let Ok(scores) = run.scores() else { return Ok(()) };
        for card in scores.iter().flat_map(|scores| &scores.scorecards) {
            let values = card.values();
            for metric in Metric::ALL {
                let exists = match (metric, &card.totals) {
                    (Metric::CertifiedPeople, _) => true,
                    (_, None) => false,
                    (Metric::MauPerAssignedSeat, Some(totals)) => totals.assigned_seats > 0,
                    (Metric::NetPromoterScore, Some(totals)) => totals.responses > 0,
                    (_, Some(_)) => true,
                };
                prop_assert_eq!(values[metric.index()].is_some(), exists, "{}", metric);
            }
        }
    }
}

/// Whoever else is of record for a customer with revenue, one partner of the strongest type is, on every day.
fn have_one_partner(run: &mut Run) {
    for association in &mut run.associations {
        association.precedence += 1;
    }
    let customers: BTreeSet<Customer> = run.facts.revenue.iter().map(|row| row.customer).collect();
    run.associations
        .extend(customers.into_iter().map(|customer| Association {
            customer,
            partner: Partner(0),
            precedence: 0,
            workload: Offering::EVERYTHING,
            starts_on: Day::FIRST,
            ends_on: Day::FOREVER,
        }));
}
