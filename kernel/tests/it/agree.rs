//! The kernel against the naive second reading of DATA.md: both are given the same generated programs and must publish
//! the same, field by field. A program on which they differ is made as small as it gets before it is shown.
//!
//! `PEERBAND_TEST_PROGRAMS` says how many programs the tests of this file share, 2,000 by default.

mod outcome;

use std::collections::BTreeMap;

use naive::date::Date;
use naive::evaluate::evaluate;
use naive::export::value_cell;
use naive::metrics::Metric;
use naive::program::Program;
use naive::ratio::Ratio;
use naive::slice::Slice;
use naive::snapshot::{Measure, Scorecard, Snapshot};
use peerband_kernel::{Bucket, Facts, Rules, Subscription, Tally, Unpublishable};
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use crate::harness::program;
use crate::harness::run::Run;
use outcome::Outcome;

const PROGRAMS: u32 = 2_000;

/// How many tests share the programs; each feeds the kernel in another way.
const TESTS: u32 = 4;

/// No generated program has more customers.
const MOST_CUSTOMERS: u32 = 12;

#[test]
fn fed_in_one_bucket() {
    check(|rules, run| tally(rules, run.part(|_| true)));
}

#[test]
fn fed_with_every_row_the_other_way_round() {
    check(|rules, run| {
        let (mut facts, subscriptions) = run.part(|_| true);
        facts.revenue.reverse();
        facts.seat_changes.reverse();
        facts.usage.reverse();
        facts.instances.reverse();
        facts.surveys.reverse();
        tally(rules, (facts, subscriptions))
    });
}

#[test]
fn fed_in_a_bucket_for_each_customer() {
    check(|rules, run| {
        let mut tally = Tally::default();
        for customer in 0..MOST_CUSTOMERS {
            let (facts, subscriptions) = run.part(|of| of == customer);
            tally.add(rules, &Bucket::new(facts));
            tally.add_subscriptions(rules, &subscriptions);
        }
        tally
    });
}

#[test]
fn fed_in_tallies_that_are_merged_last_to_first() {
    check(|rules, run| {
        let mut sum = Tally::default();
        for third in [2, 1, 0] {
            sum += tally(rules, run.part(|of| of % 3 == third));
        }
        sum
    });
}

/// Takes the facts of a run into a tally.
type Feed = fn(&Rules<'_>, &Run) -> Tally;

/// Runs this test's share of the programs.
#[expect(
    clippy::disallowed_methods,
    reason = "a test's length is no argument of the kernel"
)]
fn check(feed: Feed) {
    let programs = std::env::var("PEERBAND_TEST_PROGRAMS")
        .map_or(PROGRAMS, |programs| programs.parse().unwrap());
    let mut runner = TestRunner::new(Config {
        cases: programs.div_ceil(TESTS),
        failure_persistence: None,
        // Enough to take every row away and to try again; a failure is shown within minutes all the same.
        max_shrink_iters: 20_000,
        max_shrink_time: 180_000,
        ..Config::default()
    });
    let outcome = runner.run(&naive::strategy::scene(), |(program, as_of)| {
        compare(&program, as_of, feed).map_err(TestCaseError::fail)
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(difference, (program, as_of))) => {
            panic!(
                "{difference}\n\nas of {as_of}:\n{}",
                naive::files::listing(&program)
            )
        }
        Err(error) => panic!("{error}"),
    }
}

fn compare(program: &Program, as_of: Date, feed: Feed) -> Result<(), String> {
    match (evaluate(program, as_of), published(program, as_of, feed)) {
        (Ok(expected), Ok(outcome)) => compare_snapshots(&expected, &outcome),
        (Err(missing), Err(Unpublishable::MissingRates(rates))) => {
            let missing: BTreeMap<_, _> = missing
                .into_iter()
                .map(|missing| (missing.currency, missing.first_date.to_string()))
                .collect();
            let rates: BTreeMap<_, _> = rates
                .into_iter()
                .map(|(currency, day)| (currency.to_string(), day.to_string()))
                .collect();
            same("missing rates", &missing, &rates)
        }
        (Ok(_), Err(problem)) => Err(format!("the kernel publishes nothing: {problem}")),
        (Err(missing), outcome) => Err(format!(
            "rates are missing, {missing:?}, and the kernel says {outcome:?}"
        )),
    }
}

fn compare_snapshots(expected: &Snapshot, outcome: &Outcome) -> Result<(), String> {
    let measures = measures(&expected.scorecards);
    same_rows("measure", &measures, &self::measures(&outcome.scorecards))?;
    same_rows("peer band", &expected.peer_bands, &outcome.peer_bands)?;
    let ranges: Vec<_> = expected
        .peer_bands
        .iter()
        .map(|band| expected.range_for_partners(band))
        .collect();
    same_rows("range for partners", &ranges, &outcome.ranges)?;

    let mut floats = Vec::new();
    let mut decimals = Vec::new();
    for measure in expected.scorecards.iter().flat_map(|card| &card.measures) {
        let Some(value) = measure.value else { continue };
        let percentile = measure.percentile.map(|(less, peers)| Ratio {
            num: i128::from(100 * less),
            den: peers.into(),
        });
        floats.push((value.nearest_f64(), percentile.map(Ratio::nearest_f64)));
        if measure.metric == Metric::Revenue {
            decimals.push(value_cell(measure.metric, value));
        }
    }
    same_rows("float", &floats, &outcome.floats)?;
    same_rows("decimal", &decimals, &outcome.decimals)
}

/// Each measure with the slice and the partner it is of.
fn measures(scorecards: &[Scorecard]) -> Vec<(&Slice, &str, Measure)> {
    let rows = scorecards.iter().flat_map(|card| {
        let measures = card.measures.iter();
        measures.map(|measure| (&card.slice, &*card.partner_id, *measure))
    });
    rows.collect()
}

/// The first row that differs, so that a failure is about one thing.
fn same_rows<Row: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &[Row],
    found: &[Row],
) -> Result<(), String> {
    let at = (0..expected.len().max(found.len())).find(|at| expected.get(*at) != found.get(*at));
    at.map_or(Ok(()), |at| {
        same(&format!("{what} {at}"), &expected.get(at), &found.get(at))
    })
}

fn same<What: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &What,
    found: &What,
) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!(
        "{what} differs\nthe naive reading: {expected:#?}\nthe kernel: {found:#?}"
    ))
}

fn published(program: &Program, as_of: Date, feed: Feed) -> Result<Outcome, Unpublishable> {
    let (run, ids) = program::run(program, as_of);
    let totals = run.tally_by(|rules| feed(rules, &run)).finish()?.rows();
    let mut outcome = Outcome::default();
    for scores in run.score(&totals) {
        outcome.add(&scores, &ids, &run.release);
    }
    Ok(outcome)
}

fn tally(rules: &Rules<'_>, (facts, subscriptions): (Facts, Vec<Subscription>)) -> Tally {
    let mut tally = Tally::default();
    tally.add(rules, &Bucket::new(facts));
    tally.add_subscriptions(rules, &subscriptions);
    tally
}
