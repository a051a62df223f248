//! Files of the demo: one sheet of rows for each, in the format that its ending names.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use kernel::Day;

use super::calendar::Stretch;

/// One value of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    None,
    Text(&'a str),
    /// A number by its text.
    Number(&'a str),
    Whole(u32),
    Flag(bool),
    Day(Day),
}

impl<'a> Cell<'a> {
    pub(super) fn text(text: Option<&'a str>) -> Cell<'a> {
        text.map_or(Cell::None, Cell::Text)
    }

    pub(super) fn day(day: Option<Day>) -> Cell<'a> {
        day.map_or(Cell::None, Cell::Day)
    }
}

/// How a dataset is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) dataset: &'static str,
    /// Of its files, which take turns: `csv.gz`.
    pub(super) endings: &'static [&'static str],
    pub(super) columns: &'static [&'static str],
}

/// A folder in the layout that `peerband ingest --dir` takes, and how many rows went into each dataset.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    pub(super) datasets: Vec<(&'static str, u64)>,
}

impl Folder {
    /// # Errors
    /// Where the folder cannot be made, or holds something already.
    pub(super) fn create(path: &Path) -> anyhow::Result<Folder> {
        std::fs::create_dir_all(path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        let mut entries = std::fs::read_dir(path)
            .with_context(|| format!("cannot look into the folder {}", path.display()))?;
        // Files left from another program would be taken in with this one.
        anyhow::ensure!(
            entries.next().is_none(),
            "the folder {} is not empty; name a new one",
            path.display()
        );
        Ok(Folder {
            path: path.to_owned(),
            datasets: Vec::new(),
        })
    }

    /// Writes a dataset as one file. Without rows there is no file.
    pub(super) fn one<R>(
        &mut self,
        layout: Layout,
        rows: &[R],
        write: impl FnMut(&mut Sheet, &R) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let Layout {
            dataset,
            endings,
            columns,
        } = layout;
        self.datasets.push((dataset, rows.len() as u64));
        write_file(
            &self.path.join(format!("{dataset}.{}", endings[0])),
            columns,
            rows,
            write,
        )
    }

    /// Writes a dataset as one batch for each stretch that has rows. The rows stand in the order of their days.
    pub(super) fn batches<R>(
        &mut self,
        layout: Layout,
        stretches: &[Stretch],
        rows: &[R],
        day: impl Fn(&R) -> Day,
        mut write: impl FnMut(&mut Sheet, &R) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let Layout {
            dataset,
            endings,
            columns,
        } = layout;
        self.datasets.push((dataset, rows.len() as u64));
        let path = self.path.join(dataset);
        std::fs::create_dir_all(&path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        for (place, stretch) in stretches.iter().enumerate() {
            let from = rows.partition_point(|row| day(row) < stretch.first);
            let to = rows.partition_point(|row| day(row) <= stretch.last);
            let name = format!(
                "{:02}-{}.{}",
                place + 1,
                stretch.label,
                endings[place % endings.len()]
            );
            write_file(&path.join(name), columns, &rows[from..to], &mut write)?;
        }
        Ok(())
    }
}

fn write_file<R>(
    path: &Path,
    columns: &'static [&'static str],
    rows: &[R],
    mut write: impl FnMut(&mut Sheet, &R) -> io::Result<()>,
) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let written = Sheet::create(path, columns).and_then(|mut sheet| {
        for row in rows {
            write(&mut sheet, row)?;
        }
        sheet.finish()
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// A file being written.
#[derive(Debug)]
pub(super) struct Sheet {
    columns: &'static [&'static str],
    form: Form,
}

#[derive(Debug)]
enum Form {
    Csv(Box<csv::Writer<Out>>),
    Ndjson(Out),
}

impl Sheet {
    fn create(path: &Path, columns: &'static [&'static str]) -> io::Result<Sheet> {
        let name = path.to_string_lossy();
        let file = BufWriter::new(File::create(path)?);
        let (name, out) = match name.strip_suffix(".gz") {
            // The demo is written once and read once at once: speed matters more than size.
            Some(name) => (name, Out::Gzip(GzEncoder::new(file, Compression::fast()))),
            None => (name.as_ref(), Out::Plain(file)),
        };
        if name.ends_with(".ndjson") {
            return Ok(Sheet {
                columns,
                form: Form::Ndjson(out),
            });
        }
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(columns)?;
        Ok(Sheet {
            columns,
            form: Form::Csv(Box::new(writer)),
        })
    }

    /// Writes a row: one cell for each column, in their order.
    pub(super) fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        debug_assert_eq!(cells.len(), self.columns.len());
        match &mut self.form {
            Form::Csv(writer) => {
                for cell in cells {
                    match cell {
                        Cell::None => writer.write_field("")?,
                        Cell::Text(text) | Cell::Number(text) => writer.write_field(text)?,
                        Cell::Whole(count) => writer.write_field(count.to_string())?,
                        Cell::Flag(flag) => {
                            writer.write_field(if *flag { "true" } else { "false" })?;
                        }
                        Cell::Day(day) => writer.write_field(day.to_string())?,
                    }
                }
                writer.write_record(None::<&[u8]>)?;
                Ok(())
            }
            Form::Ndjson(out) => write_object(out, self.columns, cells),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self.form {
            Form::Csv(writer) => writer
                .into_inner()
                .map_err(csv::IntoInnerError::into_error)?
                .finish(),
            Form::Ndjson(out) => out.finish(),
        }
    }
}

/// One object on one line; what is none is left out.
fn write_object(out: &mut Out, columns: &[&str], cells: &[Cell<'_>]) -> io::Result<()> {
    let mut separator = "{";
    for (column, cell) in columns.iter().zip(cells) {
        if matches!(cell, Cell::None) {
            continue;
        }
        write!(out, "{separator}\"{column}\":")?;
        separator = ",";
        match cell {
            Cell::None => {}
            Cell::Text(text) => serde_json::to_writer(&mut *out, text)?,
            Cell::Number(text) => out.write_all(text.as_bytes())?,
            Cell::Whole(count) => write!(out, "{count}")?,
            Cell::Flag(flag) => write!(out, "{flag}")?,
            Cell::Day(day) => write!(out, "\"{day}\"")?,
        }
    }
    out.write_all(b"}\n")
}

/// Where the bytes go. The gzip header carries no time, so that the same rows are the same bytes.
#[derive(Debug)]
enum Out {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
}

impl Out {
    fn finish(self) -> io::Result<()> {
        match self {
            Out::Plain(mut file) => file.flush(),
            Out::Gzip(encoder) => encoder.finish()?.flush(),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Plain(file) => file.write(bytes),
            Out::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Plain(file) => file.flush(),
            Out::Gzip(encoder) => encoder.flush(),
        }
    }
}
