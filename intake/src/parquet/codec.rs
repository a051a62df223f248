//! Unpacking held to what a page says: some codecs fill the room they are given, others go on until their data ends.

use std::io::{self, BufRead, Read};

use parquet::{basic::Compression, file::metadata::ColumnChunkMetaData};

use super::pages::{Page, damaged, told};
use crate::Problem;

/// Whether a page's own claim on its unpacked size binds whoever unpacks it.
pub(super) enum Codec {
    Bound,
    Gzip,
    Brotli,
}

impl Codec {
    pub(super) fn of(chunk: &ColumnChunkMetaData) -> Result<Codec, Problem> {
        match chunk.compression() {
            Compression::UNCOMPRESSED
            | Compression::SNAPPY
            | Compression::ZSTD(_)
            | Compression::LZ4_RAW => Ok(Codec::Bound),
            Compression::GZIP(_) => Ok(Codec::Gzip),
            Compression::BROTLI(_) => Ok(Codec::Brotli),
            other => Err(Problem::Parquet {
                detail: format!(
                    "it is packed with {other}, which has been given up; use zstd, snappy or gzip instead"
                ),
            }),
        }
    }

    /// Unpacks the page once and keeps nothing, where nothing else holds it to its claim.
    pub(super) fn check(&self, mut body: impl BufRead, page: &Page) -> Result<(), Problem> {
        if matches!(self, Codec::Bound) || !page.is_packed {
            return Ok(());
        }
        io::copy(&mut body.by_ref().take(page.level_bytes), &mut io::sink()).map_err(told)?;
        let claim = page.unpacked - page.level_bytes;
        if claim == 0 {
            // Nothing is unpacked then.
            return Ok(());
        }
        let unpacked = match self {
            Codec::Brotli => count(brotli::Decompressor::new(body, 4096), claim),
            _ => count(flate2::bufread::MultiGzDecoder::new(body), claim),
        };
        if unpacked? == claim {
            Ok(())
        } else {
            Err(damaged("a page unpacks to another size than it says"))
        }
    }
}

fn count(unpacked: impl Read, claim: u64) -> Result<u64, Problem> {
    io::copy(&mut unpacked.take(claim.saturating_add(1)), &mut io::sink()).map_err(told)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn brotli(bytes: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        brotli::CompressorWriter::new(&mut packed, 4096, 5, 20)
            .write_all(bytes)
            .unwrap();
        packed
    }

    fn check(codec: &Codec, body: &[u8], level_bytes: u64, unpacked: u64, holds: bool) {
        let page = Page {
            unpacked,
            packed: body.len() as u64,
            level_bytes,
            is_packed: true,
            ..Page::default()
        };
        assert_eq!(codec.check(body, &page).is_ok(), holds, "{unpacked}");
    }

    #[test]
    fn a_page_that_unpacks_to_more_or_less_than_it_says_is_refused() {
        let bytes = vec![0; 1 << 20];
        for (codec, body) in [(Codec::Gzip, gzip(&bytes)), (Codec::Brotli, brotli(&bytes))] {
            check(&codec, &body, 0, 1 << 20, true);
            check(&codec, &body, 0, 1000, false);
            check(&codec, &body, 0, 1 << 21, false);
            check(
                &codec,
                &[b"levels".as_slice(), &body].concat(),
                6,
                (1 << 20) + 6,
                true,
            );
        }
    }
}
