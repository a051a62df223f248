//! Holds a Parquet file's claims about itself against the file and the limits, before anything is reserved by them.
//!
//! After this, whoever reads the file needs no more memory than the limits say: the footer is small and its counts are
//! real, every page lies inside the file, unpacks to no more than it says, and what it says is bounded; and no value is
//! written in a way that unpacks further while it is decoded.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
};

use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use super::{
    codec::Codec,
    grammar,
    thrift::{self, At},
};
use crate::{Limits, Problem};

/// The footer's length and the mark, which stand at the end of the file.
const TAIL_BYTES: u64 = 8;
const MARK: &[u8] = b"PAR1";

/// The largest page header: two statistics of the longest values and some numbers.
const HEADER_BYTES: u64 = 1 << 20;

/// What a page may be larger than its values, and what a value may take beside its bytes.
const PAGE_SLACK_BYTES: u64 = 64 << 10;
const VALUE_SLACK_BYTES: u64 = 16;

/// As for other packed files: small ones are not asked for their ratio.
const RATIO_FROM_BYTES: u64 = 1 << 20;

/// Walks the footer. The schema may have this many nodes for each column allowed, so that a nested column is still
/// told by its name.
pub(super) fn check_footer(file: &File, bytes: u64, limits: &Limits) -> Result<(), Problem> {
    const NODES_PER_COLUMN: usize = 4;
    let mut file = BufReader::new(file);
    let Some(tail_start) = bytes.checked_sub(TAIL_BYTES) else {
        return Err(damaged("it is too short"));
    };
    file.seek(SeekFrom::Start(tail_start))
        .map_err(Problem::Io)?;
    let mut tail = [0; TAIL_BYTES as usize];
    file.read_exact(&mut tail).map_err(told)?;
    let [l0, l1, l2, l3, mark @ ..] = tail;
    if mark != MARK {
        return Err(damaged("it does not end with the mark PAR1"));
    }
    let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
    let start = tail_start
        .checked_sub(length)
        .ok_or_else(|| damaged("its footer is longer than the file"))?;
    if length > limits.footer_bytes {
        return Err(damaged(
            "its footer is too long; write row groups of more rows",
        ));
    }
    file.seek(SeekFrom::Start(start)).map_err(Problem::Io)?;
    let mut nodes = 0;
    let mut footer = file.take(length);
    thrift::walk(&mut footer, grammar::FILE, &mut |at, value| {
        if at == grammar::SCHEMA {
            nodes = nodes.max(value);
        }
    })
    .map_err(told)?;
    if usize::try_from(nodes)
        .is_ok_and(|nodes| nodes <= limits.columns.saturating_mul(NODES_PER_COLUMN) + 1)
    {
        Ok(())
    } else {
        Err(damaged("its schema has far too many columns"))
    }
}

/// Walks all page headers of all columns. Gives the most bytes that a row takes in pages that hold nothing but rows like
/// it, roughly.
pub(super) fn check_pages(
    file: &File,
    bytes: u64,
    metadata: &ParquetMetaData,
    limits: &Limits,
) -> Result<u64, Problem> {
    let mut file = BufReader::new(file);
    let mut unpacked = 0u64;
    let mut row_bytes = 0u64;
    for group in metadata.row_groups() {
        let mut held = 0u64;
        let mut group_row_bytes = 0u64;
        for chunk in group.columns() {
            let sizes = check_chunk(&mut file, bytes, chunk, limits)?;
            unpacked = unpacked.saturating_add(sizes.unpacked);
            group_row_bytes = group_row_bytes.saturating_add(sizes.value_bytes);
            held = held
                .saturating_add(sizes.largest_dictionary)
                .saturating_add(sizes.largest_data);
            if held > limits.page_bytes {
                return Err(Problem::PageTooLarge {
                    column: chunk.column_path().string(),
                });
            }
        }
        row_bytes = row_bytes.max(group_row_bytes);
    }
    let ratio = limits.decompression_ratio;
    if unpacked > bytes.saturating_mul(ratio).max(RATIO_FROM_BYTES) {
        Err(Problem::Ratio { ratio })
    } else {
        Ok(row_bytes)
    }
}

/// What the pages of one column chunk take.
#[derive(Default)]
struct Sizes {
    unpacked: u64,
    largest_dictionary: u64,
    largest_data: u64,
    /// Of a value in the data page whose values are longest on average.
    value_bytes: u64,
}

