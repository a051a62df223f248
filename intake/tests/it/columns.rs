//! Facts that come as columns say what they say row by row.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int32Array, Int64Array, RecordBatch,
    StringArray,
};
use parquet::{arrow::ArrowWriter, file::properties::WriterProperties};
use peerband_intake::{
    Dataset, FactColumns, FactValues, InstanceRow, Limits, PersonalId, Reject, RevenueRow, Row,
    RowVisitor, SeatChangeRow, Stop, SubscriptionRow, SurveyRow, UsageRow, short_mark,
};
use proptest::prelude::*;

use crate::harness::{Got, try_read, try_read_into};

/// One row as it is sent; no day is a null.
type Sent = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i32>,
);

fn parquet(rows: &[Sent], with_workloads: bool, dictionary: bool) -> Vec<u8> {
    let texts = |of: fn(&Sent) -> &Option<String>| {
        let texts = rows.iter().map(|row| of(row).as_deref());
        Arc::new(texts.collect::<StringArray>()) as ArrayRef
    };
    let days: Date32Array = rows.iter().map(|row| row.4).collect();
    let mut columns = vec![
        ("active_on", Arc::new(days) as ArrayRef, true),
        ("user_id", texts(|row| &row.1), true),
        ("customer_id", texts(|row| &row.0), true),
        ("product_id", texts(|row| &row.2), true),
    ];
    if with_workloads {
        columns.push(("workload_id", texts(|row| &row.3), true));
    }
    written(columns, dictionary)
}

fn written(columns: Vec<(&str, ArrayRef, bool)>, dictionary: bool) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    // Small pages and groups, so that blocks reach over their ends.
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(dictionary)
        .set_dictionary_page_size_limit(64)
        .set_data_page_row_count_limit(50)
        .set_write_batch_size(10)
        .set_max_row_group_row_count(Some(700))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// Takes blocks of which every customer, product and workload is known, and rows one by one else, as the product does.
#[derive(Default)]
struct Taker {
    got: Got,
    blocks: usize,
}

impl RowVisitor for Taker {
    fn row(&mut self, line: u64, row: Row<'_>) -> Result<(), Stop> {
        self.got.row(line, row)
    }

    fn columns(&mut self, facts: &FactColumns<'_>) -> Result<bool, Stop> {
        let ids = [facts.customer_id, facts.product_id];
        let is_known =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.is_empty();
        let all_known = (0..facts.len()).all(|at| {
            let workload = facts.workload_id.map_or("", |texts| texts.text(at));
            ids.iter().all(|texts| is_known(texts.text(at)))
                && (workload.is_empty() || is_known(workload))
        });
        if !all_known {
            return Ok(false);
        }
        self.blocks += 1;
        for at in 0..facts.len() {
            for column in ids {
                for before in (0..at).take(40) {
                    let same = column.mark(before) == column.mark(at);
                    assert!(!same || column.text(before) == column.text(at));
                }
                if let Some(mark) = short_mark(column.text(at)) {
                    assert_eq!(column.mark(at), mark);
                }
            }
            let line = self.got.rows.len() + self.got.rejects.len() + 1;
            self.got.row(line as u64, row_of(facts, at))?;
        }
        Ok(true)
    }

    fn reject(&mut self, reject: Reject) -> Result<(), Stop> {
        RowVisitor::reject(&mut self.got, reject)
    }

    fn progress(&mut self, bytes_read: u64) {
        self.got.progress(bytes_read);
    }
}

fn row_of<'a>(facts: &FactColumns<'a>, at: usize) -> Row<'a> {
    let customer_id = facts.customer_id.text(at);
    let product_id = facts.product_id.text(at);
    let workload = facts.workload_id.map_or("", |texts| texts.text(at));
    let workload_id = Some(workload).filter(|text| !text.is_empty());
    match &facts.values {
        FactValues::Revenue {
            event_id,
            license_type,
            occurred_on,
            amount,
            currency,
            counts_as_new,
        } => Row::Revenue(RevenueRow {
            event_id: event_id.text(at),
            customer_id,
            product_id,
            workload_id,
            license_type: license_type[at],
            occurred_on: occurred_on.get(at),
            amount: amount[at],
            currency: currency[at],
            counts_as_new: counts_as_new.get(at),
        }),
        FactValues::SeatChanges {
            event_id,
            license_type,
            occurred_on,
            seats_added,
            seats_lost,
            paid,
        } => Row::SeatChanges(SeatChangeRow {
            event_id: event_id.text(at),
            customer_id,
            product_id,
            workload_id,
            license_type: license_type[at],
            occurred_on: occurred_on.get(at),
            seats_added: seats_added[at],
            seats_lost: seats_lost[at],
            paid: paid.get(at),
        }),
        FactValues::Subscriptions {
            subscription_id,
            status,
            seats_assigned,
            observed_on,
        } => Row::Subscriptions(SubscriptionRow {
            subscription_id: subscription_id.text(at),
            customer_id,
            product_id,
            workload_id,
            status: status[at],
            seats_assigned: seats_assigned[at],
            observed_on: observed_on.get(at),
        }),
        FactValues::Usage { user_id, active_on } => Row::Usage(UsageRow {
            customer_id,
            user_id: PersonalId(user_id.text(at)),
            product_id,
            workload_id,
            active_on: active_on.get(at),
        }),
        FactValues::Instances {
            production_instances,
            observed_on,
        } => Row::Instances(InstanceRow {
            customer_id,
            product_id,
            workload_id,
            production_instances: production_instances[at],
            observed_on: observed_on.get(at),
        }),
        FactValues::Surveys {
            response_id,
            responded_on,
            score,
        } => Row::Surveys(SurveyRow {
            response_id: response_id.text(at),
            customer_id,
            product_id,
            workload_id,
            responded_on: responded_on.get(at),
            score: u8::try_from(score[at]).unwrap(),
        }),
    }
}

