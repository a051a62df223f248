//! A Parquet file being written, row by row: dictionaries where they pay, else plain values, packed with Snappy.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int32Builder, RecordBatch,
    StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use kernel::Day;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::error::Error;

/// A value of a row. Decimals come as a number of their column's smallest unit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    None,
    Text(&'a str),
    Whole(u32),
    Decimal(i64),
    Flag(bool),
    Day(Day),
}

impl<'a> Cell<'a> {
    pub(crate) fn text(text: Option<&'a str>) -> Cell<'a> {
        text.map_or(Cell::None, Cell::Text)
    }

    pub(crate) fn day(day: Option<Day>) -> Cell<'a> {
        day.map_or(Cell::None, Cell::Day)
    }
}

/// A column of DATA.md and the type that carries it.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    name: &'static str,
    data_type: DataType,
    optional: bool,
}

/// Digits in all, as DATA.md bounds them.
const DIGITS: u8 = 18;

impl Column {
    const fn new(name: &'static str, data_type: DataType, optional: bool) -> Column {
        Column {
            name,
            data_type,
            optional,
        }
    }

    pub(crate) const fn text(name: &'static str) -> Column {
        Column::new(name, DataType::Utf8, false)
    }

    pub(crate) const fn optional_text(name: &'static str) -> Column {
        Column::new(name, DataType::Utf8, true)
    }

    pub(crate) const fn whole(name: &'static str) -> Column {
        Column::new(name, DataType::Int32, false)
    }

    pub(crate) const fn day(name: &'static str) -> Column {
        Column::new(name, DataType::Date32, false)
    }

    pub(crate) const fn optional_day(name: &'static str) -> Column {
        Column::new(name, DataType::Date32, true)
    }

    pub(crate) const fn optional_flag(name: &'static str) -> Column {
        Column::new(name, DataType::Boolean, true)
    }

    /// Four places.
    pub(crate) const fn money(name: &'static str) -> Column {
        Column::new(name, DataType::Decimal128(DIGITS, 4), false)
    }

    /// Nine places.
    pub(crate) const fn rate(name: &'static str) -> Column {
        Column::new(name, DataType::Decimal128(DIGITS, 9), false)
    }
}

/// Rows handed to the writer at once.
const GROUP: usize = 32_768;

pub(crate) struct Sheet {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
    values: Vec<Values>,
    held: usize,
    rows: u64,
}

impl Sheet {
    pub(crate) fn create(path: &Path, columns: &[Column]) -> Result<Sheet, Error> {
        let file = File::create(path).map_err(|error| Error::io(path, error))?;
        let fields: Vec<Field> = columns
            .iter()
            .map(|column| Field::new(column.name, column.data_type.clone(), column.optional))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))
            .map_err(|error| Error::parquet(path, error))?;
        Ok(Sheet {
            path: path.to_owned(),
            writer,
            schema,
            values: columns.iter().map(Values::of).collect(),
            held: 0,
            rows: 0,
        })
    }

    /// Writes a row: one cell for each column, in their order.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), Error> {
        debug_assert_eq!(cells.len(), self.values.len());
        for (values, cell) in self.values.iter_mut().zip(cells) {
            values.push(*cell);
        }
        self.held += 1;
        self.rows += 1;
        if self.held == GROUP {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Completes the file and tells how many rows it has.
    pub(crate) fn finish(mut self) -> Result<u64, Error> {
        self.flush()?;
        self.writer
            .close()
            .map_err(|error| Error::parquet(&self.path, error))?;
        Ok(self.rows)
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.held = 0;
        let written = self.write_group();
        written.map_err(|error| Error::parquet(&self.path, error))
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let columns: Result<Vec<ArrayRef>, ArrowError> =
            self.values.iter_mut().map(Values::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns?)?;
        self.writer.write(&batch)
    }
}

/// The values of a column that are not written yet.
enum Values {
    Text(StringBuilder),
    Whole(Int32Builder),
    Decimal(Decimal128Builder, DataType),
    Flag(BooleanBuilder),
    Day(Date32Builder),
}

impl Values {
    fn of(column: &Column) -> Values {
        match &column.data_type {
            DataType::Int32 => Values::Whole(Int32Builder::new()),
            DataType::Boolean => Values::Flag(BooleanBuilder::new()),
            DataType::Date32 => Values::Day(Date32Builder::new()),
            decimal @ DataType::Decimal128(..) => {
                Values::Decimal(Decimal128Builder::new(), decimal.clone())
            }
            _ => Values::Text(StringBuilder::new()),
        }
    }

    /// A cell of another kind than the column's is a mistake in this crate; it becomes none, which a column that must
    /// have values refuses when the group is written.
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Values::Text(values), Cell::Text(text)) => values.append_value(text),
            (Values::Whole(values), Cell::Whole(count)) => values.append_value(count.cast_signed()),
            (Values::Decimal(values, _), Cell::Decimal(units)) => values.append_value(units.into()),
            (Values::Flag(values), Cell::Flag(flag)) => values.append_value(flag),
            (Values::Day(values), Cell::Day(day)) => values.append_value(day.0),
            (Values::Text(values), _) => values.append_null(),
            (Values::Whole(values), _) => values.append_null(),
            (Values::Decimal(values, _), _) => values.append_null(),
            (Values::Flag(values), _) => values.append_null(),
            (Values::Day(values), _) => values.append_null(),
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Values::Text(values) => Arc::new(values.finish()),
            Values::Whole(values) => Arc::new(values.finish()),
            Values::Flag(values) => Arc::new(values.finish()),
            Values::Day(values) => Arc::new(values.finish()),
            Values::Decimal(values, data_type) => {
                Arc::new(values.finish().with_data_type(data_type.clone()))
            }
        })
    }
}
