//! Nothing depends on the order in which rows arrive.

use proptest::collection::vec;
use proptest::prelude::*;

use super::cases;
use crate::harness::program;

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn rows_in_another_order_publish_the_same(
        (program, as_of) in naive::strategy::scene(),
        keys in vec(any::<u8>(), 64),
    ) {
        let (run, _) = program::run(&program, as_of);
        let mut mixed = run.clone();
        mix(&mut mixed.associations, &keys);
        mix(&mut mixed.rates, &keys);
        mix(&mut mixed.certifications, &keys);
        mix(&mut mixed.subscriptions, &keys);
        mix(&mut mixed.facts.revenue, &keys);
        mix(&mut mixed.facts.seat_changes, &keys);
        mix(&mut mixed.facts.usage, &keys);
        mix(&mut mixed.facts.instances, &keys);
        mix(&mut mixed.facts.surveys, &keys);
        for workloads in &mut mixed.exams.workloads {
            mix(workloads, &keys);
        }
        prop_assert_eq!(run.scores(), mixed.scores());
    }
}

/// Sorts rows by keys that have nothing to do with them.
fn mix<Row>(rows: &mut Vec<Row>, keys: &[u8]) {
    let mut keyed: Vec<(u8, Row)> = keys.iter().cycle().copied().zip(rows.drain(..)).collect();
    keyed.sort_by_key(|(key, _)| *key);
    rows.extend(keyed.into_iter().map(|(_, row)| row));
}
