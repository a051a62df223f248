//! Every column of every dataset, at its extremes.

use kernel::Day;
use peerband_facts::{
    CertificationRow, Dataset, Error, FactRow, FileRef, InstancesRow, LicenseType, RevenueRow,
    SeatChangeRow, Sizes, Status, StoredRow, SubscriptionRow, SurveyRow, UsageRow,
};

use crate::harness::{Harness, SMALL};

const LAST_CUSTOMER: u32 = u32::MAX - 1;
/// 18 digits before the point and 4 after it.
const LARGEST_AMOUNT: i128 = 9_999_999_999_999_999_999_999;

/// Writes rows, whose keys differ, reads them back, and tells where files are cut.
async fn check<R: Into<FactRow> + Copy + Send>(dataset: Dataset, rows: &[R]) {
    for sizes in [Sizes::default(), SMALL] {
        let harness = Harness::new(sizes);
        let files = harness.commit(dataset, 1, rows).await;
        let mut read = harness.read_all(&files).await;
        read.sort_by_key(|row| row.ordinal);
        let expected: Vec<StoredRow> = rows
            .iter()
            .zip(0..)
            .map(|(row, ordinal)| StoredRow {
                ordinal: Some(ordinal),
                row: (*row).into(),
            })
            .collect();
        assert_eq!(read, expected);
        assert_eq!(files.len(), rows.len().div_ceil(sizes.chunk_rows));
        for file in &files {
            assert_eq!(file.dataset, dataset);
            let on_disk = std::fs::metadata(harness.root().join(&file.path)).unwrap();
            assert_eq!(on_disk.len(), file.bytes);
        }
        assert_eq!(
            files.iter().map(|file| file.rows).sum::<u64>(),
            rows.len() as u64
        );
    }
}

#[tokio::test]
async fn revenue() {
    let mut rows = Vec::new();
    for customer in [0, 1, i32::MAX as u32, i32::MAX as u32 + 1, LAST_CUSTOMER] {
        for (amount, currency, license_type, occurred_on) in [
            (LARGEST_AMOUNT, *b"USD", LicenseType::Ea, Day::FIRST),
            (-LARGEST_AMOUNT, *b"EUR", LicenseType::Csp, Day::LAST),
            (i128::MAX, *b"XXX", LicenseType::Web, Day(20_000)),
            (i128::MIN, *b"AAA", LicenseType::Direct, Day(20_001)),
            (0, *b"ZZZ", LicenseType::Ea, Day(0)),
        ] {
            rows.push(RevenueRow {
                key: u128::MAX - rows.len() as u128,
                customer,
                offering: u32::MAX - customer,
                license_type,
                occurred_on,
                amount_ten_thousandths: amount,
                currency,
                counts_as_new: amount > 0,
            });
        }
    }
    check(Dataset::Revenue, &rows).await;
}

#[tokio::test]
async fn seat_changes() {
    let rows: Vec<SeatChangeRow> = (0..20)
        .map(|at| SeatChangeRow {
            key: at,
            customer: if at % 2 == 0 { LAST_CUSTOMER } else { 0 },
            offering: if at % 3 == 0 { u32::MAX } else { 0 },
            license_type: LicenseType::ALL[at as usize % 4],
            occurred_on: if at % 5 == 0 { Day::LAST } else { Day::FIRST },
            seats_added: if at % 7 == 0 { u32::MAX } else { 0 },
            seats_lost: u32::MAX - at as u32,
            paid: at % 2 == 1,
        })
        .collect();
    check(Dataset::SeatChanges, &rows).await;
}

#[tokio::test]
async fn subscriptions() {
    let rows: Vec<SubscriptionRow> = (0..20)
        .map(|at| SubscriptionRow {
            subscription: u128::MAX - u128::from(at / 2),
            customer: LAST_CUSTOMER - at,
            offering: u32::MAX,
            status: Status::ALL[at as usize % 5],
            seats_assigned: u32::MAX * (at % 2),
            observed_on: if at % 2 == 0 { Day::FIRST } else { Day::LAST },
        })
        .collect();
    check(Dataset::Subscriptions, &rows).await;
}

#[tokio::test]
async fn instances() {
    let rows: Vec<InstancesRow> = (0..20)
        .map(|at| InstancesRow {
            customer: if at % 2 == 0 { LAST_CUSTOMER } else { 0 },
            offering: u32::MAX - at,
            production_instances: u32::MAX * (at % 2),
            observed_on: if at % 3 == 0 { Day::FIRST } else { Day::LAST },
        })
        .collect();
    check(Dataset::Instances, &rows).await;
}

