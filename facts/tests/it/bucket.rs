//! What a run is given, and what it is not.

use kernel::{Currency, Customer, Day, Offering, Revenue, SeatChange};
use peerband_facts::{
    Dataset, Error, LicenseType, Places, RevenueRow, SeatChangeRow, Settled, Sizes,
};

use crate::harness::{DAYS, Harness, places};

fn revenue(key: u128, customer: u32, occurred_on: i32) -> RevenueRow {
    RevenueRow {
        key,
        customer,
        offering: 2,
        license_type: LicenseType::Csp,
        occurred_on: Day(occurred_on),
        amount_ten_thousandths: -5,
        currency: *b"EUR",
        counts_as_new: false,
    }
}

fn seats(key: u128, customer: u32, occurred_on: i32) -> SeatChangeRow {
    SeatChangeRow {
        key,
        customer,
        offering: 3,
        license_type: LicenseType::Csp,
        occurred_on: Day(occurred_on),
        seats_added: 4,
        seats_lost: 6,
        paid: true,
    }
}

#[tokio::test]
async fn rows_arrive_as_the_kernel_takes_them() {
    let harness = Harness::new(Sizes::default());
    let mut files = harness
        .commit(Dataset::Revenue, 1, &[revenue(1, 9, 50)])
        .await;
    files.extend(
        harness
            .commit(Dataset::SeatChanges, 1, &[seats(1, 9, 50)])
            .await,
    );
    let settled = harness.store.settle(&files).await.unwrap();
    let facts = harness
        .store
        .read_bucket(&files, 9..10, DAYS, &settled, &places())
        .await
        .unwrap();
    let expected = Revenue {
        customer: Customer(9),
        offering: Offering(6),
        occurred_on: Day(50),
        currency: Currency(*b"EUR"),
        counts_as_new: false,
        amount_ten_thousandths: -5,
    };
    assert_eq!(facts.revenue, [expected]);
    let expected = SeatChange {
        customer: Customer(9),
        offering: Offering(9),
        occurred_on: Day(50),
        paid: true,
        seats_added: 4,
        seats_lost: 6,
    };
    assert_eq!(facts.seat_changes, [expected]);
}

#[tokio::test]
async fn seat_changes_come_from_the_first_fact_ever_on_and_the_rest_from_the_window() {
    let harness = Harness::new(Sizes::default());
    let days = [10, 20, 30];
    let rows: Vec<RevenueRow> = (1..)
        .zip(days)
        .map(|(key, day)| revenue(key, 1, day))
        .collect();
    let mut files = harness.commit(Dataset::Revenue, 1, &rows).await;
    let rows: Vec<SeatChangeRow> = (1..)
        .zip(days)
        .map(|(key, day)| seats(key, 1, day))
        .collect();
    files.extend(harness.commit(Dataset::SeatChanges, 1, &rows).await);
    let settled = harness.store.settle(&files).await.unwrap();
    for (first, last, revenue_days, seat_days) in [
        (15, 25, &[20][..], &[10, 20][..]),
        (20, 20, &[20], &[10, 20]),
        (40, 50, &[], &[10, 20, 30]),
        (0, 9, &[], &[]),
    ] {
        let facts = harness
            .store
            .read_bucket(&files, 0..2, Day(first)..=Day(last), &settled, &places())
            .await
            .unwrap();
        let days: Vec<i32> = facts.revenue.iter().map(|row| row.occurred_on.0).collect();
        assert_eq!(days, revenue_days);
        let days: Vec<i32> = facts
            .seat_changes
            .iter()
            .map(|row| row.occurred_on.0)
            .collect();
        assert_eq!(days, seat_days);
    }
}

#[tokio::test]
async fn a_row_dated_later_hides_an_earlier_one_before_its_day_has_come() {
    let harness = Harness::new(Sizes::default());
    let mut files = harness
        .commit(Dataset::Revenue, 1, &[revenue(1, 1, 10)])
        .await;
    files.extend(
        harness
            .commit(Dataset::Revenue, 2, &[revenue(1, 2, 1_000)])
            .await,
    );
    let settled = harness.store.settle(&files).await.unwrap();
    assert_eq!(settled.hidden_rows(), 1);
    let facts = harness
        .store
        .read_bucket(&files, 0..3, Day(0)..=Day(100), &settled, &places())
        .await;
    assert_eq!(facts.unwrap().revenue, []);
}

#[tokio::test]
async fn an_offering_without_a_place_is_an_error() {
    let harness = Harness::new(Sizes::default());
    let files = harness
        .commit(Dataset::Revenue, 1, &[revenue(1, 1, 10)])
        .await;
    let settled = harness.store.settle(&files).await.unwrap();
    for places in [Places::default(), Places::new(vec![None; 5], vec![])] {
        let facts = harness
            .store
            .read_bucket(&files, 0..3, DAYS, &settled, &places)
            .await;
        assert!(matches!(
            facts.unwrap_err(),
            Error::UnknownPlace {
                what: "offering",
                id: 2,
                ..
            }
        ));
    }
}

#[tokio::test]
async fn no_files_are_no_facts() {
    let harness = Harness::new(Sizes::default());
    let settled = harness.store.settle(&[]).await.unwrap();
    let facts = harness
        .store
        .read_bucket(&[], 0..u32::MAX, DAYS, &settled, &places())
        .await
        .unwrap();
    assert!(facts.revenue.is_empty() && facts.usage.is_empty());
    let settled = Settled::default();
    assert_eq!(settled.hidden_rows(), 0);
}
