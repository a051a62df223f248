//! Usage: user-days in, the same set of user-days out.

use std::collections::BTreeSet;

use kernel::Day;
use peerband_facts::{Dataset, FactRow, Settled, UsageRow};
use proptest::prelude::*;

use crate::harness::{DAYS, Harness, SMALL, places, run};

type UserDay = (u32, u64, u32, i32);

fn row((customer, user, offering, day): UserDay) -> UsageRow {
    UsageRow {
        customer,
        user,
        offering,
        active_on: Day(day),
    }
}

/// Few customers and users, so that they meet; days of three months and the two extremes.
fn user_days() -> impl Strategy<Value = Vec<UserDay>> {
    let day = prop_oneof![8 => 19_990_i32..20_060, 1 => Just(Day::FIRST.0), 1 => Just(Day::LAST.0)];
    let user = prop_oneof![4 => 0_u64..4, 1 => Just(u64::MAX)];
    prop::collection::vec((0_u32..5, user, 0_u32..3, day), 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_user_days_are_read_back(batches in prop::collection::vec(user_days(), 1..3)) {
        let expected: BTreeSet<UserDay> = batches.iter().flatten().copied().collect();
        let (stored, read) = run(async {
            let harness = Harness::new(SMALL);
            let mut files = Vec::new();
            for (batch, sequence) in batches.iter().zip(1..) {
                let rows: Vec<UsageRow> = batch.iter().copied().map(row).collect();
                files.extend(harness.commit(Dataset::Usage, sequence, &rows).await);
            }
            for file in &files {
                assert_eq!(file.first_day.month(), file.last_day.month());
            }
            let stored = harness.read_all(&files).await;
            let facts = harness
                .store
                .read_bucket(&files, 0..u32::MAX, DAYS, &Settled::default(), &places())
                .await
                .unwrap();
            (stored, facts.usage)
        });
        let stored: BTreeSet<UserDay> = stored
            .into_iter()
            .map(|stored| match stored.row {
                FactRow::Usage(row) => (row.customer, row.user, row.offering, row.active_on.0),
                other => panic!("{other:?}"),
            })
            .collect();
        prop_assert_eq!(&stored, &expected);
        let read: BTreeSet<UserDay> = read
            .into_iter()
            .flat_map(|row| {
                let first = row.month.first_day().0;
                (0..31)
                    .filter(move |bit| row.days >> bit & 1 == 1)
                    .map(move |bit| (row.customer.0, row.user, row.offering.0 / 3, first + bit))
            })
            .collect();
        prop_assert_eq!(&read, &expected);
    }
}

#[tokio::test]
async fn a_month_of_a_user_is_one_row_of_one_file() {
    let harness = Harness::new(peerband_facts::Sizes::default());
    let first = Day::from_civil(2026, 1, 1).unwrap().0;
    let days: Vec<UsageRow> = (0..59).map(|day| row((3, 4, 5, first + day))).collect();
    let files = harness.write(Dataset::Usage, &days).await;
    let months: Vec<_> = files
        .iter()
        .map(|file| (file.month, file.rows, file.first_day, file.last_day))
        .collect();
    let month = |number: u32, days: i32| {
        let first = Day::from_civil(2026, number, 1).unwrap();
        (Some(first.month()), 1, first, Day(first.0 + days - 1))
    };
    assert_eq!(months, [month(1, 31), month(2, 28)]);
    assert!(files[0].path.starts_with("usage/2026-01/"));
}
