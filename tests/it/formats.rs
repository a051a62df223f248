//! The formats of exports, read back by other readers and compared with CSV value by value.

use std::collections::BTreeMap;
use std::io::Write;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, Schema,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use peerband::app::App;
use peerband::service::export::{Export, Format};
use serde_json::value::RawValue;

use crate::harness::exported::export;

async fn exported(app: &App, what: Export, as_of: kernel::Day, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    export(app, what, as_of, format, &mut bytes).await.unwrap();
    bytes
}

/// Checks that NDJSON and Parquet say what CSV says.
pub(crate) async fn check(app: &App, what: Export, as_of: kernel::Day) {
    let bytes = exported(app, what, as_of, Format::Csv).await;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let columns: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows: Vec<Vec<String>> = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    check_ndjson(
        &columns,
        &rows,
        &exported(app, what, as_of, Format::Ndjson).await,
    );
    check_parquet(
        what,
        &columns,
        &rows,
        &exported(app, what, as_of, Format::Parquet).await,
    );
}

fn check_ndjson(columns: &[String], rows: &[Vec<String>], bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count(), rows.len());
    for (line, row) in text.lines().zip(rows) {
        let object: BTreeMap<&str, &RawValue> = serde_json::from_str(line).unwrap();
        assert_eq!(object.len(), columns.len());
        for (column, cell) in columns.iter().zip(row) {
            let raw = object[column.as_str()].get();
            let told = match raw {
                "null" => String::new(),
                text if text.starts_with('"') => serde_json::from_str(text).unwrap(),
                digits => digits.to_owned(),
            };
            assert_eq!(&told, cell, "{column} of {line}");
            assert_eq!(raw.starts_with('"'), !is_number(column) && raw != "null");
        }
    }
}

fn is_number(column: &str) -> bool {
    !column.ends_with("_id") && column != "as_of" && column != "metric"
}

fn check_parquet(what: Export, columns: &[String], rows: &[Vec<String>], bytes: &[u8]) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    check_schema(what, columns, reader.schema());
    let mut read: Vec<Vec<String>> = Vec::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        for at in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| cell(column, at));
            read.push(cells.collect());
        }
    }
    assert_eq!(read.len(), rows.len());
    for (read, row) in read.iter().zip(rows) {
        for ((column, read), cell) in columns.iter().zip(read).zip(row) {
            if what == Export::PeerBands && (column == "min" || column == "max") {
                // One column for all metrics: the nearest float of what CSV writes.
                let float: f64 = read.parse().unwrap();
                assert_eq!(float, cell.parse::<f64>().unwrap(), "{column} of {row:?}");
            } else {
                assert_eq!(read, cell, "{column} of {row:?}");
            }
        }
    }
}

fn check_schema(what: Export, columns: &[String], schema: &Schema) {
    assert_eq!(schema.fields().len(), columns.len());
    for (field, column) in schema.fields().iter().zip(columns) {
        assert_eq!(field.name(), column);
        let expected = match column.as_str() {
            "as_of" => DataType::Date32,
            "metric" => DataType::Utf8,
            "revenue" => DataType::Decimal128(38, 4),
            "min"
            | "max"
            | "monthly_active_users"
            | "mau_per_assigned_seat"
            | "net_promoter_score" => DataType::Float64,
            name if name.ends_with("_id") => DataType::Utf8,
            name if name.ends_with("_percentile") => DataType::Float64,
            name if name == "band" || name.ends_with("_band") => DataType::Int32,
            _ => DataType::Int64,
        };
        assert_eq!(field.data_type(), &expected, "{column}");
        let always = match what {
            Export::PeerBands => !column.ends_with("_id"),
            Export::Scorecards => {
                column == "as_of" || column == "partner_id" || column.ends_with("_peers")
            }
        };
        assert_eq!(field.is_nullable(), !always, "{column}");
    }
}

/// A cell as CSV writes it.
fn cell(column: &dyn Array, at: usize) -> String {
    if column.is_null(at) {
        return String::new();
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(at).to_owned(),
        DataType::Date32 => kernel::Day(column.as_primitive::<Date32Type>().value(at)).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(at).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(at).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(at).to_string(),
        DataType::Decimal128(..) => column.as_primitive::<Decimal128Type>().value_as_string(at),
        other => panic!("no export has {other}"),
    }
}
