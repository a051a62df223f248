//! Which rows count: of each key only the one committed last (DATA.md, 'Datasets').
//!
//! For revenue, seat changes and surveys a later row of a key may name another customer and another day, so that no
//! file alone, and no bucket alone, tells which row counts. Their keys are settled here once for a run, over all
//! files. Of the other datasets the key says where its rows lie, and they are settled where they are read.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::bitmap::Bitmap;
use crate::column::{Hash, Ordinal};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::FileRef;
use crate::scan::{ALL_CUSTOMERS, Block, Sink};
use crate::store::FactStore;
use crate::table::ORDINAL;

/// The rows that are hidden by later ones, of a set of files. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// Every file that was settled.
    files: Arc<FxHashMap<String, Bitmap>>,
}

impl Settled {
    /// How many rows are hidden.
    #[must_use]
    pub fn hidden_rows(&self) -> u64 {
        self.files.values().map(Bitmap::len).sum()
    }

    pub(crate) fn hidden_of(&self, file: &FileRef) -> Result<&Bitmap, Error> {
        self.files.get(&file.path).ok_or_else(|| Error::NotSettled {
            path: file.path.clone(),
        })
    }
}

impl FactStore {
    /// Settles revenue, seat changes and surveys; files of other datasets may be among the given and are not read.
    ///
    /// `files` must be all that count, whatever their days: a row dated outside a window still hides an earlier one.
    /// Holds 32 bytes for each key of a pass and one bit for each row of a file that has hidden ones.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub async fn settle(&self, files: &[FileRef]) -> Result<Settled, Error> {
        let mut settled = FxHashMap::default();
        for dataset in Dataset::ALL {
            if dataset.is_settled_globally() {
                let files: Vec<FileRef> = files
                    .iter()
                    .filter(|file| file.dataset == dataset)
                    .cloned()
                    .collect();
                self.settle_dataset(files, &mut settled).await?;
            }
        }
        Ok(Settled {
            files: Arc::new(settled),
        })
    }

    async fn settle_dataset(
        &self,
        files: Vec<FileRef>,
        settled: &mut FxHashMap<String, Bitmap>,
    ) -> Result<(), Error> {
        settled.extend(
            files
                .iter()
                .map(|file| (file.path.clone(), Bitmap::default())),
        );
        // No file holds a key twice.
        if files.len() < 2 {
            return Ok(());
        }
        let places: Arc<FxHashMap<String, u32>> = Arc::new(
            files
                .iter()
                .zip(0..)
                .map(|(file, place)| (file.path.clone(), place))
                .collect(),
        );
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        let passes = rows.div_ceil(self.sizes.settled_keys.max(1) as u64).max(1);
        for pass in 0..passes {
            let keys = Keys {
                pass,
                passes,
                places: places.clone(),
                entries: Vec::new(),
            };
            let keys = self.scan(files.clone(), ALL_CUSTOMERS, keys).await?;
            let sequences: Vec<u64> = files.iter().map(|file| file.sequence).collect();
            let hidden =
                tokio::task::spawn_blocking(move || hidden(keys.entries, &sequences)).await?;
            for (file, row) in hidden {
                if let Some(bitmap) = settled.get_mut(&files[file as usize].path) {
                    bitmap.insert(row);
                }
            }
        }
        Ok(())
    }
}

/// One row of one file.
#[derive(Clone, Copy)]
struct Entry {
    /// Most significant half first. Two halves, so that an entry takes 32 bytes and not 48.
    key: [u64; 2],
    file: u32,
    ordinal: u32,
    row: u32,
}

/// Files and rows that are hidden by another of their key.
fn hidden(mut entries: Vec<Entry>, sequences: &[u64]) -> Vec<(u32, u32)> {
    entries.sort_unstable_by_key(|entry| entry.key);
    entries
        .chunk_by(|a, b| a.key == b.key)
        .filter(|rows| rows.len() > 1)
        .flat_map(|rows| {
            let place = |entry: &Entry| (sequences[entry.file as usize], entry.ordinal);
            let last = rows.iter().map(place).max();
            rows.iter().filter(move |entry| Some(place(entry)) != last)
        })
        .map(|entry| (entry.file, entry.row))
        .collect()
}

/// Gathers the keys of one pass: those in one of `passes` equal parts of all hashes.
struct Keys {
    pass: u64,
    passes: u64,
    places: Arc<FxHashMap<String, u32>>,
    entries: Vec<Entry>,
}

impl Sink for Keys {
    const COLUMNS: &'static [&'static str] = &["key", ORDINAL];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        let keys = block.column::<Hash>("key")?;
        let ordinals = block.column::<Ordinal>(ORDINAL)?;
        let Some(file) = self.places.get(&block.file.path).copied() else {
            return Ok(());
        };
        for at in 0..block.len() {
            let key = keys.get(at)?;
            let high = (key >> 64) as u64;
            let pass = ((u128::from(high) * u128::from(self.passes)) >> 64) as u64;
            if pass == self.pass {
                self.entries.push(Entry {
                    key: [high, key as u64],
                    file,
                    ordinal: ordinals.get(at)?,
                    // Checked with the footer: no file holds more than 2^32 rows.
                    row: block.row(at) as u32,
                });
            }
        }
        Ok(())
    }
}
