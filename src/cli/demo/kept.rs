//! What a data directory's demo was made of, kept in a file beside the data.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::Context;
use kernel::Day;
use serde::{Deserialize, Serialize};

use crate::config::DataDir;

/// A data directory with this is a demo's; its data can be made again at any time.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) partners: u32,
    pub(super) seed: u64,
    last_day: String,
    /// The partner that examples show; none until the program is taken in.
    pub(super) partner_id: Option<String>,
}

impl Kept {
    pub(super) fn new(partners: u32, seed: u64, last_day: Day) -> Kept {
        Kept {
            partners,
            seed,
            last_day: last_day.to_string(),
            partner_id: None,
        }
    }

    /// The last day with facts.
    pub(super) fn last_day(&self) -> anyhow::Result<Day> {
        self.last_day
            .parse()
            .with_context(|| format!("demo.json: last_day {:?}", self.last_day))
    }

    /// None where the data directory is no demo's.
    pub(super) fn read(data_dir: &DataDir) -> anyhow::Result<Option<Kept>> {
        let path = path(data_dir);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let kept = serde_json::from_str(&text).with_context(|| {
            format!(
                "{} cannot be read; remove the data directory",
                path.display()
            )
        })?;
        Ok(Some(kept))
    }

    pub(super) fn write(&self, data_dir: &DataDir) -> anyhow::Result<()> {
        let path = path(data_dir);
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(data_dir.path())?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }
}

fn path(data_dir: &DataDir) -> PathBuf {
    data_dir.path().join("demo.json")
}
