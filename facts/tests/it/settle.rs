//! Which row of a key counts, against the plainest reading of DATA.md.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use kernel::{
    Certification, Day, Facts, Instances, Offering, Partner, Subscription, Survey, Window,
};
use peerband_facts::{
    CertificationRow, Dataset, Error, FileRef, InstancesRow, LicenseType, RevenueRow,
    SeatChangeRow, Settled, Sizes, Status, SubscriptionRow, SurveyRow, Wanted,
};
use proptest::prelude::*;

use crate::harness::{DAYS, Harness, SMALL, places, run};

/// A batch: its sequence and its rows as key, customer, day and value.
type Batch = (u64, Vec<(u8, u32, i32, u8)>);

/// Batches with few keys, in any commit order.
fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let rows = || prop::collection::vec((0_u8..12, 0_u32..6, 10_i32..20, any::<u8>()), 0..30);
    prop::collection::vec(rows(), 1..5)
        .prop_flat_map(|batches| {
            let sequences: Vec<u64> = (1..=batches.len() as u64).collect();
            (Just(batches), Just(sequences).prop_shuffle())
        })
        .prop_map(|(batches, sequences)| sequences.into_iter().zip(batches).collect())
}

/// Of each key the last row, batches in commit order.
fn naive<K: Ord>(
    batches: &[Batch],
    key: impl Fn((u8, u32, i32)) -> K,
) -> BTreeMap<K, (u8, u32, i32, u8)> {
    let mut batches = batches.to_vec();
    batches.sort();
    let mut rows = BTreeMap::new();
    for (_, batch) in batches {
        for row in batch {
            rows.insert(key((row.0, row.1, row.2)), row);
        }
    }
    rows
}