fn check_chunk(
    file: &mut BufReader<&File>,
    bytes: u64,
    chunk: &ColumnChunkMetaData,
    limits: &Limits,
) -> Result<Sizes, Problem> {
    let column = || chunk.column_path().string();
    let codec = Codec::of(chunk)?;
    let start = chunk
        .dictionary_page_offset()
        .unwrap_or(chunk.data_page_offset());
    let (Ok(start), Ok(length)) = (u64::try_from(start), u64::try_from(chunk.compressed_size()))
    else {
        return Err(damaged("a column lies before the file"));
    };
    let end = start.saturating_add(length);
    if end > bytes {
        return Err(damaged("a column lies beyond the end of the file"));
    }
    let mut sizes = Sizes::default();
    let mut at = start;
    while at < end {
        seek(file, at)?;
        let mut header = file.by_ref().take(HEADER_BYTES.min(end - at));
        let before = header.limit();
        let page = Page::read(&mut header)?;
        let body = at + (before - header.limit());
        let page_end = body.saturating_add(page.packed);
        if page_end > end {
            return Err(damaged("a page lies beyond the end of its column"));
        }
        if let Some(encoding) = page.unbounded_encoding() {
            return Err(Problem::Encoding {
                column: column(),
                encoding,
            });
        }
        // A page of longer values than may be taken would only be held to be rejected.
        let value_bytes = limits.field_bytes as u64 + VALUE_SLACK_BYTES;
        if page.unpacked
            > page
                .values
                .saturating_mul(value_bytes)
                .saturating_add(PAGE_SLACK_BYTES)
        {
            return Err(Problem::PageTooLarge { column: column() });
        }
        if page.dictionary && page.values > page.unpacked.saturating_mul(8) {
            return Err(damaged("a dictionary has fewer bytes than values"));
        }
        codec.check(file.by_ref().take(page.packed), &page)?;
        let held = page.unpacked.max(page.packed);
        let largest = if page.dictionary {
            &mut sizes.largest_dictionary
        } else {
            let value_bytes = page.unpacked.div_ceil(page.values.max(1));
            sizes.value_bytes = value_bytes.max(sizes.value_bytes);
            &mut sizes.largest_data
        };
        *largest = held.max(*largest);
        sizes.unpacked = sizes.unpacked.saturating_add(page.unpacked);
        at = page_end;
    }
    Ok(sizes)
}

/// Moves without dropping what is buffered: headers of small pages stand close together.
fn seek(file: &mut BufReader<&File>, to: u64) -> Result<(), Problem> {
    let here = file.stream_position().map_err(Problem::Io)?;
    // Both lie inside the file, whose size an i64 holds.
    file.seek_relative(to as i64 - here as i64)
        .map_err(Problem::Io)
}

/// What a page's header says.
#[derive(Default)]
pub(super) struct Page {
    pub(super) dictionary: bool,
    pub(super) unpacked: u64,
    pub(super) packed: u64,
    pub(super) values: u64,
    pub(super) encoding: i64,
    /// The levels of a page of the second version, which are not packed.
    pub(super) level_bytes: u64,
    pub(super) is_packed: bool,
}

impl Page {
    fn read<R: BufRead>(header: &mut io::Take<R>) -> Result<Page, Problem> {
        const DICTIONARY: i64 = 2;
        let mut page = Page {
            is_packed: true,
            ..Page::default()
        };
        let mut negative = false;
        let mut size = |value: i64| {
            negative |= value < 0;
            u64::try_from(value).unwrap_or_default()
        };
        thrift::walk(header, grammar::PAGE, &mut |at, value| match at {
            At {
                depth: 0, field: 1, ..
            } => page.dictionary = value == DICTIONARY,
            At {
                depth: 0, field: 2, ..
            } => page.unpacked = size(value),
            At {
                depth: 0, field: 3, ..
            } => page.packed = size(value),
            // One of the three kinds of page; where several stand there, the most of each is what counts.
            At {
                depth: 1,
                parent: 5 | 7 | 8,
                field: 1,
            } => page.values = size(value).max(page.values),
            At {
                depth: 1,
                parent: 5,
                field: 2,
            }
            | At {
                depth: 1,
                parent: 8,
                field: 4,
            } => {
                page.encoding = if unbounded(page.encoding).is_some() {
                    page.encoding
                } else {
                    value
                };
            }
            At {
                depth: 1,
                parent: 8,
                field: 5 | 6,
            } => page.level_bytes = page.level_bytes.saturating_add(size(value)),
            At {
                depth: 1,
                parent: 8,
                field: 7,
            } => page.is_packed = value != 0,
            _ => {}
        })
        .map_err(told)?;
        let too_large = [page.unpacked, page.packed, page.values]
            .iter()
            .any(|&size| size > i32::MAX as u64);
        if negative || too_large || page.level_bytes > page.packed.min(page.unpacked) {
            return Err(damaged("a page has no possible size"));
        }
        Ok(page)
    }

    fn unbounded_encoding(&self) -> Option<&'static str> {
        unbounded(self.encoding)
    }
}

/// Encodings that say only inside the page how many values there are and how long each becomes, so that a small page
/// can decode to any size.
fn unbounded(encoding: i64) -> Option<&'static str> {
    match encoding {
        6 => Some("DELTA_LENGTH_BYTE_ARRAY"),
        7 => Some("DELTA_BYTE_ARRAY"),
        _ => None,
    }
}

pub(super) fn damaged(detail: &str) -> Problem {
    Problem::Parquet {
        detail: detail.to_owned(),
    }
}

pub(super) fn told(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged("it ends too early"),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => damaged(&error.to_string()),
        _ => Problem::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_header_is_read_with_its_sizes() {
        // A data page of the second version: 64 bytes in 32, 3 values, levels of 1 and 2 bytes, not packed.
        let header = [
            0x15, 0x06, 0x15, 0x80, 0x01, 0x15, 0x40, 0x5c, 0x15, 0x06, 0x15, 0x00, 0x15, 0x06,
            0x15, 0x00, 0x15, 0x02, 0x15, 0x04, 0x12, 0x00, 0x00,
        ];
        let page = Page::read(&mut header.take(header.len() as u64)).unwrap();
        assert!(!page.dictionary && !page.is_packed);
        assert_eq!(
            (page.unpacked, page.packed, page.values, page.level_bytes),
            (64, 32, 3, 3)
        );
    }
}
