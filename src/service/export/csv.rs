//! CSV as RFC 4180: a header, lines that end in CR LF, text exactly as it is.

use std::io::Write;

use super::ExportError;
use super::table::{Cell, Column, Row};

pub(super) struct CsvSink<Out: Write> {
    writer: Box<csv::Writer<Out>>,
}

impl<Out: Write> CsvSink<Out> {
    pub(super) fn new(out: Out, columns: &[Column]) -> Result<CsvSink<Out>, ExportError> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        writer.write_record(columns.iter().map(|column| &column.name))?;
        Ok(CsvSink {
            writer: Box::new(writer),
        })
    }

    pub(super) fn write(&mut self, row: &Row<'_>) -> Result<(), ExportError> {
        for cell in row {
            match cell {
                Cell::Text(text) => self.writer.write_field(text)?,
                Cell::Day(day) => self.writer.write_field(day.to_string())?,
                _ => self.writer.write_field(cell.number().unwrap_or_default())?,
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), ExportError> {
        Ok(self.writer.flush()?)
    }
}