/// A hash that spreads over all parts, as true ones do.
fn hash(key: u8) -> u128 {
    u128::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

fn survey((key, customer, day, value): (u8, u32, i32, u8)) -> SurveyRow {
    SurveyRow {
        key: hash(key),
        customer,
        offering: 2,
        responded_on: Day(day),
        score: value,
    }
}

async fn commit_surveys(harness: &Harness, batches: &[Batch]) -> Vec<FileRef> {
    let mut files = Vec::new();
    for (sequence, rows) in batches {
        let rows: Vec<SurveyRow> = rows.iter().copied().map(survey).collect();
        files.extend(harness.commit(Dataset::Surveys, *sequence, &rows).await);
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn surveys_settle_over_customers_and_days(batches in batches(), first in 8_i32..22, last in 8_i32..22, cut in 0_u32..7) {
        let mut expected: Vec<(u32, i32, u8)> = naive(&batches, |(key, _, _)| key)
            .into_values()
            .filter(|(_, _, day, _)| (first..=last).contains(day))
            .map(|(_, customer, day, value)| (customer, day, value))
            .collect();
        expected.sort_unstable();
        let mut read: Vec<(u32, i32, u8)> = run(async {
            let harness = Harness::new(SMALL);
            let files = commit_surveys(&harness, &batches).await;
            let settled = harness.store.settle(&files).await.unwrap();
            let mut surveys = Vec::new();
            for customers in [0..cut, cut..u32::MAX] {
                let days = Day(first)..=Day(last);
                let facts = harness.store.read_bucket(&files, customers, days, &settled, &places()).await;
                surveys.extend(facts.unwrap().surveys);
            }
            surveys
        })
        .into_iter()
        .map(|row: Survey| (row.customer.0, row.responded_on.0, row.score))
        .collect();
        read.sort_unstable();
        prop_assert_eq!(read, expected);
    }

    /// Whether a bucket begins where the last one ended, or elsewhere, and whether rows are gathered.
    #[test]
    fn buckets_are_folded_in_any_order(
        batches in batches(),
        cuts in prop::collection::btree_set(1_u32..7, 0..5),
        (jumps, side_by_side_files) in (any::<bool>(), 0_usize..6),
    ) {
        let mut ends: Vec<u32> = cuts.into_iter().collect();
        ends.push(8);
        let starts = std::iter::once(0).chain(ends.clone());
        let mut buckets: Vec<Range<u32>> = starts.zip(ends.clone()).map(|(start, end)| start..end).collect();
        if jumps {
            buckets.rotate_left(ends.len() / 2);
        }
        let mut expected: Vec<(u32, i32, u8)> = naive(&batches, |(key, _, _)| key)
            .into_values()
            .map(|(_, customer, day, value)| (customer, day, value))
            .collect();
        expected.sort_unstable();
        // The folded customers, in the order in which they were handed on, and their rows.
        let (customers, mut read) = run(async {
            let harness = Harness::new(Sizes { side_by_side_files, ..SMALL });
            let files = commit_surveys(&harness, &batches).await;
            let settled = harness.store.settle(&files).await.unwrap();
            let wanted = Wanted {
                files: &files,
                customers: 0..u32::MAX,
                days: DAYS,
                settled: &settled,
                places: &places(),
            };
            let add = |(customers, all): &mut (Vec<u32>, Vec<Survey>), facts: &mut Facts| {
                customers.extend(facts.surveys.iter().map(|row| row.customer.0));
                all.append(&mut facts.surveys);
                Ok::<_, Error>(())
            };
            let folded = harness.store.fold_buckets(wanted, buckets.clone(), Default::default(), add);
            folded.await.unwrap()
        });
        let bucket_of = |customer: &u32| buckets.iter().position(|bucket| bucket.contains(customer));
        prop_assert!(customers.is_sorted_by_key(|customer| (bucket_of(customer), *customer)));
        let mut read: Vec<(u32, i32, u8)> = read
            .drain(..)
            .map(|row| (row.customer.0, row.responded_on.0, row.score))
            .collect();
        read.sort_unstable();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn revenue_and_seat_changes_settle_alike(batches in batches()) {
        let mut expected: Vec<(u32, i32, u8)> = naive(&batches, |(key, _, _)| key)
            .into_values()
            .map(|(_, customer, day, value)| (customer, day, value))
            .collect();
        expected.sort_unstable();
        let (mut revenue, mut seats) = run(async {
            let harness = Harness::new(SMALL);
            let mut files = Vec::new();
            for (sequence, rows) in &batches {
                let revenue: Vec<RevenueRow> = rows.iter().map(|&(key, customer, day, value)| RevenueRow {
                    key: hash(key),
                    customer,
                    offering: 1,
                    license_type: LicenseType::Ea,
                    occurred_on: Day(day),
                    amount_ten_thousandths: value.into(),
                    currency: *b"USD",
                    counts_as_new: true,
                }).collect();
                let seats: Vec<SeatChangeRow> = rows.iter().map(|&(key, customer, day, value)| SeatChangeRow {
                    key: hash(key),
                    customer,
                    offering: 1,
                    license_type: LicenseType::Ea,
                    occurred_on: Day(day),
                    seats_added: value.into(),
                    seats_lost: 0,
                    paid: true,
                }).collect();
                files.extend(harness.commit(Dataset::Revenue, *sequence, &revenue).await);
                files.extend(harness.commit(Dataset::SeatChanges, *sequence, &seats).await);
            }
            let settled = harness.store.settle(&files).await.unwrap();
            let facts = harness.store.read_bucket(&files, 0..u32::MAX, DAYS, &settled, &places()).await.unwrap();
            let revenue: Vec<(u32, i32, u8)> = facts.revenue.iter()
                .map(|row| (row.customer.0, row.occurred_on.0, row.amount_ten_thousandths as u8)).collect();
            let seats: Vec<(u32, i32, u8)> = facts.seat_changes.iter()
                .map(|row| (row.customer.0, row.occurred_on.0, row.seats_added as u8)).collect();
            (revenue, seats)
        });
        revenue.sort_unstable();
        seats.sort_unstable();
        prop_assert_eq!(&revenue, &expected);
        prop_assert_eq!(&seats, &expected);
    }

    #[test]
    fn states_settle_by_their_day(batches in batches(), first in 8_i32..22, last in 8_i32..22) {
        let in_days = |row: &(u8, u32, i32, u8)| (first..=last).contains(&row.2);
        let instances: Vec<Instances> = naive(&batches, |(key, customer, day)| (customer, key, day))
            .into_values()
            .filter(in_days)
            .map(|(key, customer, day, value)| Instances {
                customer: kernel::Customer(customer),
                offering: Offering(u32::from(key) * 3),
                observed_on: Day(day),
                production_instances: value.into(),
            })
            .collect();
        let mut subscriptions: Vec<Subscription> = naive(&batches, |(key, _, day)| (key, day))
            .into_values()
            .filter(in_days)
            .map(|(key, customer, day, value)| Subscription {
                subscription: hash(key),
                observed_on: Day(day),
                customer: kernel::Customer(customer),
                offering: Offering(3),
                counts: value % 5 < 2,
                seats_assigned: value.into(),
            })
            .collect();
        subscriptions.sort_by_key(|row| (row.subscription, Reverse(row.observed_on)));
        subscriptions.dedup_by_key(|row| row.subscription);
        let mut certifications: Vec<Certification> = naive(&batches, |(key, customer, day)| (key, customer, day))
            .into_values()
            .map(|(key, exam, day, value)| Certification {
                partner: Partner(u32::from(value % 64) * 3),
                person: hash(key),
                exam,
                passed_on: Day(day),
                expires_on: Day::FOREVER,
            })
            .collect();
        certifications.sort_by_key(|row| (row.person, row.exam, row.passed_on));
        let read = run(async {
            let harness = Harness::new(SMALL);
            let mut files = Vec::new();
            for (sequence, rows) in &batches {
                let instances: Vec<InstancesRow> = rows.iter().map(|&(key, customer, day, value)| InstancesRow {
                    customer,
                    offering: key.into(),
                    production_instances: value.into(),
                    observed_on: Day(day),
                }).collect();
                let subscriptions: Vec<SubscriptionRow> = rows.iter().map(|&(key, customer, day, value)| SubscriptionRow {
                    subscription: hash(key),
                    customer,
                    offering: 1,
                    status: Status::ALL[usize::from(value % 5)],
                    seats_assigned: value.into(),
                    observed_on: Day(day),
                }).collect();
                let certifications: Vec<CertificationRow> = rows.iter().map(|&(key, exam, day, value)| CertificationRow {
                    person: hash(key),
                    partner: u32::from(value % 64),
                    exam,
                    passed_on: Day(day),
                    expires_on: Day::FOREVER,
                }).collect();
                files.extend(harness.commit(Dataset::Instances, *sequence, &instances).await);
                files.extend(harness.commit(Dataset::Subscriptions, *sequence, &subscriptions).await);
                files.extend(harness.commit(Dataset::Certifications, *sequence, &certifications).await);
            }
            let days = Day(first)..=Day(last);
            let store = &harness.store;
            let facts = store.read_bucket(&files, 0..u32::MAX, days.clone(), &Settled::default(), &places()).await.unwrap();
            let window = Window { first: Day(first), last: Day(last) };
            let mut newest = store.newest_subscriptions(&files, &[window], &places()).await.unwrap().remove(0);
            assert!(newest.is_sorted_by_key(|row| row.customer));
            newest.sort_by_key(|row| row.subscription);
            (facts.instances, newest, store.read_certifications(&files, &places()).await.unwrap())
        });
        prop_assert_eq!(read, (instances, subscriptions, certifications));
    }
}

#[tokio::test]
async fn a_deleted_batch_gives_its_keys_back() {
    let harness = Harness::new(SMALL);
    let batches = [(1, vec![(1, 1, 10, 5)]), (2, vec![(1, 2, 11, 6)])];
    let files = commit_surveys(&harness, &batches).await;
    for (left, score) in [(&files[..], 6), (&files[..1], 5)] {
        let settled = harness.store.settle(left).await.unwrap();
        let facts = harness
            .store
            .read_bucket(left, 0..u32::MAX, DAYS, &settled, &places())
            .await;
        let surveys = facts.unwrap().surveys;
        let scores: Vec<u8> = surveys.iter().map(|row| row.score).collect();
        assert_eq!(scores, [score]);
    }
}

#[tokio::test]
async fn a_file_that_was_not_settled_is_not_read() {
    let harness = Harness::new(SMALL);
    let files = commit_surveys(&harness, &[(1, vec![(1, 1, 10, 5)])]).await;
    let settled = Settled::default();
    let facts = harness
        .store
        .read_bucket(&files, 0..u32::MAX, DAYS, &settled, &places())
        .await;
    assert!(matches!(facts.unwrap_err(), Error::NotSettled { .. }));
}
