//! Where a file lies and how it is written, told by its name.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::Field;
use crate::rule::id;

/// How the rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    Csv,
    Ndjson,
    Parquet,
}

/// What the whole file is packed with. Parquet packs its own pages and is never packed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
}

/// One file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub path: PathBuf,
    pub format: Format,
    pub compression: Compression,
    /// What messages call the file: the sender's name for it, which need not be its place on this machine.
    pub name: String,
}

/// A file name whose ending says nothing we can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name}: the ending tells no format; name the file .csv, .csv.gz, .csv.zst, .ndjson, .ndjson.gz, .ndjson.zst \
     (.jsonl is fine too) or .parquet"
)]
pub struct UnknownEnding {
    pub name: String,
}

impl Source {
    /// The file at this path, its format and compression told by its ending (in any letter case).
    pub fn from_path(path: impl Into<PathBuf>) -> Result<Source, UnknownEnding> {
        let path = path.into();
        let name = file_name(&path);
        match endings(&name) {
            (_, Some(format), compression) => Ok(Source {
                path,
                format,
                compression,
                name,
            }),
            _ => Err(UnknownEnding { name }),
        }
    }

    /// The same file under the sender's own name for it.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Source {
        Source {
            name: name.into(),
            ..self
        }
    }
}

/// The id of the batch that a file holds: its name without the endings that tell format and compression.
#[must_use]
pub fn batch_id_of(path: impl AsRef<Path>) -> String {
    let name = file_name(path.as_ref());
    match endings(&name) {
        (stem, Some(_), _) => stem.to_owned(),
        _ => name,
    }
}

/// What keeps a text from being a batch's id, such as "is longer than 128 bytes"; nothing where it is one. The rule is
/// that of all ids.
#[must_use]
pub fn fault_of_batch_id(batch_id: &str) -> Option<Cow<'static, str>> {
    match id(Field::Text(batch_id)) {
        Ok(Some(_)) => None,
        Ok(None) => Some("is empty".into()),
        Err(reason) => Some(reason),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// The name without its endings, and what they tell.
fn endings(name: &str) -> (&str, Option<Format>, Compression) {
    let (rest, compression) = if let Some(rest) = without_ending(name, ".gz") {
        (rest, Compression::Gzip)
    } else if let Some(rest) = without_ending(name, ".zst") {
        (rest, Compression::Zstd)
    } else {
        (name, Compression::None)
    };
    let formats = [
        (".csv", Format::Csv),
        (".ndjson", Format::Ndjson),
        (".jsonl", Format::Ndjson),
        (".parquet", Format::Parquet),
    ];
    for (ending, format) in formats {
        let packed_parquet = format == Format::Parquet && compression != Compression::None;
        if let Some(stem) = without_ending(rest, ending).filter(|_| !packed_parquet) {
            return (stem, Some(format), compression);
        }
    }
    (name, None, compression)
}

fn without_ending<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let cut = name.len().checked_sub(ending.len())?;
    let (stem, found) = name.split_at_checked(cut)?;
    found.eq_ignore_ascii_case(ending).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, format: Format, compression: Compression, batch_id: &str) {
        let source = Source::from_path(path).unwrap();
        assert_eq!(
            (source.format, source.compression),
            (format, compression),
            "{path}"
        );
        assert_eq!(batch_id_of(path), batch_id);
    }

    #[test]
    fn endings_tell_format_and_compression() {
        check(
            "usage/01-2025-08.csv.gz",
            Format::Csv,
            Compression::Gzip,
            "01-2025-08",
        );
        check("a.b.csv", Format::Csv, Compression::None, "a.b");
        check("x.csv.zst", Format::Csv, Compression::Zstd, "x");
        check("x.ndjson", Format::Ndjson, Compression::None, "x");
        check("x.jsonl.gz", Format::Ndjson, Compression::Gzip, "x");
        check("/data/x.ndjson.zst", Format::Ndjson, Compression::Zstd, "x");
        check("X.PARQUET", Format::Parquet, Compression::None, "X");
        check("é.CSV.GZ", Format::Csv, Compression::Gzip, "é");
    }

    #[test]
    fn other_endings_are_refused_and_the_accepted_ones_listed() {
        for name in [
            "x.txt",
            "x.xlsx",
            "x.parquet.gz",
            "x.gz",
            "x",
            "csv",
            "x.csv.bz2",
        ] {
            let error = Source::from_path(format!("/somewhere/{name}"))
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with(&format!("{name}: ")) && error.contains(".ndjson.zst"),
                "{error}"
            );
            assert_eq!(batch_id_of(name), name);
        }
    }

    #[test]
    fn a_batch_id_keeps_the_rule_of_ids() {
        let long = "x".repeat(129);
        for (batch_id, fault) in [
            ("2026-10", None),
            ("ä b", None),
            (&long[1..], None),
            ("", Some("is empty")),
            (&long, Some("is longer than 128 bytes")),
            (" x", Some("begins or ends with a space")),
            ("x\ty", Some("holds a control character")),
        ] {
            assert_eq!(
                fault_of_batch_id(batch_id).as_deref(),
                fault,
                "{batch_id:?}"
            );
        }
    }
}
