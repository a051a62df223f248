//! A folder of a whole program: which batches it holds, in load order.
//!
//! What is named by no dataset, or has no readable ending, is refused with its name: a misspelt file that was passed
//! over in silence would be missing from every figure.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use intake::{Dataset, Source, batch_id_of};

use crate::service::audit::Actor;
use crate::service::ingest::{OnReject, Request};

pub(super) fn plan(dir: &Path, on_reject: OnReject) -> anyhow::Result<Vec<Request>> {
    let entries = list(dir)?;
    for path in &entries {
        check(path)?;
    }
    let mut planned = Vec::new();
    for dataset in Dataset::ALL {
        let mut seen = BTreeSet::new();
        for path in files(dataset, &entries)? {
            let batch_id = batch_id_of(&path);
            if !seen.insert(batch_id.clone()) {
                bail!(
                    "{}: another file of {dataset} makes the batch \"{batch_id}\" too, and would be replaced by this one; \
                     rename one of them",
                    path.display()
                );
            }
            planned.push(Request {
                by: Actor::command_line(),
                dataset,
                batch_id,
                files: vec![Source::from_path(&path)?],
                on_reject,
            });
        }
    }
    if planned.is_empty() {
        bail!(
            "{} holds no <dataset>.<ending> file and no <dataset>/ folder with files; the datasets are: {}",
            dir.display(),
            names()
        );
    }
    Ok(planned)
}

/// The files of a dataset: those of its folder, then one of its name.
fn files(dataset: Dataset, entries: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in entries {
        if !path.is_dir() {
            if batch_id_of(path) == dataset.name() {
                files.push(path.clone());
            }
        } else if name(path) == dataset.name() {
            for path in list(path)? {
                if path.is_dir() {
                    bail!(
                        "{} is a folder in a folder; put its files into {dataset}/ itself",
                        path.display()
                    );
                }
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// Refuses what looks like data and would be passed over. Other files, such as a README.md, may lie beside the data.
fn check(path: &Path) -> anyhow::Result<()> {
    let is_dataset = |name: &str| name.parse::<Dataset>().is_ok();
    let name = name(path);
    if path.is_dir() {
        if !is_dataset(&name) {
            bail!(
                "{}: no dataset has this folder's name; the datasets are: {}",
                path.display(),
                names()
            );
        }
        return Ok(());
    }
    let stem = name.split('.').next().unwrap_or_default();
    match Source::from_path(path) {
        Ok(_) if is_dataset(&batch_id_of(path)) => Ok(()),
        Ok(_) => bail!(
            "{}: no dataset has this file's name; the datasets are: {}",
            path.display(),
            names()
        ),
        Err(unknown) if is_dataset(stem) => Err(unknown.into()),
        Err(_) => Ok(()),
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn names() -> String {
    Dataset::ALL.map(Dataset::name).join(", ")
}

/// What is in the folder, in the order of names. What begins with a dot or an underscore is not looked at: it is hidden,
/// or a mark that other programs leave beside what they write, such as `_SUCCESS`.
fn list(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(dir)
        .with_context(|| format!("cannot read the folder {}", dir.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read the folder {}", dir.display()))?;
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with(['.', '_']) {
            paths.push(entry.path());
        }
    }
    paths.sort_unstable();
    Ok(paths)
}
