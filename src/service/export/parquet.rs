//! Parquet with typed columns, packed with zstd.
//!
//! Dates are DATE, ids and names UTF-8 strings, money DECIMAL(38,4), ratios and percentiles DOUBLE, bands INT32 and
//! other whole numbers INT64. Columns that always hold a value are required ones.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, Date32Builder, Decimal128Builder, Float64Builder, Int32Builder,
    Int64Builder, RecordBatch, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use kernel::Value;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::ExportError;
use super::table::{Cell, Column, Kind, Row};

/// A row group is held, encoded, until it is full: with the forty-five columns of scorecards some ten megabytes.
const GROUP_ROWS: usize = 65_536;
/// Rows that are handed to the writer at once.
const BATCH_ROWS: usize = 4_096;

const DIGITS: u8 = 38;
const PLACES: i8 = 4;
/// The first number of ten-thousandths that has too many digits.
const MONEY_END: u128 = 10_u128.pow(DIGITS as u32);

pub(super) struct ParquetSink<Out: Write + Send> {
    writer: ArrowWriter<Out>,
    schema: SchemaRef,
    columns: Vec<(Column, Builder)>,
    rows: usize,
}

impl<Out: Write + Send> ParquetSink<Out> {
    pub(super) fn new(out: Out, columns: Vec<Column>) -> Result<ParquetSink<Out>, ExportError> {
        let fields: Vec<Field> = columns.iter().map(field).collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_created_by(concat!("peerband ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        Ok(ParquetSink {
            writer: ArrowWriter::try_new(out, schema.clone(), Some(properties))?,
            schema,
            columns: columns
                .into_iter()
                .map(|column| {
                    let builder = Builder::new(column.kind);
                    (column, builder)
                })
                .collect(),
            rows: 0,
        })
    }

    pub(super) fn write(&mut self, row: &Row<'_>) -> Result<(), ExportError> {
        for ((column, builder), cell) in self.columns.iter_mut().zip(row) {
            builder.append(column, *cell)?;
        }
        self.rows += 1;
        if self.rows == BATCH_ROWS {
            self.hand_over()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), ExportError> {
        self.hand_over()?;
        Ok(self.writer.into_inner()?.flush()?)
    }

    fn hand_over(&mut self) -> Result<(), ExportError> {
        if self.rows > 0 {
            let arrays = self
                .columns
                .iter_mut()
                .map(|(_, builder)| builder.finish())
                .collect();
            self.writer
                .write(&RecordBatch::try_new(self.schema.clone(), arrays)?)?;
            self.rows = 0;
        }
        Ok(())
    }
}

fn field(column: &Column) -> Field {
    let kind = match column.kind {
        Kind::Day => DataType::Date32,
        Kind::Text => DataType::Utf8,
        Kind::Band => DataType::Int32,
        Kind::Whole => DataType::Int64,
        Kind::Float => DataType::Float64,
        Kind::Money => DataType::Decimal128(DIGITS, PLACES),
    };
    Field::new(&column.name, kind, column.optional)
}

/// The cells of one column that are not handed over yet.
enum Builder {
    Day(Date32Builder),
    Text(StringBuilder),
    Band(Int32Builder),
    Whole(Int64Builder),
    Float(Float64Builder),
    Money(Decimal128Builder),
}

impl Builder {
    fn new(kind: Kind) -> Builder {
        match kind {
            Kind::Day => Builder::Day(Date32Builder::new()),
            Kind::Text => Builder::Text(StringBuilder::new()),
            Kind::Band => Builder::Band(Int32Builder::new()),
            Kind::Whole => Builder::Whole(Int64Builder::new()),
            Kind::Float => Builder::Float(Float64Builder::new()),
            Kind::Money => Builder::Money(
                Decimal128Builder::new().with_data_type(DataType::Decimal128(DIGITS, PLACES)),
            ),
        }
    }

    fn append(&mut self, column: &Column, cell: Cell<'_>) -> Result<(), ExportError> {
        let wrong_kind = || ExportError::WrongKind(column.name.clone());
        match (self, cell) {
            (Builder::Day(builder), Cell::None) => builder.append_null(),
            (Builder::Day(builder), Cell::Day(day)) => builder.append_value(day.0),
            (Builder::Text(builder), Cell::None) => builder.append_null(),
            (Builder::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Builder::Band(builder), Cell::None) => builder.append_null(),
            (Builder::Band(builder), Cell::Whole(band)) => {
                builder.append_value(i32::try_from(band).map_err(|_| wrong_kind())?);
            }
            (Builder::Whole(builder), Cell::None) => builder.append_null(),
            (Builder::Whole(builder), Cell::Whole(number)) => builder.append_value(number),
            (Builder::Float(builder), Cell::None) => builder.append_null(),
            (Builder::Float(builder), Cell::Float(number)) => builder.append_value(number),
            (Builder::Float(builder), Cell::Whole(number)) => {
                builder.append_value(Value::whole(number).to_f64());
            }
            (Builder::Float(builder), Cell::Money(money)) => {
                builder.append_value(Value::money(money).to_f64());
            }
            (Builder::Money(builder), Cell::None) => builder.append_null(),
            (Builder::Money(builder), Cell::Money(money)) => {
                if money.unsigned_abs() >= MONEY_END {
                    return Err(ExportError::TooLong {
                        column: column.name.clone(),
                        value: Value::money(money).to_four_places(),
                    });
                }
                builder.append_value(money);
            }
            _ => return Err(wrong_kind()),
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        let builder: &mut dyn ArrayBuilder = match self {
            Builder::Day(builder) => builder,
            Builder::Text(builder) => builder,
            Builder::Band(builder) => builder,
            Builder::Whole(builder) => builder,
            Builder::Float(builder) => builder,
            Builder::Money(builder) => builder,
        };
        builder.finish()
    }
}
