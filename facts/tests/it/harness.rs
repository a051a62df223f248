//! A store in a temporary folder, batches in order, and the two readings of them.

use std::future::Future;
use std::path::{Path, PathBuf};

use kernel::{Day, Offering, Partner};
use peerband_facts::{Dataset, FactRow, FactStore, FileRef, Places, Sizes, StoredRow, WrittenFile};
use tempfile::TempDir;

/// Small enough that a handful of rows makes several chunks, row groups and passes.
pub(crate) const SMALL: Sizes = Sizes {
    chunk_rows: 7,
    usage_chunk_rows: 11,
    row_group_rows: 3,
    merged_file_rows: 20,
    settled_heads: 9,
    settled_keys: 5,
    side_by_side_files: 4,
};

pub(crate) const DAYS: std::ops::RangeInclusive<Day> = Day::FIRST..=Day::LAST;

pub(crate) struct Harness {
    folder: TempDir,
    pub(crate) store: FactStore,
}

impl Harness {
    pub(crate) fn new(sizes: Sizes) -> Harness {
        let folder = TempDir::new().unwrap();
        let store = FactStore::local(folder.path().join("facts"))
            .unwrap()
            .with_sizes(sizes);
        Harness { folder, store }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("facts")
    }

    /// Every file below the root.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        files_below(&self.root())
    }

    pub(crate) async fn write<R: Into<FactRow> + Copy + Send>(
        &self,
        dataset: Dataset,
        rows: &[R],
    ) -> Vec<WrittenFile> {
        let mut batch = self.store.write_batch(dataset);
        for row in rows {
            batch.push(*row).await.unwrap();
        }
        batch.finish().await.unwrap()
    }

    pub(crate) async fn commit<R: Into<FactRow> + Copy + Send>(
        &self,
        dataset: Dataset,
        sequence: u64,
        rows: &[R],
    ) -> Vec<FileRef> {
        let written = self.write(dataset, rows).await;
        written
            .into_iter()
            .map(|file| FileRef::new(file, sequence))
            .collect()
    }

    pub(crate) async fn read_all(&self, files: &[FileRef]) -> Vec<StoredRow> {
        let mut rows = Vec::new();
        for file in files {
            rows.extend(self.store.read_rows(file).await.unwrap());
        }
        rows
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Stored ids below 64, each at the place of three times its number.
pub(crate) fn places() -> Places {
    Places::new(
        (0..64).map(|id| Some(Offering(id * 3))).collect(),
        (0..64).map(|id| Some(Partner(id * 3))).collect(),
    )
}

/// Runs a property's async body.
pub(crate) fn run<T>(body: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(body)
}
