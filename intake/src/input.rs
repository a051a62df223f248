//! The bytes of a CSV or NDJSON file: opened, counted, unpacked, and held to the limits on the way.

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    rc::Rc,
};

use flate2::bufread::MultiGzDecoder;

use crate::{Compression, Limits, Problem, Source};

/// What is read at once, packed and unpacked.
const BUFFER_BYTES: usize = 64 << 10;

/// The ratio of unpacked to packed bytes says nothing about small files: it is asked above this many unpacked bytes.
const RATIO_FROM_BYTES: u64 = 1 << 20;

/// The largest window of a zstd frame as a power of two: 128 MiB, what `zstd --ultra -22` writes.
const ZSTD_WINDOW_LOG: u32 = 27;

/// Opens a regular file within the limit on its size.
pub(crate) fn open(source: &Source, limits: &Limits) -> Result<(File, u64), Problem> {
    let file = File::open(&source.path).map_err(Problem::Io)?;
    let metadata = file.metadata().map_err(Problem::Io)?;
    if !metadata.is_file() {
        return Err(Problem::NoFile);
    }
    let (bytes, limit) = (metadata.len(), limits.file_bytes);
    if bytes > limit {
        return Err(Problem::FileTooLarge { bytes, limit });
    }
    Ok((file, bytes))
}

/// An open text file: its unpacked bytes without a byte order mark, and how many packed ones have been read.
pub(crate) struct Input {
    reader: Box<dyn BufRead>,
    bytes_read: Rc<Cell<u64>>,
    compression: Compression,
}

impl Input {
    pub(crate) fn open(source: &Source, limits: &Limits) -> Result<Input, Problem> {
        let (file, bytes) = open(source, limits)?;
        let compression = source.compression;
        if bytes == 0 && compression != Compression::None {
            return Err(Problem::Corrupt {
                compression,
                detail: "it is empty".to_owned(),
            });
        }
        let bytes_read = Rc::new(Cell::new(0));
        // The file may grow while it is read; what was measured is what is read.
        let counted = Counted {
            file: file.take(bytes),
            bytes_read: Rc::clone(&bytes_read),
        };
        let packed = BufReader::with_capacity(BUFFER_BYTES, counted);
        let unpacked: Box<dyn Read> = match compression {
            Compression::None => Box::new(packed),
            Compression::Gzip => Box::new(MultiGzDecoder::new(packed)),
            Compression::Zstd => {
                let mut decoder =
                    zstd::stream::read::Decoder::with_buffer(packed).map_err(Problem::Io)?;
                decoder
                    .window_log_max(ZSTD_WINDOW_LOG)
                    .map_err(Problem::Io)?;
                Box::new(decoder)
            }
        };
        let guard = RatioGuard {
            inner: unpacked,
            unpacked: 0,
            bytes_read: Rc::clone(&bytes_read),
            ratio: limits.decompression_ratio,
        };
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, guard);
        let mark = without_mark(&mut reader).map_err(|error| problem(error, compression))?;
        Ok(Input {
            reader: Box::new(io::Cursor::new(mark).chain(reader)),
            bytes_read,
            compression,
        })
    }

    /// The bytes at hand, at least one before the end of the file.
    pub(crate) fn fill(&mut self) -> Result<&[u8], Problem> {
        loop {
            match self.reader.fill_buf() {
                // Asked again below, for the borrow checker cannot tell this borrow from the next turn's.
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(problem(error, self.compression)),
            }
        }
        let compression = self.compression;
        self.reader
            .fill_buf()
            .map_err(|error| problem(error, compression))
    }

    pub(crate) fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
    }

    /// Bytes of the file, packed as they are, that have been read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read.get()
    }
}

/// Reads a byte order mark away; what it returns instead are the first bytes, where they are no such mark.
fn without_mark(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut first = Vec::with_capacity(3);
    reader.take(3).read_to_end(&mut first)?;
    if first == b"\xef\xbb\xbf" {
        first.clear();
    }
    Ok(first)
}

/// Counts what is read from the file, and marks errors of the disk so that they are told from damaged data.
struct Counted {
    file: io::Take<File>,
    bytes_read: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, Known(Problem::Io(error))),
        })?;
        self.bytes_read.set(self.bytes_read.get() + bytes as u64);
        Ok(bytes)
    }
}

/// Ends the reading where far more comes out than went in.
struct RatioGuard {
    inner: Box<dyn Read>,
    unpacked: u64,
    bytes_read: Rc<Cell<u64>>,
    ratio: u64,
}

impl Read for RatioGuard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.unpacked += bytes as u64;
        let most = self
            .bytes_read
            .get()
            .saturating_mul(self.ratio)
            .max(RATIO_FROM_BYTES);
        if self.unpacked > most {
            return Err(io::Error::other(Known(Problem::Ratio {
                ratio: self.ratio,
            })));
        }
        Ok(bytes)
    }
}

/// A problem that has already been told, on its way through readers that know only `io::Error`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Known(Problem);

fn problem(error: io::Error, compression: Compression) -> Problem {
    match error.downcast::<Known>() {
        Ok(Known(problem)) => problem,
        Err(error) if compression == Compression::None => Problem::Io(error),
        Err(error) => Problem::Corrupt {
            compression,
            detail: error.to_string(),
        },
    }
}
