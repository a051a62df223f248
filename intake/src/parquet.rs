//! Parquet: typed columns, read in small batches of rows once the file's claims about itself have been checked.

mod codec;
mod column;
mod grammar;
mod pages;
mod thrift;

use std::{
    ops::RangeInclusive,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, mpsc},
    thread,
};

use arrow::{
    array::RecordBatch,
    datatypes::{DataType, Schema},
};
use parquet::{
    arrow::arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
        ParquetRecordBatchReaderBuilder,
    },
    errors::ParquetError,
    file::metadata::{PageIndexPolicy, ParquetMetaData},
};

use crate::{
    Dataset, FactColumns, Field, Limits, Problem, RowVisitor, Source, Summary,
    dataset::MAX_COLUMNS, error::Halt, input, rule::ID_BYTES, sink::Sink,
};
use column::Values;

/// Rows decoded at once: few where rows are long, for each may hold fields of [`Limits::field_bytes`] in every column.
const BATCH_ROWS: RangeInclusive<u64> = 1024..=8192;

/// What as many rows as are decoded at once may take.
const BATCH_BYTES: u64 = 8 << 20;

/// Batches that are decoded ahead of the one in hand: some milliseconds of work, so that whoever takes them has enough while
/// the system lets other threads run.
const BATCHES_AHEAD: usize = 8;

pub(crate) fn read<V: RowVisitor + ?Sized>(
    source: &Source,
    mut sink: Sink<'_, V>,
) -> Result<Summary, Halt> {
    let (file, bytes) = input::open(source, sink.limits)?;
    pages::check_footer(&file, bytes, sink.limits)?;
    // Page indexes are not asked for: they would be one more claim to check, and every page is read anyway.
    let options = || ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Skip);
    let metadata = guarded(|| ArrowReaderMetadata::load(&file, options()))?;
    let columns = columns_of(metadata.schema(), sink.dataset, sink.limits)?;
    let total_rows = rows_of(metadata.metadata(), sink.limits)?;
    let row_bytes = pages::check_pages(&file, bytes, metadata.metadata(), sink.limits)?;
    let batch_rows = (BATCH_BYTES / row_bytes.max(1)).clamp(*BATCH_ROWS.start(), *BATCH_ROWS.end());
    let schema = Arc::new(readable_schema(metadata.schema()));
    let metadata = guarded(|| {
        ArrowReaderMetadata::try_new(
            Arc::clone(metadata.metadata()),
            options().with_schema(schema),
        )
    })?;
    for (field, column) in metadata.schema().fields().iter().zip(&columns) {
        column::check_type(&sink.dataset.columns()[*column], field.data_type())?;
    }
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
    // At most 8192 rows.
    let mut reader = guarded(|| reader.with_batch_size(batch_rows as usize).build())?;
    let mut take = Take {
        sink: &mut sink,
        columns: &columns,
        row: 0,
        total_rows,
        bytes,
    };
    // Where rows are long, one batch is held at a time.
    if total_rows <= batch_rows || batch_rows == *BATCH_ROWS.start() {
        while let Some(batch) = next(&mut reader)? {
            take.batch(&batch)?;
        }
    } else {
        ahead(reader, |batch| take.batch(&batch))?;
    }
    let row = take.row;
    if row != total_rows {
        let detail = format!("its footer speaks of {total_rows} rows, and it holds {row}");
        return Err(Problem::Parquet { detail }.into());
    }
    Ok(sink.finish(bytes))
}

fn next(reader: &mut ParquetRecordBatchReader) -> Result<Option<RecordBatch>, Problem> {
    guarded(|| reader.next().transpose().map_err(ParquetError::from))
}

/// Decodes on a thread of its own while batches are taken on this one.
fn ahead(
    mut reader: ParquetRecordBatchReader,
    mut take: impl FnMut(RecordBatch) -> Result<(), Halt>,
) -> Result<(), Halt> {
    let (sender, batches) = mpsc::sync_channel(BATCHES_AHEAD);
    thread::scope(|scope| {
        let decode = move || {
            while let Some(batch) = next(&mut reader).transpose() {
                let is_last = batch.is_err();
                // Nobody is left to take it where the taking has halted.
                if sender.send(batch).is_err() || is_last {
                    break;
                }
            }
        };
        thread::Builder::new()
            .name("decode".to_owned())
            .spawn_scoped(scope, decode)
            .map_err(Problem::Io)?;
        // Whatever ends this drops the receiver, at which the other thread ends too.
        batches.into_iter().try_for_each(|batch| take(batch?))
    })
}

