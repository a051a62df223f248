//! Usage as Parquet.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use kernel::Day;
use parquet::arrow::ArrowWriter;

/// The rows of a CSV file in the types that senders choose: text, with nulls for what is empty, and days.
pub(crate) fn usage(csv: &str) -> Vec<u8> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let columns = header.iter().enumerate().map(|(at, name)| {
        let cells = rows
            .iter()
            .map(|row| Some(&row[at]).filter(|cell| !cell.is_empty()));
        let array: ArrayRef = if name == "active_on" {
            let days = cells.map(|day| Some(day?.parse::<Day>().unwrap().0));
            Arc::new(days.collect::<Date32Array>())
        } else {
            Arc::new(cells.collect::<StringArray>())
        };
        (name, array, true)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}
