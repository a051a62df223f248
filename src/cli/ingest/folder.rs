//! A folder of a whole program: which batches it holds, in load order.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use intake::{Dataset, Source, batch_id_of};

use super::Planned;

pub(super) fn plan(dir: &Path) -> anyhow::Result<Vec<Planned>> {
    let entries = list(dir)?;
    let mut planned = Vec::new();
    for dataset in Dataset::ALL {
        let mut files = Vec::new();
        for path in &entries {
            if path.is_dir() && path.file_name().is_some_and(|name| name == dataset.name()) {
                files.extend(list(path)?.into_iter().filter(|path| path.is_file()));
            } else if path.is_file()
                && batch_id_of(path) == dataset.name()
                && Source::from_path(path).is_ok()
            {
                files.push(path.clone());
            }
        }
        let mut seen = BTreeSet::new();
        for path in files {
            let batch_id = batch_id_of(&path);
            if !seen.insert(batch_id.clone()) {
                bail!(
                    "{}: another file of {dataset} makes the batch \"{batch_id}\" too, and would be replaced by this one; \
                     rename one of them",
                    path.display()
                );
            }
            planned.push(Planned {
                dataset,
                batch_id,
                files: vec![Source::from_path(&path)?],
            });
        }
    }
    if planned.is_empty() {
        bail!(
            "{} holds no <dataset>.<ending> file and no <dataset>/ folder; datasets are products, workloads, … as in the manual",
            dir.display()
        );
    }
    Ok(planned)
}

/// What is in the folder, in the order of names; hidden files are not looked at.
fn list(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(dir)
        .with_context(|| format!("cannot read the folder {}", dir.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read the folder {}", dir.display()))?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort_unstable();
    Ok(paths)
}
