//! Files on a local disk that stay once they were acknowledged.
//!
//! A file is written under a temporary name, synced, renamed and its folder synced, as are the folders made for it.
//! A crash leaves either nothing, a file nobody knows of, or a temporary one; [`remove`] takes both of a path away.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// Writes new files, which lie below the existing folder `root`. All of them are durable when this returns; after an
/// error any of them may be there, which is told with the file it befell.
pub(crate) fn write(root: &Path, files: &[(PathBuf, Bytes)]) -> Result<(), (usize, io::Error)> {
    let mut folders = BTreeSet::new();
    for (at, (path, bytes)) in files.iter().enumerate() {
        let folder = path.parent().unwrap_or(root);
        write_one(folder, path, bytes).map_err(|error| (at, error))?;
        // Up to the root each time: another writer may have just made one of them and not synced it yet.
        folders.extend(
            folder
                .ancestors()
                .take_while(|folder| folder.starts_with(root)),
        );
    }
    // Each folder once, however many files it got, and before the one that holds it.
    for folder in folders.into_iter().rev() {
        sync_folder(folder).map_err(|error| (0, error))?;
    }
    Ok(())
}

/// Removes files and their temporary ones; one that is not there is fine.
pub(crate) fn remove(paths: &[PathBuf]) -> io::Result<()> {
    let mut folders = BTreeSet::new();
    for path in paths {
        for path in [path.clone(), temporary_name(path)] {
            match fs::remove_file(&path) {
                Ok(()) => folders.extend(path.parent().map(Path::to_path_buf)),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    // Else a power cut could bring back files that no manifest knows any more.
    folders.iter().try_for_each(|folder| sync_folder(folder))
}

fn write_one(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let temporary = temporary_name(path);
    write_and_sync(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, path))
        .inspect_err(|_| {
            // The first error is the one to tell; whoever announced the path removes it again.
            let _ = fs::remove_file(&temporary);
        })
}

fn write_and_sync(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file, and its entries are durable with the file.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}
