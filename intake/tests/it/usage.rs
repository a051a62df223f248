//! Usage that comes as columns says what it says row by row.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use parquet::{arrow::ArrowWriter, file::properties::WriterProperties};
use peerband_intake::{
    Dataset, Limits, PersonalId, Reject, Row, RowVisitor, Stop, UsageRow, UsageRows, short_mark,
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

/// Takes blocks whose customers are all known, and rows one by one else, as the product does.
#[derive(Default)]
struct Taker {
    got: Got,
    blocks: usize,
}

impl RowVisitor for Taker {
    fn row(&mut self, line: u64, row: Row<'_>) -> Result<(), Stop> {
        self.got.row(line, row)
    }

    fn usage(&mut self, rows: &UsageRows<'_>) -> Result<bool, Stop> {
        let ids = [rows.customer_id, rows.product_id];
        let is_known =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.is_empty();
        if !(0..rows.len()).all(|at| ids.iter().all(|texts| is_known(texts.text(at)))) {
            return Ok(false);
        }
        self.blocks += 1;
        for at in 0..rows.len() {
            let workload = rows.workload_id.map_or("", |texts| texts.text(at));
            let columns = [rows.customer_id, rows.user_id, rows.product_id];
            for (column, before) in columns
                .iter()
                .flat_map(|column| (0..at).map(move |before| (column, before)))
                .take(40)
            {
                let same = column.mark(before) == column.mark(at);
                assert!(!same || column.text(before) == column.text(at));
            }
            for column in columns {
                if let Some(mark) = short_mark(column.text(at)) {
                    assert_eq!(column.mark(at), mark);
                }
            }
            let row = UsageRow {
                customer_id: rows.customer_id.text(at),
                user_id: PersonalId(rows.user_id.text(at)),
                product_id: rows.product_id.text(at),
                workload_id: Some(workload).filter(|text| !text.is_empty()),
                active_on: rows.active_on(at),
            };
            let line = self.got.rows.len() + self.got.rejects.len() + 1;
            self.got.row(line as u64, Row::Usage(row))?;
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

fn check(rows: &[Sent], with_workloads: bool, dictionary: bool) -> usize {
    let bytes = parquet(rows, with_workloads, dictionary);
    let limits = Limits::default();
    let expected = try_read(Dataset::Usage, "parquet", &bytes, &limits).unwrap();
    let mut taker = Taker::default();
    let taken = try_read_into(&mut taker, Dataset::Usage, "parquet", &bytes, &limits).unwrap();
    let counts = (expected.rows.len() as u64, expected.rejects.len() as u64);
    assert_eq!((taken.rows, taken.rejects), counts);
    assert_eq!(taker.got, expected);
    taker.blocks
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
}
