//! The store itself: where files lie, and the few ways to touch one.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
use rustc_hash::FxHashMap;

use crate::buffers::Buffers;
use crate::durable;
use crate::error::Error;
use crate::file::FileRef;
use crate::footer::Footer;
use crate::gather::SIDE_BY_SIDE_FILES;

/// How much is held at once. The defaults suit all but tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Rows of a batch that are sorted and written together. Two such chunks are held: one fills up while the other is
    /// encoded.
    pub chunk_rows: usize,
    /// The same for usage, whose rows are small, are counted once a month's days are united, and are split by month.
    pub usage_chunk_rows: usize,
    /// Rows of a row group, the least that is read of a file. Small, since a bucket reads at least one of each file
    /// that has its customers.
    pub row_group_rows: usize,
    /// Rows of a merged file, which is held in memory until it is whole, and so the most that merging holds of it.
    pub merged_file_rows: usize,
    /// Keys that are told apart at once by their first halves; more take several passes over the files.
    pub settled_heads: usize,
    /// Of those that stand more than once, rows that are settled at once; more take several passes.
    pub settled_keys: usize,
    /// Files of a dataset that a bucket reads side by side, a block and a part or two of each held. Of more the bucket's
    /// rows are held.
    pub side_by_side_files: usize,
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes {
            chunk_rows: 512 * 1024,
            usage_chunk_rows: 2 * 1024 * 1024,
            row_group_rows: 32 * 1024,
            merged_file_rows: 2 * 1024 * 1024,
            settled_heads: 16 * 1024 * 1024,
            settled_keys: 4 * 1024 * 1024,
            side_by_side_files: SIDE_BY_SIDE_FILES,
        }
    }
}

/// Fact files under one prefix. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FactStore {
    inner: Arc<Inner>,
    pub(crate) sizes: Sizes,
}

#[derive(Debug)]
struct Inner {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Set where files are local, so that writes can be synced, and reads go into memory that is used again.
    root: Option<PathBuf>,
    footers: Mutex<FxHashMap<String, Arc<Footer>>>,
    /// What local files are read into.
    buffers: Mutex<Weak<Buffers>>,
}

/// Footers kept in memory, some tens of kilobytes each. Files never change, so that a kept one is always right.
const FOOTERS_KEPT: usize = 1024;

/// What is read of a file's end at first, which is more than most footers.
const END_BYTES: u64 = 64 * 1024;

const TOO_SHORT: &str = "it is too short";

impl FactStore {
    /// Facts in a local folder, which is created. An acknowledged write survives a power cut.
    ///
    /// # Errors
    /// Where the folder can neither be found nor created.
    pub fn local(root: PathBuf) -> Result<FactStore, Error> {
        let path = || root.display().to_string();
        std::fs::create_dir_all(&root).map_err(|source| Error::Disk {
            path: path(),
            source,
        })?;
        let objects = LocalFileSystem::new_with_prefix(&root)
            .map_err(|source| Error::store(&path(), source))?;
        Ok(FactStore::from_parts(
            Arc::new(objects),
            Path::default(),
            Some(root),
        ))
    }

    /// Facts under a prefix of any store whose acknowledged writes are durable. Timeouts and retries are the store's.
    #[must_use]
    pub fn new(objects: Arc<dyn ObjectStore>, prefix: Path) -> FactStore {
        FactStore::from_parts(objects, prefix, None)
    }

    fn from_parts(objects: Arc<dyn ObjectStore>, prefix: Path, root: Option<PathBuf>) -> FactStore {
        FactStore {
            inner: Arc::new(Inner {
                objects,
                prefix,
                root,
                footers: Mutex::default(),
                buffers: Mutex::default(),
            }),
            sizes: Sizes::default(),
        }
    }

    #[must_use]
    pub fn with_sizes(mut self, sizes: Sizes) -> FactStore {
        self.sizes = sizes;
        self
    }

