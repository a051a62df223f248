//! Merged files say what the files they were merged of said, also after batches of theirs are taken back.

use std::sync::{Arc, Mutex};

use kernel::{Day, Window};
use peerband_facts::compact::MergedFile;
use peerband_facts::{
    BatchRows, CertificationRow, Dataset, Error, FactRow, FileBatches, FileRef, InstancesRow,
    LicenseType, RevenueRow, SeatChangeRow, Settled, Sizes, Status, StoredRow, SubscriptionRow,
    SurveyRow, UsageRow,
};
use proptest::prelude::*;

use crate::harness::{Harness, SMALL, places, run};

/// A row's key, customer, day and value.
type Row = (u8, u32, i32, u8);

fn hash(key: u8) -> u128 {
    u128::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

/// A row of each dataset.
fn facts((key, customer, day, value): Row) -> [FactRow; 7] {
    let (offering, number) = (u32::from(key % 5), u32::from(value));
    [
        RevenueRow {
            key: hash(key),
            customer,
            offering,
            license_type: LicenseType::Web,
            occurred_on: Day(day),
            amount_ten_thousandths: value.into(),
            currency: *b"USD",
            counts_as_new: value % 2 == 0,
        }
        .into(),
        SeatChangeRow {
            key: hash(key),
            customer,
            offering,
            license_type: LicenseType::Csp,
            occurred_on: Day(day),
            seats_added: number,
            seats_lost: 1,
            paid: value % 2 == 0,
        }
        .into(),
        SubscriptionRow {
            subscription: hash(key),
            customer,
            offering,
            status: Status::ALL[usize::from(value % 5)],
            seats_assigned: number,
            observed_on: Day(day),
        }
        .into(),
        UsageRow {
            customer,
            user: u64::from(key) << 50,
            offering,
            active_on: Day(day),
        }
        .into(),
        InstancesRow {
            customer,
            offering,
            production_instances: number,
            observed_on: Day(day),
        }
        .into(),
        SurveyRow {
            key: hash(key),
            customer,
            offering,
            responded_on: Day(day),
            score: value % 11,
        }
        .into(),
        CertificationRow {
            person: hash(key),
            partner: offering,
            exam: customer,
            passed_on: Day(day),
            expires_on: Day(day + i32::from(value)),
        }
        .into(),
    ]
}

/// Writes batches of all datasets; those of one sequence are one batch.
async fn commit(harness: &Harness, batches: &[(u64, Vec<Row>)]) -> Vec<FileRef> {
    let mut files = Vec::new();
    for (at, dataset) in Dataset::ALL.into_iter().enumerate() {
        for (sequence, rows) in batches {
            let rows: Vec<FactRow> = rows.iter().map(|row| facts(*row)[at]).collect();
            files.extend(harness.commit(dataset, *sequence, &rows).await);
        }
    }
    files
}

async fn merge(harness: &Harness, files: &[FileRef]) -> Result<Vec<MergedFile>, Error> {
    let announce = Box::new(|_| Box::pin(async { Ok(()) }) as _);
    harness
        .store
        .merge(files, announce, Box::new(|_| true))
        .await
}

/// Merges all files that may be merged, some of them twice.
async fn compact(harness: &Harness, files: &[FileRef], again: bool) -> Vec<FileRef> {
    let month = |file: &FileRef| match file.dataset {
        Dataset::Usage => Some(file.first_day.month()),
        _ => None,
    };
    let mut groups: Vec<Vec<FileRef>> = Vec::new();
    for file in files {
        let alike = |group: &&mut Vec<FileRef>| {
            (group[0].dataset, month(&group[0])) == (file.dataset, month(file))
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(file.clone()),
            None => groups.push(vec![file.clone()]),
        }
    }
    let mut merged = Vec::new();
    for mut group in groups {
        if again && group.len() > 2 {
            let rest = group.split_off(group.len() / 2);
            let first = merge(harness, &group).await.unwrap();
            group = first.iter().map(MergedFile::file_ref).chain(rest).collect();
        }
        let files = merge(harness, &group).await.unwrap();
        merged.extend(files.iter().map(MergedFile::file_ref));
    }
    merged
}

/// The files without the rows of a batch.
fn without(files: &[FileRef], sequence: u64) -> Vec<FileRef> {
    let left = files.iter().cloned().filter_map(|mut file| {
        file.batches = match file.batches {
            FileBatches::One(one) if one == sequence => return None,
            FileBatches::Several(batches) => {
                let left = |batch: &Option<BatchRows>| batch.filter(|one| one.sequence != sequence);
                FileBatches::Several(batches.iter().map(left).collect())
            }
            one => one,
        };
        (file.counted_rows() > 0).then_some(file)
    });
    left.collect()
}

/// Everything a run is told and every row there is, in an order of its own.
async fn said(harness: &Harness, files: &[FileRef], days: (i32, i32)) -> Vec<String> {
    let (store, places) = (&harness.store, places());
    let days = Day(days.0)..=Day(days.1);
    let mut said = Vec::new();
    let settled = store.settle(files).await.unwrap();
    for settled in [settled, Settled::nothing_hidden(files)] {
        for customers in [0..3, 3..u32::MAX] {
            let read = store.read_bucket(files, customers, days.clone(), &settled, &places);
            let mut facts = read.await.unwrap();
            // Usage is given by whole files, and a run looks at the days that it needs.
            for row in &mut facts.usage {
                let month = row.month.first_day().0;
                let is_needed = |bit: &i32| days.contains(&Day(month + bit));
                let needed = (0..31).filter(is_needed).map(|bit| 1 << bit);
                row.days &= needed.sum::<u32>();
            }
            facts.usage.retain(|row| row.days != 0);
            tell(&mut said, &facts.revenue);
            tell(&mut said, &facts.seat_changes);
            tell(&mut said, &facts.usage);
            tell(&mut said, &facts.instances);
            tell(&mut said, &facts.surveys);
            // What is told next is of other customers.
            tell(&mut said, &[""]);
        }
    }
    let window = Window {
        first: *days.start(),
        last: *days.end(),
    };
    let newest = store.newest_subscriptions(files, &[window], &places).await;
    tell(&mut said, &newest.unwrap()[0]);
    tell(
        &mut said,
        &store.read_certifications(files, &places).await.unwrap(),
    );
    tell(&mut said, &harness.read_all(files).await);
    said
}

fn tell(said: &mut Vec<String>, rows: &[impl std::fmt::Debug]) {
    let mut rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
    rows.sort();
    said.append(&mut rows);
}

fn batches() -> impl Strategy<Value = Vec<(u64, Vec<Row>)>> {
    let rows = || prop::collection::vec((0_u8..12, 0_u32..6, 10_i32..50, any::<u8>()), 0..30);
    prop::collection::vec(rows(), 2..6)
        .prop_flat_map(|batches| {
            let sequences: Vec<u64> = (1..=batches.len() as u64).map(|at| at * 3).collect();
            (Just(batches), Just(sequences).prop_shuffle())
        })
        .prop_map(|(batches, sequences)| sequences.into_iter().zip(batches).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn merged_files_say_the_same(
        batches in batches(),
        first in 8_i32..52,
        last in 8_i32..52,
        again in any::<bool>(),
        taken_back in 0_usize..6,
    ) {
        run(async {
            let harness = Harness::new(SMALL);
            let files = commit(&harness, &batches).await;
            let merged = compact(&harness, &files, again).await;
            assert!(merged.iter().all(|file| file.rows == file.counted_rows()));
            let days = (first, last);
            prop_assert_eq!(said(&harness, &merged, days).await, said(&harness, &files, days).await);
            let rows = |files: &[FileRef]| files.iter().map(FileRef::counted_rows).sum::<u64>();
            prop_assert_eq!(rows(&merged), rows(&files));

            // A batch is taken back afterwards: by the manifest alone, and once more when its rows are left out.
            let sequence = batches[taken_back % batches.len()].0;
            let (files, merged) = (without(&files, sequence), without(&merged, sequence));
            let expected = said(&harness, &files, days).await;
            prop_assert_eq!(&said(&harness, &merged, days).await, &expected);
            prop_assert_eq!(rows(&merged), rows(&files));
            let rewritten = compact(&harness, &merged, again).await;
            assert!(rewritten.iter().all(|file| file.rows == file.counted_rows()));
            prop_assert_eq!(&said(&harness, &rewritten, days).await, &expected);

            // And as it was before the later half of the batches.
            let middle = batches.len() as u64 / 2 * 3;
            let until = |files: Vec<FileRef>| files.into_iter().filter_map(|file| file.until(middle)).collect();
            let (files, merged): (Vec<_>, Vec<_>) = (until(files), until(merged));
            prop_assert_eq!(said(&harness, &merged, days).await, said(&harness, &files, days).await);
            prop_assert_eq!(rows(&merged), rows(&files));
            Ok(())
        })?;
    }
}

fn usage(customer: u32, user: u64, day: i32) -> UsageRow {
    UsageRow {
        customer,
        user,
        offering: 1,
        active_on: Day(day),
    }
}

/// So many daily batches of one month.
async fn days(harness: &Harness, days: i32, users: u64) -> Vec<FileRef> {
    let mut files = Vec::new();
    for day in 0..days {
        let rows: Vec<UsageRow> = (0..users)
            .map(|user| usage((user % 40) as u32, user, day))
            .collect();
        files.extend(harness.commit(Dataset::Usage, day as u64 + 1, &rows).await);
    }
    files
}

#[tokio::test]
async fn many_small_files_become_few_sorted_ones() {
    let harness = Harness::new(Sizes {
        row_group_rows: 64,
        merged_file_rows: 512,
        ..Sizes::default()
    });
    let files = days(&harness, 30, 40).await;
    assert_eq!(files.len(), 30);
    let merged = merge(&harness, &files).await.unwrap();
    let rows: Vec<u64> = merged.iter().map(|merged| merged.file.rows).collect();
    assert_eq!(rows, [512, 512, 176]);
    let mut last = 0;
    for merged in &merged {
        assert!(last <= merged.file.first_customer, "{merged:?}");
        last = merged.file.last_customer;
        let stored = harness.store.read_rows(&merged.file_ref()).await.unwrap();
        let customers: Vec<u32> = stored.iter().map(customer).collect();
        assert!(customers.is_sorted());
        assert_eq!(stored.len() as u64, merged.file.rows);
    }
    assert_eq!(last, 39);
}

fn customer(stored: &StoredRow) -> u32 {
    match stored.row {
        FactRow::Usage(row) => row.customer,
        _ => unreachable!("only usage was written"),
    }
}

#[tokio::test]
async fn paths_are_announced_before_they_are_written_and_a_stopped_merge_leaves_nothing() {
    let harness = Harness::new(SMALL);
    let files = days(&harness, 10, 20).await;
    let before = harness.files();
    for stop_after in [0_u64, 30, 90] {
        let announced = Arc::new(Mutex::new(Vec::new()));
        let (told, root) = (announced.clone(), harness.root());
        let announce = Box::new(move |paths: Vec<String>| {
            assert!(paths.iter().all(|path| !root.join(path).exists()));
            told.lock().unwrap().extend(paths);
            Box::pin(async { Ok(()) }) as _
        });
        let mut seen = 0;
        let watch = Box::new(move |rows| {
            seen += rows;
            seen <= stop_after
        });
        let stopped = harness.store.merge(&files, announce, watch).await;
        assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
        assert_eq!(harness.files().len(), before.len());
        assert!(announced.lock().unwrap().len() as u64 <= stop_after / 20);
    }
}

#[tokio::test]
async fn a_merge_that_cannot_be_announced_writes_nothing() {
    let harness = Harness::new(SMALL);
    let files = days(&harness, 3, 20).await;
    let before = harness.files();
    let announce = Box::new(|_| Box::pin(async { Err("no".into()) }) as _);
    let refused = harness
        .store
        .merge(&files, announce, Box::new(|_| true))
        .await;
    assert!(matches!(refused, Err(Error::Announce(_))), "{refused:?}");
    assert_eq!(harness.files(), before);
}

#[tokio::test]
async fn months_and_datasets_are_not_mixed() {
    let harness = Harness::new(SMALL);
    let january = harness.commit(Dataset::Usage, 1, &[usage(1, 1, 3)]).await;
    let february = harness.commit(Dataset::Usage, 2, &[usage(1, 1, 33)]).await;
    let survey = facts((1, 1, 3, 1))[5];
    let survey = harness.commit(Dataset::Surveys, 3, &[survey]).await;
    for other in [february, survey] {
        let mixed = merge(&harness, &[january.clone(), other].concat()).await;
        assert!(matches!(mixed, Err(Error::NotAlike { .. })), "{mixed:?}");
    }
}