fn check(rows: &[Sent], with_workloads: bool, dictionary: bool) -> usize {
    check_bytes(Dataset::Usage, &parquet(rows, with_workloads, dictionary))
}

/// In how many blocks the rows came that say the same row by row.
fn check_bytes(dataset: Dataset, bytes: &[u8]) -> usize {
    let limits = Limits::default();
    let expected = try_read(dataset, "parquet", bytes, &limits).unwrap();
    let mut taker = Taker::default();
    let taken = try_read_into(&mut taker, dataset, "parquet", bytes, &limits).unwrap();
    let counts = (expected.rows.len() as u64, expected.rejects.len() as u64);
    assert_eq!((taken.rows, taken.rejects), counts);
    assert_eq!(taker.got, expected);
    taker.blocks
}

/// Values of any column, by its name: what most rows say, and at times what no row may say, or what is only just taken.
fn array(column: &str, numbers: &[u32]) -> ArrayRef {
    let odd = |number: u32| (number / 1000) as usize;
    let texts = |good: fn(u32) -> String, odd_ones: &'static [Option<&'static str>]| {
        let text = move |number: &u32| match odd(*number) {
            0 => Some(good(*number)),
            at => odd_ones[at % odd_ones.len()].map(str::to_owned),
        };
        Arc::new(numbers.iter().map(text).collect::<StringArray>()) as ArrayRef
    };
    let number = |number: &u32, odd_ones: [Option<i64>; 5]| match odd(*number) {
        0 => Some(i64::from(number % 10)),
        at => odd_ones[at % 5],
    };
    match column {
        "event_id" | "subscription_id" | "response_id" => texts(
            |number| format!("an id of many bytes {number}"),
            &[
                None,
                Some(""),
                Some(" e"),
                Some("e"),
                Some("ünïcode"),
                Some("e\u{7}"),
            ],
        ),
        "customer_id" => texts(|number| format!("c{}", number % 50), &[None, Some("a b")]),
        "product_id" => texts(|_| "suite".to_owned(), &[Some(""), Some("another")]),
        "workload_id" => texts(|_| "mail".to_owned(), &[None, Some("")]),
        "license_type" => texts(
            |number| ["EA", "CSP", "WEB", "DIRECT"][number as usize % 4].to_owned(),
            &[None, Some("ea"), Some("DIRECT")],
        ),
        "status" => texts(
            |number| {
                ["active", "grace", "suspended", "expired", "cancelled"][number as usize % 5]
                    .to_owned()
            },
            &[None, Some("Active"), Some("expired")],
        ),
        "currency" => texts(
            |number| ["EUR", "USD"][number as usize % 2].to_owned(),
            &[None, Some("eur"), Some("ZZZ"), Some("JPY")],
        ),
        "occurred_on" | "observed_on" | "responded_on" => {
            let day = |number: &u32| match odd(*number) {
                0 => Some(20_000 + (number % 31) as i32),
                at => [None, Some(-1), Some(0), Some(84_005), Some(84_006)][at % 5],
            };
            Arc::new(numbers.iter().map(day).collect::<Date32Array>())
        }
        "amount" => {
            let amount = |number: &u32| match odd(*number) {
                0 => Some(i128::from(*number) * 12_345),
                1 => Some(-10_i128.pow(18)),
                2 => Some(10_i128.pow(18) - 1),
                3 => Some(10_i128.pow(21)),
                4 => Some(10_i128.pow(18) + 1),
                _ => None,
            };
            let amounts: Decimal128Array = numbers.iter().map(amount).collect();
            let scale = [0, 2, 4, 5][numbers.len() % 4];
            Arc::new(amounts.with_precision_and_scale(38, scale).unwrap())
        }
        "counts_as_new" | "paid" => {
            let flag = |number: &u32| [Some(true), Some(false), None][*number as usize % 3];
            Arc::new(numbers.iter().map(flag).collect::<BooleanArray>())
        }
        "seats_lost" => {
            let odd_ones = [
                None,
                Some(-1),
                Some(1 << 31),
                Some((1 << 31) - 1),
                Some(i64::MAX),
            ];
            let counts = numbers.iter().map(|one| number(one, odd_ones));
            Arc::new(counts.collect::<Int64Array>())
        }
        _ => {
            let odd_ones = [
                None,
                Some(-1),
                Some(11),
                Some(10),
                Some(i64::from(i32::MAX)),
            ];
            let counts = numbers.iter().map(|one| number(one, odd_ones));
            let counts = counts.map(|count| count.map(|count| i32::try_from(count).unwrap()));
            Arc::new(counts.collect::<Int32Array>())
        }
    }
}