#[tokio::test]
async fn surveys() {
    let rows: Vec<SurveyRow> = (0..20)
        .map(|at| SurveyRow {
            key: u128::from(at) << 120,
            customer: LAST_CUSTOMER * u32::from(at % 2),
            offering: u32::MAX,
            responded_on: if at % 3 == 0 { Day::FIRST } else { Day::LAST },
            score: at % 11,
        })
        .collect();
    check(Dataset::Surveys, &rows).await;
}

#[tokio::test]
async fn certifications() {
    let rows: Vec<CertificationRow> = (0..20)
        .map(|at| CertificationRow {
            person: u128::MAX - u128::from(at),
            partner: u32::MAX * (at % 2),
            exam: u32::MAX - at,
            passed_on: if at % 3 == 0 { Day::FIRST } else { Day::LAST },
            expires_on: if at % 2 == 0 {
                Day::FOREVER
            } else {
                Day::FIRST
            },
        })
        .collect();
    check(Dataset::Certifications, &rows).await;
}

#[tokio::test]
async fn a_later_row_of_a_chunk_replaces_an_earlier_one() {
    let harness = Harness::new(Sizes::default());
    let row = |key, score| SurveyRow {
        key,
        customer: 1,
        offering: 1,
        responded_on: Day(1),
        score,
    };
    let files = harness
        .commit(Dataset::Surveys, 1, &[row(7, 1), row(8, 2), row(7, 3)])
        .await;
    let mut read = harness.read_all(&files).await;
    read.sort_by_key(|row| row.ordinal);
    let stored = |ordinal, row: SurveyRow| StoredRow {
        ordinal: Some(ordinal),
        row: row.into(),
    };
    assert_eq!(read, [stored(1, row(8, 2)), stored(2, row(7, 3))]);
}

#[tokio::test]
async fn an_empty_batch_has_no_files() {
    for dataset in Dataset::ALL {
        let harness = Harness::new(SMALL);
        assert_eq!(harness.write::<FactRow>(dataset, &[]).await, []);
        assert!(harness.files().is_empty());
    }
}

#[tokio::test]
async fn rows_that_do_not_belong_are_refused() {
    let harness = Harness::new(SMALL);
    let row = UsageRow {
        customer: u32::MAX,
        user: 1,
        offering: 1,
        active_on: Day(1),
    };
    let mut usage = harness.store.write_batch(Dataset::Usage);
    let error = usage.push(row).await.unwrap_err();
    assert!(matches!(error, Error::CustomerTooLarge(u32::MAX)));
    let mut revenue = harness.store.write_batch(Dataset::Revenue);
    let error = revenue.push(row).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "a row of usage cannot be written to a batch of revenue"
    );
}

#[tokio::test]
async fn files_know_their_customers_and_days() {
    let harness = Harness::new(Sizes::default());
    let row = |customer, day| InstancesRow {
        customer,
        offering: 1,
        production_instances: 1,
        observed_on: Day(day),
    };
    let rows = [row(9, 5), row(4, 70), row(6, 3)];
    let files = harness.write(Dataset::Instances, &rows).await;
    assert_eq!(files.len(), 1);
    let file = &files[0];
    assert_eq!((file.first_customer, file.last_customer), (4, 9));
    assert_eq!((file.first_day, file.last_day), (Day(3), Day(70)));
    assert_eq!((file.month, file.rows), (None, 3));
}

/// A batch that is encoded early is stored as any other, whether its last rows fill a chunk or not; one that is given up
/// then leaves nothing.
#[tokio::test]
async fn a_sealed_batch_is_what_it_would_be() {
    let row = |at: u128| SurveyRow {
        key: at,
        customer: at as u32 % 3,
        offering: 1,
        responded_on: Day(20_000),
        score: 9,
    };
    for rows in [0, 1, SMALL.chunk_rows, SMALL.chunk_rows * 2 + 1] {
        let rows: Vec<SurveyRow> = (0..rows as u128).map(row).collect();
        let harness = Harness::new(SMALL);
        let expected = harness.commit(Dataset::Surveys, 1, &rows).await;
        let expected = harness.read_all(&expected).await;
        let before = harness.files();

        let mut batch = harness.store.write_batch(Dataset::Surveys);
        batch.push_all(rows.iter().copied()).await.unwrap();
        batch.seal();
        batch.seal();
        let files = batch.finish().await.unwrap();
        let files: Vec<FileRef> = files
            .into_iter()
            .map(|file| FileRef::new(file, 2))
            .collect();
        assert_eq!(harness.read_all(&files).await, expected);

        let mut given_up = harness.store.write_batch(Dataset::Surveys);
        given_up.push_all(rows).await.unwrap();
        given_up.seal();
        given_up.abort().await.unwrap();
        assert_eq!(harness.files().len(), before.len() + files.len());
    }
}
