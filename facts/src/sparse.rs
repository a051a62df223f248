//! A file of which only some bytes are there, as a decoder reads it.

use std::sync::Arc;

use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// A column chunk of a row group.
pub(crate) struct Chunk {
    pub(crate) start: u64,
    pub(crate) bytes: Bytes,
    pub(crate) checksum: u32,
}

/// The fetched chunks of a file, by where they lie in it.
#[derive(Clone)]
pub(crate) struct Sparse {
    bytes: u64,
    chunks: Arc<[Chunk]>,
}

impl Sparse {
    /// Of a file of so many bytes.
    pub(crate) fn new(bytes: u64, mut chunks: Vec<Chunk>) -> Sparse {
        chunks.sort_unstable_by_key(|chunk| chunk.start);
        Sparse {
            bytes,
            chunks: chunks.into(),
        }
    }

    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let after = self.chunks.partition_point(|chunk| chunk.start <= start);
        after
            .checked_sub(1)
            .map(|at| &self.chunks[at])
            .filter(|chunk| start - chunk.start <= chunk.bytes.len() as u64)
            .map(|chunk| chunk.bytes.slice((start - chunk.start) as usize..))
            .ok_or_else(|| ParquetError::EOF("a page lies outside its column".into()))
    }
}

impl Length for Sparse {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Sparse {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Reader<Bytes>, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start)?;
        if length > bytes.len() {
            return Err(ParquetError::EOF("a page lies outside its column".into()));
        }
        Ok(bytes.slice(..length))
    }
}
