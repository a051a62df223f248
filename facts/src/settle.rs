//! Which rows count: of each key only the one committed last (DATA.md, 'Datasets').
//!
//! For revenue, seat changes and surveys a later row of a key may name another customer and another day, so that no
//! file alone, and no bucket alone, tells which row counts. Their keys are settled here once for a run, over all
//! files. Of the other datasets the key says where its rows lie, and they are settled where they are read.

use std::sync::Arc;

use futures_util::future::try_join_all;
use rustc_hash::FxHashMap;

use crate::batches::FileBatches;
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
    /// As if no row hid another, for whoever wants to see what is hidden.
    #[must_use]
    pub fn nothing_hidden(files: &[FileRef]) -> Settled {
        let files = files.iter();
        Settled {
            files: Arc::new(
                files
                    .map(|file| (file.path.clone(), Bitmap::default()))
                    .collect(),
            ),
        }
    }

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
    /// Keys are read twice: first to tell those that may stand in the files more than once, which are few, then to compare
    /// these. Holds 4 bytes for each key, 32 for each suspected one of a pass, and one bit for each row of a file that has
    /// hidden ones.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub async fn settle(&self, files: &[FileRef]) -> Result<Settled, Error> {
        let datasets = Dataset::ALL.into_iter();
        let settled = datasets
            .filter(|dataset| dataset.is_settled_globally())
            .map(|dataset| {
                let of_dataset = files.iter().filter(|file| file.dataset == dataset);
                self.settle_dataset(of_dataset.cloned().collect())
            });
        let settled = try_join_all(settled).await?;
        Ok(Settled {
            files: Arc::new(settled.into_iter().flatten().collect()),
        })
    }

    async fn settle_dataset(&self, files: Vec<FileRef>) -> Result<Vec<(String, Bitmap)>, Error> {
        let mut settled: Vec<(String, Bitmap)> = files
            .iter()
            .map(|file| (file.path.clone(), Bitmap::default()))
            .collect();
        // No file of one batch holds a key twice.
        let is_of_one = |file: &FileRef| matches!(file.batches, FileBatches::One(_));
        if files.len() < 2 && files.iter().all(is_of_one) {
            return Ok(settled);
        }
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        let suspects = Suspects::new(rows);
        let suspects = self.scan(files.clone(), ALL_CUSTOMERS, suspects).await?;
        let suspects = Arc::new(suspects);
        let passes = suspects
            .count()
            .div_ceil(self.sizes.settled_keys.max(1) as u64);
        let places: Arc<FxHashMap<String, u32>> = Arc::new(
            files
                .iter()
                .zip(0..)
                .map(|(file, place)| (file.path.clone(), place))
                .collect(),
        );
        for pass in 0..passes {
            let keys = Keys {
                pass,
                passes,
                suspects: suspects.clone(),
                places: places.clone(),
                entries: Vec::new(),
            };
            let keys = self.scan(files.clone(), ALL_CUSTOMERS, keys).await?;
            let batches: Vec<FileBatches> = files.iter().map(|file| file.batches.clone()).collect();
            let hidden =
                tokio::task::spawn_blocking(move || hidden(keys.entries, &batches)).await?;
            for (file, row) in hidden {
                settled[file as usize].1.insert(row);
            }
        }
        Ok(settled)
    }
}

/// Which keys may stand in several files. Keys are hashes: one bit for each of many equal parts of all hashes tells
/// whether one was seen in it, another whether two were.
#[derive(Debug)]
struct Suspects {
    seen: Vec<u64>,
    again: Vec<u64>,
    /// From the first 64 bits of a hash to its part.
    shift: u32,
    found: u64,
}

impl Suspects {
    /// At sixteen parts for each key about three keys of a hundred share a part by chance.
    const PARTS_PER_KEY: u64 = 16;
    /// 32 MiB of either bits. More keys are suspected above, and compared.
    const PARTS_MAX: u64 = 1 << 28;

    fn new(keys: u64) -> Suspects {
        let parts = keys
            .saturating_mul(Suspects::PARTS_PER_KEY)
            .clamp(64, Suspects::PARTS_MAX)
            .next_power_of_two();
        Suspects {
            seen: vec![0; parts as usize / 64],
            again: vec![0; parts as usize / 64],
            shift: 64 - parts.trailing_zeros(),
            found: 0,
        }
    }

    fn place(&self, key: u64) -> (usize, u64) {
        let part = key >> self.shift;
        ((part / 64) as usize, 1 << (part % 64))
    }

    fn see(&mut self, key: u64) {
        let (word, bit) = self.place(key);
        if self.seen[word] & bit != 0 {
            self.again[word] |= bit;
            self.found += 1;
        }
        self.seen[word] |= bit;
    }

    fn contains(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.again[word] & bit != 0
    }

    /// How many keys are suspected.
    fn count(&self) -> u64 {
        let parts = self.again.iter().map(|word| u64::from(word.count_ones()));
        self.found + parts.sum::<u64>()
    }
}

impl Sink for Suspects {
    const COLUMNS: &'static [&'static str] = &["key"];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        for key in block.column::<Hash>("key")?.first_halves() {
            self.see(key);
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
    /// The number of its batch in the file.
    batch: u32,
    ordinal: u32,
    row: u32,
}

/// Files and rows that are hidden by another of their key.
fn hidden(mut entries: Vec<Entry>, batches: &[FileBatches]) -> Vec<(u32, u32)> {
    entries.sort_unstable_by_key(|entry| entry.key);
    entries
        .chunk_by(|a, b| a.key == b.key)
        .filter(|rows| rows.len() > 1)
        .flat_map(|rows| {
            let place = |entry: &Entry| {
                let sequence = batches[entry.file as usize].sequence(entry.batch);
                (sequence, entry.ordinal)
            };
            let last = rows.iter().map(place).max();
            rows.iter().filter(move |entry| Some(place(entry)) != last)
        })
        .map(|entry| (entry.file, entry.row))
        .collect()
}

/// Gathers the suspected keys of one pass: those in one of `passes` equal parts of all hashes.
struct Keys {
    pass: u64,
    passes: u64,
    suspects: Arc<Suspects>,
    places: Arc<FxHashMap<String, u32>>,
    entries: Vec<Entry>,
}

impl Sink for Keys {
    const COLUMNS: &'static [&'static str] = &["key", ORDINAL];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        let keys = block.column::<Hash>("key")?;
        let ordinals = block.column::<Ordinal>(ORDINAL)?;
        let batches = block.batches()?;
        let Some(file) = self.places.get(&block.file.path).copied() else {
            return Ok(());
        };
        for (at, high) in keys.first_halves().enumerate() {
            if !self.suspects.contains(high) {
                continue;
            }
            let key = keys.get(at)?;
            let pass = ((u128::from(high) * u128::from(self.passes)) >> 64) as u64;
            if pass == self.pass {
                self.entries.push(Entry {
                    key: [high, key as u64],
                    file,
                    batch: batches.number(at)?,
                    ordinal: ordinals.get(at)?,
                    // Checked with the footer: no file holds more than 2^32 rows.
                    row: block.row(at) as u32,
                });
            }
        }
        Ok(())
    }
}
