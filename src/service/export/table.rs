//! What all formats write: columns with a kind, and rows of cells.

use std::io::Write;

use kernel::{Day, Metric, Value};

use super::csv::CsvSink;
use super::ndjson::NdjsonSink;
use super::parquet::ParquetSink;
use super::{ExportError, Format};

/// A column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether a cell can be none.
    pub(super) optional: bool,
}

/// What a column's cells are, for formats that have types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Day,
    Text,
    /// 1 to 4.
    Band,
    Whole,
    Float,
    /// Four decimal places.
    Money,
}

/// One value of a row: none is an empty field, and null in JSON.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    None,
    Day(Day),
    Text(&'a str),
    Whole(i64),
    Float(f64),
    /// In ten-thousandths.
    Money(i128),
}

/// A cell for each column.
pub(super) type Row<'a> = Vec<Cell<'a>>;

impl Column {
    pub(super) fn new(name: impl Into<String>, kind: Kind) -> Column {
        Column {
            name: name.into(),
            kind,
            optional: false,
        }
    }

    pub(super) fn optional(name: impl Into<String>, kind: Kind) -> Column {
        Column {
            optional: true,
            ..Column::new(name, kind)
        }
    }
}

impl<'a> Cell<'a> {
    /// An id that is empty where there is none.
    pub(super) fn id(id: &'a str) -> Cell<'a> {
        if id.is_empty() {
            Cell::None
        } else {
            Cell::Text(id)
        }
    }

    /// A value as it is handed out: money and whole numbers exactly, ratios as the nearest float.
    pub(super) fn value(metric: Metric, value: Value) -> Cell<'a> {
        if metric == Metric::Revenue {
            return Cell::Money(value.numerator());
        }
        match i64::try_from(value.numerator()) {
            Ok(whole) if metric.is_whole() => Cell::Whole(whole),
            _ => Cell::Float(value.to_f64()),
        }
    }

    /// A number's text: floats in their shortest form that reads back the same, whole numbers without a point, money
    /// with four places.
    pub(super) fn number(self) -> Option<String> {
        match self {
            Cell::Whole(number) => Some(number.to_string()),
            Cell::Float(number) => Some(number.to_string()),
            Cell::Money(ten_thousandths) => Some(Value::money(ten_thousandths).to_four_places()),
            Cell::None | Cell::Day(_) | Cell::Text(_) => None,
        }
    }
}

/// Where rows go.
pub(super) enum Sink<Out: Write + Send> {
    Csv(CsvSink<Out>),
    Ndjson(NdjsonSink<Out>),
    Parquet(Box<ParquetSink<Out>>),
}

impl<Out: Write + Send> Sink<Out> {
    pub(super) fn new(
        out: Out,
        format: Format,
        columns: Vec<Column>,
    ) -> Result<Sink<Out>, ExportError> {
        Ok(match format {
            Format::Csv => Sink::Csv(CsvSink::new(out, &columns)?),
            Format::Ndjson => Sink::Ndjson(NdjsonSink::new(out, columns)),
            Format::Parquet => Sink::Parquet(Box::new(ParquetSink::new(out, columns)?)),
        })
    }

    pub(super) fn write(&mut self, row: &Row<'_>) -> Result<(), ExportError> {
        match self {
            Sink::Csv(sink) => sink.write(row),
            Sink::Ndjson(sink) => sink.write(row),
            Sink::Parquet(sink) => sink.write(row),
        }
    }

    /// Writes what is still held. Without this there is no export.
    pub(super) fn finish(self) -> Result<(), ExportError> {
        match self {
            Sink::Csv(sink) => sink.finish(),
            Sink::Ndjson(sink) => sink.finish(),
            Sink::Parquet(sink) => sink.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(metric: Metric, value: Value, expected: &str) {
        assert_eq!(
            Cell::value(metric, value).number().as_deref(),
            Some(expected)
        );
    }

    #[test]
    fn numbers_are_written_as_the_contract_says() {
        check(Metric::Revenue, Value::money(105_000), "10.5000");
        check(Metric::Revenue, Value::money(-1), "-0.0001");
        check(Metric::Revenue, Value::money(0), "0.0000");
        // A float could not tell this from its neighbour.
        check(
            Metric::Revenue,
            Value::money((1 << 60) + 1),
            "115292150460684.6977",
        );
        check(Metric::NetPaidSeats, Value::whole(-3), "-3");
        check(Metric::NewCustomers, Value::whole(0), "0");
        let ratio = |numerator, denominator| Value::ratio(numerator, denominator).unwrap();
        check(Metric::MonthlyActiveUsers, ratio(24, 12), "2");
        check(
            Metric::MonthlyActiveUsers,
            ratio(1, 12),
            "0.08333333333333333",
        );
        check(Metric::NetPromoterScore, ratio(-1, 4), "-0.25");
        check(Metric::NetPromoterScore, ratio(0, 4), "0");
        // No exponent, however small.
        check(
            Metric::MauPerAssignedSeat,
            ratio(1, 12_000_000_000),
            "0.00000000008333333333333333",
        );
    }
}
