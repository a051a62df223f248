//! NDJSON: one object a line, with every column in every row; none is null.
//!
//! Numbers are JSON numbers with the digits of the CSV export, revenue with its four places, so that a reader that
//! keeps the digits has the exact amount.

use std::io::Write;

use super::ExportError;
use super::table::{Cell, Column, Row};

pub(super) struct NdjsonSink<Out: Write> {
    out: Out,
    columns: Vec<Column>,
}

impl<Out: Write> NdjsonSink<Out> {
    pub(super) fn new(out: Out, columns: Vec<Column>) -> NdjsonSink<Out> {
        NdjsonSink { out, columns }
    }

    pub(super) fn write(&mut self, row: &Row<'_>) -> Result<(), ExportError> {
        let mut separator = '{';
        for (column, cell) in self.columns.iter().zip(row) {
            write!(self.out, "{separator}\"{}\":", column.name)?;
            separator = ',';
            match cell {
                Cell::Text(text) => {
                    serde_json::to_writer(&mut self.out, text).map_err(std::io::Error::from)?;
                }
                Cell::Day(day) => write!(self.out, "\"{day}\"")?,
                _ => write!(self.out, "{}", cell.number().as_deref().unwrap_or("null"))?,
            }
        }
        Ok(self.out.write_all(b"}\n")?)
    }

    pub(super) fn finish(mut self) -> Result<(), ExportError> {
        Ok(self.out.flush()?)
    }
}
