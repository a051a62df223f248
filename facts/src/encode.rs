//! Rows of one file into the bytes of a Parquet file.
//!
//! The file carries a checksum of each of its column chunks in its footer, and its name one of the footer: what is
//! read later is what was written, or an error. See [`mod@crate::footer`].

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use crate::column::{Column, Layout};
use crate::footer::{self, CHECKSUMS};

pub(crate) struct Encoded {
    pub(crate) bytes: Bytes,
    pub(crate) footer_checksum: u32,
}

/// `arrays` gives the columns of a range of the file's rows.
pub(crate) fn encode(
    columns: &[Column],
    rows: usize,
    row_group_rows: usize,
    arrays: impl Fn(Range<usize>) -> Vec<ArrayRef>,
) -> Result<Encoded, ParquetError> {
    let mut encoder = Encoder::new(columns, row_group_rows)?;
    for start in (0..rows).step_by(row_group_rows) {
        encoder.add(arrays(start..rows.min(start + row_group_rows)))?;
    }
    encoder.finish()
}

/// A file on its way, row group by row group.
pub(crate) struct Encoder {
    writer: ArrowWriter<Vec<u8>>,
    schema: SchemaRef,
}

impl Encoder {
    pub(crate) fn new(columns: &[Column], row_group_rows: usize) -> Result<Encoder, ParquetError> {
        let fields: Vec<Field> = columns
            .iter()
            .map(|column| Field::new(column.name, (column.data_type)(), false))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let options = ArrowWriterOptions::new()
            .with_properties(properties(columns, row_group_rows))
            // The Parquet types say all there is to say.
            .with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Vec::new(), schema.clone(), options)?;
        Ok(Encoder { writer, schema })
    }

    /// The columns of the next row group.
    pub(crate) fn add(&mut self, group: Vec<ArrayRef>) -> Result<(), ParquetError> {
        self.writer
            .write(&RecordBatch::try_new(self.schema.clone(), group)?)?;
        self.writer.flush()
    }

    pub(crate) fn finish(self) -> Result<Encoded, ParquetError> {
        let mut writer = self.writer;
        // What the writer still holds back of the row groups must lie in the bytes before they are summed.
        writer.sync()?;
        let checksums = footer::checksums(writer.flushed_row_groups(), writer.inner())?;
        writer.append_key_value_metadata(KeyValue::new(CHECKSUMS.to_owned(), checksums));
        let bytes = Bytes::from(writer.into_inner()?);
        let footer_checksum = footer::footer_checksum(&bytes)?;
        Ok(Encoded {
            bytes,
            footer_checksum,
        })
    }
}

/// Packed by their encodings alone, since files are read many times: what LZ4 takes off most columns is a few hundredths,
/// and off users of a month an eighth. Version 2, in which values of a fixed length can have a dictionary.
fn properties(columns: &[Column], row_group_rows: usize) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_created_by("peerband".to_owned())
        .set_max_row_group_row_count(Some(row_group_rows))
        .set_compression(Compression::UNCOMPRESSED)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true);
    for column in columns {
        let path = ColumnPath::from(column.name);
        properties = match column.layout {
            Layout::Dictionary => properties,
            Layout::Sorted => properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path.clone(), Encoding::DELTA_BINARY_PACKED)
                .set_column_statistics_enabled(path, EnabledStatistics::Chunk),
            Layout::Delta => properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            Layout::Plain => properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::PLAIN),
            Layout::Wide => properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path.clone(), Encoding::PLAIN)
                .set_column_compression(path, Compression::LZ4_RAW),
        };
    }
    properties.build()
}
