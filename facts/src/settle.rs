//! Which rows count: of each key only the one committed last (DATA.md, 'Datasets').
//!
//! For revenue, seat changes and surveys a later row of a key may name another customer and another day, so that no
//! file alone, and no bucket alone, tells which row counts. Their keys are settled here once for a run, over all
//! files. Of the other datasets the key says where its rows lie, and they are settled where they are read.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::batches::FileBatches;
use crate::bitmap::Bitmap;
use crate::block::Block;
use crate::column::{Hash, Ordinal};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::FileRef;
use crate::heads::{Heads, Repeated};
use crate::scan::{ALL_CUSTOMERS, Sink};
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
    /// Keys are read to tell those that may stand in the files more than once, and where there are any, again to compare
    /// these. Holds 8 bytes for each key of a pass, 32 for each repeated one of a pass, and one bit for each row of a file
    /// that has hidden ones.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub async fn settle(&self, files: &[FileRef]) -> Result<Settled, Error> {
        let mut settled = FxHashMap::default();
        // One after the other: the memory of one serves the next.
        let mut heads = Heads::default();
        for dataset in Dataset::ALL {
            if dataset.is_settled_globally() {
                let of_dataset = files.iter().filter(|file| file.dataset == dataset);
                let of_dataset = of_dataset.cloned().collect();
                settled.extend(self.settle_dataset(of_dataset, &mut heads).await?);
            }
        }
        Ok(Settled {
            files: Arc::new(settled),
        })
    }

    async fn settle_dataset(
        &self,
        files: Vec<FileRef>,
        heads: &mut Heads,
    ) -> Result<Vec<(String, Bitmap)>, Error> {
        let mut settled: Vec<(String, Bitmap)> = files
            .iter()
            .map(|file| (file.path.clone(), Bitmap::default()))
            .collect();
        // No file of one batch holds a key twice.
        let is_of_one = |file: &FileRef| matches!(file.batches, FileBatches::One(_));
        if files.len() < 2 && files.iter().all(is_of_one) {
            return Ok(settled);
        }
        let repeated = Arc::new(self.repeated(&files, heads).await?);
        let passes = (repeated.rows).div_ceil(self.sizes.settled_keys.max(1) as u64);
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
                repeated: repeated.clone(),
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

    /// The keys that may stand in these files more than once.
    async fn repeated(&self, files: &[FileRef], heads: &mut Heads) -> Result<Repeated, Error> {
        let keys: u64 = files.iter().map(|file| file.rows).sum();
        let passes = keys.div_ceil(self.sizes.settled_heads.max(1) as u64);
        let mut repeated = Repeated::default();
        for pass in 0..passes {
            let mut of_pass = std::mem::take(heads);
            of_pass.begin(pass, passes, keys / passes);
            let of_pass = self.scan(files.to_vec(), ALL_CUSTOMERS, of_pass).await?;
            let find = tokio::task::spawn_blocking(move || {
                of_pass.find_repeated(&mut repeated);
                (of_pass, repeated)
            });
            (*heads, repeated) = find.await?;
        }
        Ok(repeated)
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

/// Gathers the repeated keys of one pass: those in one of `passes` equal ranges of all hashes.
struct Keys {
    pass: u64,
    passes: u64,
    repeated: Arc<Repeated>,
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
            if !self.repeated.contains(high) {
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