const FACTS: [Dataset; 5] = [
    Dataset::Revenue,
    Dataset::SeatChanges,
    Dataset::Subscriptions,
    Dataset::Instances,
    Dataset::Surveys,
];

/// Each column says something else of a row; those that are named here are left out.
fn facts(dataset: Dataset, rows: &[u32], without: &[&str], dictionary: bool) -> Vec<u8> {
    let columns = dataset.columns().iter().map(|column| column.name);
    let columns = columns.filter(|name| !without.contains(name)).zip(0..);
    let columns = columns.map(|(name, place): (&str, u32)| {
        let shown = |row: &u32| {
            if row / 1000 % 16 == place + 1 {
                row % 1000 + row / 16_000 * 1000
            } else {
                row % 1000
            }
        };
        let numbers: Vec<u32> = rows.iter().map(shown).collect();
        (name, array(name, &numbers), true)
    });
    written(columns.collect(), dictionary)
}

fn good(number: usize) -> Sent {
    let user = match number % 4 {
        0 => format!("u{number}"),
        1 => format!("a user of more than twelve bytes {}", number % 7),
        2 => "ünïcode".to_owned(),
        _ => "twelve-bytes".to_owned(),
    };
    (
        Some(format!("c{}", number / 3 % 50)),
        Some(user),
        Some("suite".to_owned()),
        number.is_multiple_of(3).then(|| "mail".to_owned()),
        Some(20_000 + (number % 31) as i32),
    )
}

#[test]
fn blocks_say_what_rows_say() {
    let rows: Vec<Sent> = (0..20_000).map(good).collect();
    for with_workloads in [true, false] {
        for dictionary in [true, false] {
            assert!(check(&rows, with_workloads, dictionary) > 1);
        }
    }
}

#[test]
fn facts_of_all_datasets_come_in_blocks() {
    let rows: Vec<u32> = (0..20_000).map(|number| number % 1000).collect();
    for dataset in FACTS {
        for without in [&["workload_id", "counts_as_new", "paid"][..], &[]] {
            let bytes = facts(dataset, &rows, without, true);
            assert!(check_bytes(dataset, &bytes) > 1, "{dataset}");
        }
    }
}

#[test]
fn one_bad_row_is_rejected_with_its_place() {
    let bad: [(Sent, &str); 4] = [
        (
            (Some("c".into()), None, Some("p".into()), None, Some(1)),
            "user_id",
        ),
        (
            (
                Some("c".into()),
                Some(" u".into()),
                Some("p".into()),
                None,
                Some(1),
            ),
            "user_id",
        ),
        (
            (
                Some("c".into()),
                Some("u".into()),
                Some("p".into()),
                None,
                Some(-1),
            ),
            "active_on",
        ),
        (
            (
                Some("c".into()),
                Some("u".into()),
                Some("p".into()),
                None,
                None,
            ),
            "active_on",
        ),
    ];
    for (row, column) in bad {
        let mut rows: Vec<Sent> = (0..10_000).map(good).collect();
        rows[9_500] = row;
        assert!(check(&rows, true, true) > 0);
        let bytes = parquet(&rows, true, true);
        let got = try_read(Dataset::Usage, "parquet", &bytes, &Limits::default()).unwrap();
        let (line, rejected, ..) = got.reject();
        assert_eq!((line, rejected), (9_501, column));
    }
}

#[test]
fn a_workload_no_catalogue_can_have_is_rejected_row_by_row() {
    let mut rows: Vec<Sent> = (0..100).map(good).collect();
    rows[40].3 = Some(" ".to_owned());
    assert_eq!(check(&rows, true, false), 0);
    let bytes = parquet(&rows, true, false);
    let got = try_read(Dataset::Usage, "parquet", &bytes, &Limits::default()).unwrap();
    let (line, rejected, ..) = got.reject();
    assert_eq!((line, rejected), (41, "workload_id"));
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        6 => "[ -~]{0,14}".prop_map(Some),
        2 => "\\PC{0,6}".prop_map(Some),
        1 => any::<Option<String>>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 100 } else { 2_000 }))]

    #[test]
    fn whatever_is_sent(
        rows in prop::collection::vec(
            (any_text(), any_text(), any_text(), any_text(), prop::option::weighted(0.95, -5..90_000)),
            1..30,
        ),
        with_workloads: bool,
        dictionary: bool,
    ) {
        check(&rows, with_workloads, dictionary);
    }

    #[test]
    fn whatever_facts_are_sent(
        rows in prop::collection::vec(prop_oneof![4 => 0..1000_u32, 1 => 0..96_000_u32], 1..30),
        dataset in prop::sample::select(FACTS.to_vec()),
        dictionary: bool,
    ) {
        check_bytes(dataset, &facts(dataset, &rows, &[], dictionary));
    }
}
