//! Tallies of any split into buckets merge to the same totals, in any order and grouping.

use peerband_kernel::{Bucket, Tally, Unpublishable};
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases;
use crate::harness::program;
use crate::harness::run::Rows;

/// How many buckets the customers are spread over.
const BUCKETS: u8 = 4;

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn any_split_and_any_merge_give_the_totals_of_one_walk(
        (program, as_of) in naive::strategy::scene(),
        buckets in vec(0..BUCKETS, 12),
    ) {
        let (run, _) = program::run(&program, as_of);
        let bucket = |number: u8| {
            run.tally_by(|rules| {
                let (facts, subscriptions) =
                    run.part(|customer| buckets[customer as usize % buckets.len()] == number);
                let mut tally = Tally::default();
                tally.add(rules, &Bucket::new(facts));
                tally.add_subscriptions(rules, &subscriptions);
                tally
            })
        };
        let whole = run.totals();
        let left_to_right = merged(merged(merged(bucket(0), bucket(1)), bucket(2)), bucket(3));
        prop_assert_eq!(&whole, &rows(left_to_right));
        let right_to_left = merged(bucket(3), merged(bucket(2), merged(bucket(1), bucket(0))));
        prop_assert_eq!(&whole, &rows(right_to_left));
        let pairs = merged(merged(bucket(2), bucket(0)), merged(bucket(3), bucket(1)));
        prop_assert_eq!(&whole, &rows(pairs));
        let with_nothing = merged(Tally::default(), run.tally_by(|rules| {
            let mut tally = Tally::default();
            for number in 0..BUCKETS {
                let (facts, subscriptions) =
                    run.part(|customer| buckets[customer as usize % buckets.len()] == number);
                tally.add(rules, &Bucket::new(facts));
                tally.add_subscriptions(rules, &subscriptions);
                if number % 2 == 0 {
                    tally.close();
                }
            }
            tally
        }));
        prop_assert_eq!(&whole, &rows(with_nothing));
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn an_offering_scored_in_stretches_is_the_offering(
        (program, as_of) in naive::strategy::scene(),
        stretches in 1_usize..6,
    ) {
        let (run, _) = program::run(&program, as_of);
        let Ok(totals) = run.totals() else { return Ok(()) };
        prop_assert_eq!(run.score_in_stretches(&totals, stretches), run.score(&totals));
    }
}

fn rows(tally: Tally) -> Result<Rows, Unpublishable> {
    Ok(tally.finish()?.rows())
}

fn merged(mut one: Tally, other: Tally) -> Tally {
    one += other;
    one
}