    #[must_use]
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// Deletes files; a missing one is fine. Call it only for files that no run can still be reading.
    ///
    /// # Errors
    /// At the first file that could not be deleted; calling again is safe.
    pub async fn remove(&self, paths: &[String]) -> Result<(), Error> {
        for path in paths {
            self.inner.footers().remove(path);
        }
        let Some(first) = paths.first() else {
            return Ok(());
        };
        if let Some(root) = &self.inner.root {
            let files = paths
                .iter()
                .map(|path| Ok(root.join(self.location(path)?.as_ref())))
                .collect::<Result<Vec<_>, Error>>()?;
            return tokio::task::spawn_blocking(move || durable::remove(&files))
                .await?
                .map_err(|source| Error::Disk {
                    path: first.clone(),
                    source,
                });
        }
        for path in paths {
            match self.inner.objects.delete(&self.location(path)?).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(source) => return Err(Error::store(path, source)),
            }
        }
        Ok(())
    }

    /// Writes new files; all of them are durable when this returns, and any of them may be there after an error.
    pub(crate) async fn put(&self, files: Vec<(String, Bytes)>) -> Result<(), Error> {
        let Some(root) = self.inner.root.clone() else {
            for (path, bytes) in files {
                let location = self.location(&path)?;
                let put = self.inner.objects.put(&location, bytes.into());
                put.await.map_err(|source| Error::store(&path, source))?;
            }
            return Ok(());
        };
        let located = files
            .iter()
            .map(|(path, bytes)| {
                let file = root.join(self.location(path)?.as_ref());
                Ok((file, bytes.clone()))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        tokio::task::spawn_blocking(move || durable::write(&root, &located))
            .await?
            .map_err(|(at, source)| Error::Disk {
                path: files[at].0.clone(),
                source,
            })
    }

    pub(crate) fn is_local(&self) -> bool {
        self.inner.root.is_some()
    }

    /// Where a file lies, if it is a local one: whoever decodes it reads it too.
    pub(crate) fn local_path(&self, file: &FileRef) -> Result<Option<PathBuf>, Error> {
        let Some(root) = &self.inner.root else {
            return Ok(None);
        };
        Ok(Some(root.join(self.location(&file.path)?.as_ref())))
    }

    /// Reads parts of a local file, each of exactly the length asked for. To be called from a thread that may block.
    pub(crate) fn local_ranges(
        &self,
        file: &FileRef,
        path: &std::path::Path,
        ranges: &[Range<u64>],
    ) -> Result<Vec<Bytes>, Error> {
        let read = self.inner.buffers().read(path, ranges);
        read.map_err(|source| {
            let path = file.path.clone();
            match source.kind() {
                ErrorKind::NotFound => Error::Missing { path },
                ErrorKind::UnexpectedEof => Error::damaged(&path, TOO_SHORT),
                _ => Error::Disk { path, source },
            }
        })
    }

    /// Reads parts of a file that is not a local one, each of exactly the length asked for.
    pub(crate) async fn ranges(
        &self,
        file: &FileRef,
        ranges: &[Range<u64>],
    ) -> Result<Vec<Bytes>, Error> {
        let parts = self
            .inner
            .objects
            .get_ranges(&self.location(&file.path)?, ranges)
            .await
            .map_err(|source| Error::store(&file.path, source))?;
        let complete = parts.len() == ranges.len()
            && (parts.iter().zip(ranges))
                .all(|(part, range)| part.len() as u64 == range.end - range.start);
        if complete {
            Ok(parts)
        } else {
            Err(Error::damaged(&file.path, TOO_SHORT))
        }
    }

    pub(crate) async fn footer(&self, file: &FileRef) -> Result<Arc<Footer>, Error> {
        if let Some(footer) = self.inner.footers().get(&file.path) {
            return Ok(footer.clone());
        }
        let start = file.bytes.saturating_sub(END_BYTES);
        let mut end = self.end(file, start).await?;
        let length = Footer::len(file, &end)?;
        if length > end.len() as u64 {
            end = self.end(file, file.bytes - length).await?;
        }
        let bytes = end.slice(end.len() - length as usize..);
        let footer = Arc::new(Footer::parse(file, &bytes)?);
        let mut footers = self.inner.footers();
        if footers.len() >= FOOTERS_KEPT {
            footers.clear();
        }
        footers.insert(file.path.clone(), footer.clone());
        Ok(footer)
    }

    /// The bytes of a file from here on, found to be as long as the manifest says.
    async fn end(&self, file: &FileRef, start: u64) -> Result<Bytes, Error> {
        let location = self.location(&file.path)?;
        let objects = &self.inner.objects;
        let options = GetOptions::new().with_range(Some(start..file.bytes));
        let (size, bytes) = match objects.get_opts(&location, options).await {
            Ok(found) => (found.meta.size, found.bytes().await),
            // Stores differ in how they refuse bytes that are not there; the length tells.
            Err(error) => match objects.head(&location).await {
                Ok(meta) => (meta.size, Err(error)),
                Err(error) => return Err(Error::store(&file.path, error)),
            },
        };
        if size != file.bytes {
            return Err(Error::damaged(&file.path, "it is not as long as written"));
        }
        bytes.map_err(|error| Error::store(&file.path, error))
    }

    fn location(&self, path: &str) -> Result<Path, Error> {
        let relative = Path::parse(path).map_err(|_| Error::NotAPath {
            path: path.to_owned(),
        })?;
        Ok(Path::from_iter(
            self.inner.prefix.parts().chain(relative.parts()),
        ))
    }
}

impl Inner {
    fn footers(&self) -> std::sync::MutexGuard<'_, FxHashMap<String, Arc<Footer>>> {
        // A map of what was read is right whatever panicked while it was held.
        self.footers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that reads of now share.
    fn buffers(&self) -> Arc<Buffers> {
        let mut shared = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let buffers = Arc::new(Buffers::default());
            *shared = Arc::downgrade(&buffers);
            buffers
        })
    }
}
