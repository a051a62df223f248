//! Whatever a file holds, reading it gives rows, rejects or an error: no panic, no more memory than a sender of honest files
//! takes, and never more rows told than handed on.
//!
//! The first byte says which dataset, the second how the file is written; the rest is the file.
#![no_main]

use std::{cell::RefCell, fs::File, io::Write, panic, path::PathBuf};

use intake::{Compression, Dataset, Format, Limits, Reject, Row, RowVisitor, Source, Stop, read};
use libfuzzer_sys::fuzz_target;

const WAYS: [(Format, Compression); 7] = [
    (Format::Parquet, Compression::None),
    (Format::Csv, Compression::None),
    (Format::Ndjson, Compression::None),
    (Format::Csv, Compression::Gzip),
    (Format::Csv, Compression::Zstd),
    (Format::Ndjson, Compression::Gzip),
    (Format::Ndjson, Compression::Zstd),
];

#[derive(Default)]
struct Counted {
    rows: u64,
    rejects: u64,
    bytes_read: u64,
}

impl RowVisitor for Counted {
    fn row(&mut self, line: u64, row: Row<'_>) -> Result<(), Stop> {
        assert!(line > 0);
        // What is told of a row reads all of its values.
        std::hint::black_box(format!("{row:?}"));
        self.rows += 1;
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> Result<(), Stop> {
        assert!(reject.value.len() < 1000, "{reject:?}");
        self.rejects += 1;
        Ok(())
    }

    fn progress(&mut self, bytes_read: u64) {
        assert!(bytes_read >= self.bytes_read);
        self.bytes_read = bytes_read;
    }
}

thread_local! {
    /// One file, written again and again: `read` takes a path.
    static SENT: RefCell<(File, PathBuf)> = {
        let (file, path) = tempfile::NamedTempFile::new().unwrap().into_parts();
        RefCell::new((file, path.keep().unwrap()))
    };
}

fuzz_target!(
    init: {
        // The panics of the Parquet reader are caught by `read`, and are no findings. Any other unwinds up to libFuzzer,
        // which stops for it.
        panic::set_hook(Box::new(|info| {
            let is_ours = info.location().is_none_or(|at| at.file().contains("intake"));
            if is_ours {
                eprintln!("{info}");
            }
        }));
    },
    |input: &[u8]| {
        let [dataset, way, bytes @ ..] = input else {
            return;
        };
        let dataset = Dataset::ALL[usize::from(*dataset) % Dataset::ALL.len()];
        let (format, compression) = WAYS[usize::from(*way) % WAYS.len()];
        SENT.with_borrow_mut(|(file, path)| {
            use std::io::Seek;
            file.set_len(0).unwrap();
            file.rewind().unwrap();
            file.write_all(bytes).unwrap();
            let source = Source {
                path: path.clone(),
                format,
                compression,
                name: "sent".to_owned(),
            };
            let mut counted = Counted::default();
            if let Ok(summary) = read(&source, dataset, &Limits::default(), &mut counted) {
                assert_eq!((summary.rows, summary.rejects), (counted.rows, counted.rejects));
                assert_eq!(summary.bytes_read, bytes.len() as u64);
                assert_eq!(counted.bytes_read, bytes.len() as u64);
            }
        });
    }
);