/// Hands the rows of batches to the sink.
struct Take<'t, 's, V: ?Sized> {
    sink: &'t mut Sink<'s, V>,
    columns: &'t [usize],
    row: u64,
    total_rows: u64,
    bytes: u64,
}

impl<V: RowVisitor + ?Sized> Take<'_, '_, V> {
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), Halt> {
        let dataset = self.sink.dataset;
        // A lower limit than that of ids would be one more to check.
        if self.sink.limits.field_bytes >= ID_BYTES
            && let Some(facts) = FactColumns::of(dataset, batch, self.columns)
            && self.sink.columns(&facts)?
        {
            self.row += facts.len() as u64;
            let bytes_read = progress(self.bytes, self.row, self.total_rows);
            self.sink.progress_now(bytes_read);
            return Ok(());
        }
        let mut values = [const { Values::Absent }; MAX_COLUMNS];
        for (array, column) in batch.columns().iter().zip(self.columns) {
            values[*column] = Values::new(array, &dataset.columns()[*column])?;
        }
        for index in 0..batch.num_rows() {
            self.row += 1;
            let (bytes, row, total_rows) = (self.bytes, self.row, self.total_rows);
            self.sink.progress(|| progress(bytes, row, total_rows));
            let mut fields = [Field::None; MAX_COLUMNS];
            for (field, values) in fields.iter_mut().zip(&values) {
                *field = values.field(index);
            }
            self.sink.record(row, &fields)?;
        }
        Ok(())
    }
}

/// For each column of the file, which column of the dataset it is.
fn columns_of(schema: &Schema, dataset: Dataset, limits: &Limits) -> Result<Vec<usize>, Problem> {
    if schema.fields().len() > limits.columns {
        return Err(Problem::TooManyColumns {
            dataset,
            limit: limits.columns,
        });
    }
    let mut columns = Vec::with_capacity(MAX_COLUMNS);
    for field in schema.fields() {
        let position = dataset.position(field.name());
        let column =
            position.ok_or_else(|| Problem::unknown_column(dataset, None, field.name()))?;
        if columns.contains(&column) {
            return Err(Problem::DuplicateColumn {
                column: dataset.columns()[column].name,
            });
        }
        columns.push(column);
    }
    match dataset.missing_column(&columns) {
        Some(column) => Err(Problem::MissingColumn { dataset, column }),
        None => Ok(columns),
    }
}

/// How many rows the footer speaks of.
fn rows_of(metadata: &ParquetMetaData, limits: &Limits) -> Result<u64, Problem> {
    let mut rows = 0u64;
    for group in metadata.row_groups() {
        let claim = u64::try_from(group.num_rows()).map_err(|_| Problem::Parquet {
            detail: "a row group has a negative number of rows".to_owned(),
        })?;
        rows = rows.saturating_add(claim);
    }
    if rows > limits.rows {
        Err(Problem::TooManyRows { limit: limits.rows })
    } else {
        Ok(rows)
    }
}

/// The schema with all text as views: a value that a dictionary repeats a thousand times is then held once.
fn readable_schema(schema: &Schema) -> Schema {
    let fields = schema.fields().iter().map(|field| {
        let plain = match field.data_type() {
            DataType::Dictionary(_, values) => values,
            other => other,
        };
        let readable = match plain {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            other => other.clone(),
        };
        field.as_ref().clone().with_data_type(readable)
    });
    Schema::new(fields.collect::<Vec<_>>())
}

/// How far into the file that many rows are, roughly: its bytes are not read in the order of its rows.
fn progress(bytes: u64, row: u64, total_rows: u64) -> u64 {
    let share = u128::from(bytes) * u128::from(row.min(total_rows)) / u128::from(total_rows.max(1));
    u64::try_from(share).unwrap_or(bytes)
}

/// Calls into the Parquet reader, which panics on some damaged pages: levels that are shorter than the page says, for
/// one. Nothing of it is used after an error, so no half-changed state can be seen.
fn guarded<T>(call: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, Problem> {
    let result = panic::catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        Err(ParquetError::General(
            "its pages do not hold what they say".to_owned(),
        ))
    });
    result.map_err(|error| Problem::Parquet {
        detail: error.to_string(),
    })
}
