//! The footer of a fact file: where its row groups lie, whose customers they hold, and what its bytes must sum to.

use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::statistics::Statistics;

use crate::error::Error;
use crate::file::FileRef;

/// The footer entry with one checksum, eight hexadecimal digits, for each column chunk.
pub(crate) const CHECKSUMS: &str = "peerband.crc32";

/// The footer's length and the magic number, at the very end.
const TAIL_BYTES: usize = 8;

/// A footer that was found whole.
#[derive(Debug)]
pub(crate) struct Footer {
    pub(crate) metadata: ArrowReaderMetadata,
    /// By row group, then column.
    checksums: Vec<u32>,
    columns: usize,
}

impl Footer {
    /// How many bytes at the end of a file hold the footer, told by the file's last bytes.
    pub(crate) fn len(file: &FileRef, end: &[u8]) -> Result<u64, Error> {
        let tail = end
            .last_chunk::<TAIL_BYTES>()
            .ok_or_else(|| Error::damaged(&file.path, "it is too short"))?;
        let length = footer_len(tail).map_err(|error| Error::damaged(&file.path, error))?;
        if length > file.bytes {
            return Err(Error::damaged(&file.path, "its footer does not fit it"));
        }
        Ok(length)
    }

    /// `bytes` are exactly the footer's, as many as [`Footer::len`] told.
    pub(crate) fn parse(file: &FileRef, bytes: &[u8]) -> Result<Footer, Error> {
        let damaged = |reason: &str| Error::damaged(&file.path, reason);
        if crc32fast::hash(bytes) != checksum_of_name(&file.path)? {
            return Err(damaged("its footer does not match its name"));
        }
        let content = &bytes[..bytes.len().saturating_sub(TAIL_BYTES)];
        let metadata = ParquetMetaDataReader::decode_metadata(content)
            .map_err(|error| Error::damaged(&file.path, error))?;
        let rows = u64::try_from(metadata.file_metadata().num_rows()).ok();
        if rows != Some(file.rows) || file.rows > u64::from(u32::MAX) {
            return Err(damaged(
                "it does not hold as many rows as the manifest says",
            ));
        }
        let columns = metadata.file_metadata().schema_descr().num_columns();
        let checksums = metadata
            .file_metadata()
            .key_value_metadata()
            .and_then(|entries| entries.iter().find(|entry| entry.key == CHECKSUMS))
            .and_then(|entry| parse_checksums(entry.value.as_deref()?))
            .filter(|checksums| checksums.len() == columns * metadata.num_row_groups())
            .ok_or_else(|| damaged("its footer has no checksums"))?;
        let end_of_data = file.bytes - bytes.len() as u64;
        for group in metadata.row_groups() {
            for column in 0..columns {
                if chunk_range(group, column).is_none_or(|range| range.end > end_of_data) {
                    return Err(damaged("its column chunks do not fit it"));
                }
            }
        }
        let metadata = ArrowReaderMetadata::try_new(
            Arc::new(metadata),
            ArrowReaderOptions::new().with_skip_arrow_metadata(true),
        )
        .map_err(|error| Error::damaged(&file.path, error))?;
        Ok(Footer {
            metadata,
            checksums,
            columns,
        })
    }

    pub(crate) fn row_groups(&self) -> &[RowGroupMetaData] {
        self.metadata.metadata().row_groups()
    }

    /// The row groups that may hold any of these customers; contiguous, since the file is sorted by customer.
    pub(crate) fn row_groups_of(&self, customers: &Range<u32>) -> Range<usize> {
        let may_hold = |group: &RowGroupMetaData| {
            customers_of(group)
                .is_none_or(|(first, last)| first < customers.end && customers.start <= last)
        };
        let groups = self.row_groups();
        let first = groups.iter().position(may_hold).unwrap_or(0);
        let end = groups.iter().rposition(may_hold).map_or(0, |last| last + 1);
        first..end
    }

    /// The smallest and the largest customer of a row group, where the footer tells.
    pub(crate) fn customers_of(&self, group: usize) -> Option<(u32, u32)> {
        self.row_groups().get(group).and_then(customers_of)
    }

    /// Where a column chunk lies and what it must sum to. [`Footer::parse`] has checked that it lies in the file.
    pub(crate) fn chunk(&self, group: usize, column: usize) -> (Range<u64>, u32) {
        let range = chunk_range(&self.row_groups()[group], column).unwrap_or(0..0);
        (range, self.checksums[group * self.columns + column])
    }
}

/// The checksums of all column chunks of a file whose first bytes are these.
pub(crate) fn checksums(groups: &[RowGroupMetaData], bytes: &[u8]) -> Result<String, ParquetError> {
    let mut text = String::new();
    for group in groups {
        for column in 0..group.num_columns() {
            let chunk = chunk_range(group, column)
                .and_then(|range| bytes.get(range.start as usize..range.end as usize))
                .ok_or_else(|| ParquetError::General("a column chunk was not written".into()))?;
            // Writing to a string cannot fail.
            let _ = write!(text, "{:08x}", crc32fast::hash(chunk));
        }
    }
    Ok(text)
}

/// The checksum of the footer of a whole file.
pub(crate) fn footer_checksum(file: &[u8]) -> Result<u32, ParquetError> {
    let too_short = || ParquetError::General("a file without a footer was written".into());
    let tail = file.last_chunk::<TAIL_BYTES>().ok_or_else(too_short)?;
    let start = (file.len() as u64)
        .checked_sub(footer_len(tail)?)
        .ok_or_else(too_short)?;
    Ok(crc32fast::hash(&file[start as usize..]))
}

/// The name of a file ends with `-` and its footer's checksum.
pub(crate) fn name(unique: &str, footer_checksum: u32) -> String {
    format!("{unique}-{footer_checksum:08x}.parquet")
}

fn checksum_of_name(path: &str) -> Result<u32, Error> {
    path.strip_suffix(".parquet")
        .and_then(|stem| stem.rsplit_once('-'))
        .and_then(|(_, checksum)| u32::from_str_radix(checksum, 16).ok())
        .ok_or_else(|| Error::NotAPath {
            path: path.to_owned(),
        })
}

fn footer_len(tail: &[u8; TAIL_BYTES]) -> Result<u64, ParquetError> {
    let tail = parquet::file::metadata::FooterTail::try_new(tail)?;
    Ok((tail.metadata_length() + TAIL_BYTES) as u64)
}

fn parse_checksums(text: &str) -> Option<Vec<u32>> {
    text.as_bytes()
        .chunks(8)
        .map(|digits| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
        .collect()
}

fn chunk_range(group: &RowGroupMetaData, column: usize) -> Option<Range<u64>> {
    let chunk = group.columns().get(column)?;
    let start = chunk
        .dictionary_page_offset()
        .unwrap_or_else(|| chunk.data_page_offset());
    let start = u64::try_from(start).ok()?;
    let length = u64::try_from(chunk.compressed_size()).ok()?;
    Some(start..start.checked_add(length)?)
}

fn customers_of(group: &RowGroupMetaData) -> Option<(u32, u32)> {
    let column = group
        .columns()
        .iter()
        .find(|column| column.column_path().string() == "customer")?;
    match column.statistics()? {
        // Parquet keeps 32 unsigned bits as a signed integer; the statistics are those of the unsigned ones.
        Statistics::Int32(values) => Some((*values.min_opt()? as u32, *values.max_opt()? as u32)),
        _ => None,
    }
}
