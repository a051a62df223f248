//! Memory that parts of local files are read into, and used again for the next part.
//!
//! A run reads each part of a file into memory, decodes it and is done with it. Pages that nobody has touched before cost
//! more than reading into them does: the system gives and clears each, whenever an allocator has returned it or a
//! thread has a heap of its own.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Buffers that nobody reads from at the moment. All that are lent hold them, so that they are gone with the last of
/// these: a server that reads nothing keeps nothing.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    idle: Mutex<Vec<Vec<u8>>>,
}

/// A buffer that comes back once its bytes are dropped.
struct Lent {
    bytes: Vec<u8>,
    home: Arc<Buffers>,
}

impl Buffers {
    /// Reads parts of a file, each of exactly the length asked for.
    pub(crate) fn read(
        self: Arc<Self>,
        path: &Path,
        ranges: &[Range<u64>],
    ) -> io::Result<Vec<Bytes>> {
        let length = |range: &Range<u64>| (range.end - range.start) as usize;
        let mut lent = self.lend(ranges.iter().map(length).sum());
        let mut file = File::open(path)?;
        let mut rest = &mut lent.bytes[..];
        // Those that stand side by side in the file are read as one.
        for together in ranges.chunk_by(|a, b| a.end == b.start) {
            let (part, after) = rest.split_at_mut(together.iter().map(length).sum());
            rest = after;
            file.seek(SeekFrom::Start(together[0].start))?;
            file.read_exact(part)?;
        }
        let bytes = Bytes::from_owner(lent);
        let mut start = 0;
        let parts = ranges.iter().map(|range| {
            let part = bytes.slice(start..start + length(range));
            start += length(range);
            part
        });
        Ok(parts.collect())
    }

    /// Has the system read parts of a file that are asked for soon, where it can: nobody waits for it.
    pub(crate) fn announce(path: &Path, ranges: &[Range<u64>]) {
        // What cannot be opened is told by whoever reads it.
        #[cfg(target_os = "linux")]
        if let Ok(file) = File::open(path) {
            for together in ranges.chunk_by(|a, b| a.end == b.start) {
                let length = together.iter().map(|range| range.end - range.start).sum();
                let length = std::num::NonZero::new(length);
                let _ = rustix::fs::fadvise(
                    &file,
                    together[0].start,
                    length,
                    rustix::fs::Advice::WillNeed,
                );
            }
        }
    }

    /// At least as many bytes, whatever they are: the smallest idle buffer that has them, or else the largest, which
    /// grows.
    fn lend(self: Arc<Self>, length: usize) -> Lent {
        let mut idle = self.idle();
        let sizes = || idle.iter().map(Vec::len).enumerate();
        let fitting = sizes().filter(|(_, size)| *size >= length);
        let at = fitting
            .min_by_key(|(_, size)| *size)
            .or_else(|| sizes().max_by_key(|(_, size)| *size));
        let mut bytes = at.map_or_else(Vec::new, |(at, _)| idle.swap_remove(at));
        drop(idle);
        if bytes.len() < length {
            bytes.resize(length, 0);
        }
        Lent { bytes, home: self }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        // What they hold is written before it is read, whatever panicked while they were held.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.home.idle().push(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_into_memory_that_came_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let whole: Vec<u8> = (0..=255).collect();
        std::fs::write(&path, &whole).unwrap();
        let buffers = Arc::new(Buffers::default());
        let read = |ranges: &[Range<u64>]| buffers.clone().read(&path, ranges).unwrap();

        let first = read(&[3..7, 7..20, 40..40, 100..103]);
        let parts: [&[u8]; 4] = [&whole[3..7], &whole[7..20], &[], &whole[100..103]];
        assert_eq!(first, parts);
        let place = first[0].as_ptr();
        // What is lent is nobody else's.
        let second = read(std::slice::from_ref(&(200..216)));
        assert_ne!(second[0].as_ptr(), place);
        assert_eq!(first, parts);

        drop(first);
        let third = read(std::slice::from_ref(&(0..20)));
        assert_eq!(third[0].as_ptr(), place);
        assert_eq!(third[0], whole[..20]);
        assert_eq!(second[0], whole[200..216]);
    }

    #[test]
    fn a_file_that_is_too_short_is_an_error_and_its_memory_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, [1, 2, 3]).unwrap();
        let buffers = Arc::new(Buffers::default());
        let ranges = [0..1, 1..4];
        let error = buffers.clone().read(&path, &ranges).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(buffers.idle().len(), 1);
    }
}
