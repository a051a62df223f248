//! Writes small files of each format and reads them back.

use std::{io::Write, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch, StringArray},
    datatypes::{Field, Schema},
};
use parquet::{arrow::ArrowWriter, file::properties::WriterProperties};
use peerband_intake::{
    Compression, Dataset, Format, Limits, Problem, ReadError, Reject, Row, RowVisitor, Source,
    Stop, Summary, read,
};

/// What came out of a file. Rows as text, with the personal ids that their debug form hides.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) rows: Vec<(u64, String)>,
    pub(crate) rejects: Vec<(u64, &'static str, String, String)>,
    pub(crate) stop_after: Option<usize>,
    pub(crate) bytes_read: u64,
}

impl Got {
    pub(crate) fn reject(&self) -> (u64, &str, &str, &str) {
        assert_eq!(self.rejects.len(), 1, "{:?} {:?}", self.rows, self.rejects);
        let (line, column, value, reason) = &self.rejects[0];
        (*line, column, value, reason)
    }

    pub(crate) fn texts(&self) -> Vec<&str> {
        assert!(self.rejects.is_empty(), "{:?}", self.rejects);
        self.rows.iter().map(|(_, row)| row.as_str()).collect()
    }
}

impl RowVisitor for Got {
    fn row(&mut self, line: u64, row: Row<'_>) -> Result<(), Stop> {
        let person = match row {
            Row::Usage(row) => row.user_id.as_str(),
            Row::Certifications(row) => row.person_id.as_str(),
            _ => "",
        };
        self.rows.push((line, format!("{person} {row:?}")));
        if self.stop_after == Some(self.rows.len()) {
            Err(Stop)
        } else {
            Ok(())
        }
    }

    fn reject(&mut self, reject: Reject) -> Result<(), Stop> {
        self.rejects
            .push((reject.line, reject.column, reject.value, reject.reason));
        Ok(())
    }

    fn progress(&mut self, bytes_read: u64) {
        assert!(bytes_read >= self.bytes_read);
        self.bytes_read = bytes_read;
    }
}

pub(crate) fn try_read_into(
    got: &mut impl RowVisitor,
    dataset: Dataset,
    ending: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Summary, ReadError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let Source {
        format,
        compression,
        ..
    } = Source::from_path(format!("x.{ending}")).unwrap();
    let source = Source {
        path: file.path().to_owned(),
        format,
        compression,
        name: format!("sent.{ending}"),
    };
    read(&source, dataset, limits, got)
}

pub(crate) fn try_read(
    dataset: Dataset,
    ending: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Got, ReadError> {
    let mut got = Got::default();
    let summary = try_read_into(&mut got, dataset, ending, bytes, limits)?;
    assert_eq!(
        (summary.rows, summary.rejects),
        (got.rows.len() as u64, got.rejects.len() as u64)
    );
    assert_eq!(
        (summary.bytes_read, got.bytes_read),
        (bytes.len() as u64, bytes.len() as u64)
    );
    Ok(got)
}

pub(crate) fn read_bytes(dataset: Dataset, ending: &str, bytes: impl AsRef<[u8]>) -> Got {
    try_read(dataset, ending, bytes.as_ref(), &Limits::default()).unwrap()
}

/// The problem that a file as a whole has, after its message has been found to name the file.
pub(crate) fn problem(
    dataset: Dataset,
    ending: &str,
    bytes: impl AsRef<[u8]>,
    limits: &Limits,
) -> Problem {
    let error = try_read(dataset, ending, bytes.as_ref(), limits).unwrap_err();
    assert!(
        error.to_string().starts_with(&format!("sent.{ending}: ")),
        "{error}"
    );
    match error {
        ReadError::File { problem, .. } => problem,
        ReadError::Stopped => panic!("stopped"),
    }
}

/// Rows as text by column; an empty text is none.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn csv(&self) -> Vec<u8> {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut lines = vec![self.columns.join(",")];
        lines.extend(self.rows.iter().map(|row| {
            row.iter()
                .map(|text| quoted(text))
                .collect::<Vec<_>>()
                .join(",")
        }));
        (lines.join("\r\n") + "\r\n").into_bytes()
    }

    /// Numbers and flags bare where `typed` and where they look like it, else everything as strings.
    pub(crate) fn ndjson(&self, typed: bool) -> Vec<u8> {
        let mut lines = String::new();
        for row in &self.rows {
            let cells = self.columns.iter().zip(row).map(|(column, text)| {
                let bare = text.parse::<f64>().is_ok() || matches!(text.as_str(), "true" | "false");
                let value = match text.as_str() {
                    "" => "null".to_owned(),
                    text if typed && bare => text.to_owned(),
                    text => serde_json::to_string(text).unwrap(),
                };
                format!("{column:?}: {value}")
            });
            lines += &format!("{{{}}}\n", cells.collect::<Vec<_>>().join(", "));
        }
        lines.into_bytes()
    }

    /// All columns as text.
    pub(crate) fn parquet(&self) -> Vec<u8> {
        self.parquet_with(None)
    }

    pub(crate) fn parquet_with(&self, properties: Option<WriterProperties>) -> Vec<u8> {
        let columns = self.columns.iter().enumerate().map(|(position, column)| {
            let values = self
                .rows
                .iter()
                .map(|row| Some(row[position].as_str()).filter(|text| !text.is_empty()));
            (
                *column,
                Arc::new(values.collect::<StringArray>()) as ArrayRef,
            )
        });
        parquet_of(&columns.collect::<Vec<_>>(), properties)
    }
}

pub(crate) fn parquet_of(
    columns: &[(&str, ArrayRef)],
    properties: Option<WriterProperties>,
) -> Vec<u8> {
    let fields = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, properties).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

pub(crate) fn pack(bytes: &[u8], compression: Compression) -> Vec<u8> {
    match compression {
        Compression::None => bytes.to_vec(),
        Compression::Gzip => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstd => zstd::encode_all(bytes, 1).unwrap(),
    }
}

pub(crate) const PACKINGS: [(&str, Compression); 3] = [
    ("", Compression::None),
    (".gz", Compression::Gzip),
    (".zst", Compression::Zstd),
];

/// One row of a dataset in DATA.md's order of columns, everything given.
pub(crate) fn full_row(dataset: Dataset) -> Table {
    let row: &[&str] = match dataset {
        Dataset::Products => &["p", "Mail, \"the\" product"],
        Dataset::Workloads => &["w", "p", "Mail"],
        Dataset::Locations => &["FR", "europe", "France"],
        Dataset::Partners => &["P 1", "Äcker & Söhne", "DE", "reseller", "gold", "g"],
        Dataset::Customers => &["c", "FR", "Kund\u{00e9}"],
        Dataset::Exams => &["e", "w", "2025-01-01"],
        Dataset::FxRates => &["EUR", "2025-01-01", "1.089425"],
        Dataset::Associations => &["c", "P 1", "DPOR", "w", "2025-01-01", "2025-02-01"],
        Dataset::Revenue => &[
            "42",
            "c",
            "p",
            "w",
            "EA",
            "2025-01-01",
            "-12.3400",
            "USD",
            "false",
        ],
        Dataset::SeatChanges => &["e1", "c", "p", "w", "CSP", "2025-01-01", "3", "0", "true"],
        Dataset::Subscriptions => &["s", "c", "p", "w", "grace", "12", "2025-01-01"],
        Dataset::Usage => &["c", "ann@example.com", "p", "w", "2025-01-01"],
        Dataset::Instances => &["c", "p", "w", "0", "2025-01-01"],
        Dataset::Surveys => &["r", "c", "p", "w", "2025-01-01", "10"],
        Dataset::Certifications => &["ann", "P 1", "e", "2025-01-01", "9999-12-31"],
    };
    let columns = dataset.columns().iter().map(|column| column.name).collect();
    Table {
        columns,
        rows: vec![row.iter().map(|text| (*text).to_owned()).collect()],
    }
}

/// The full row with one column's value changed.
pub(crate) fn row_with(dataset: Dataset, column: &str, value: &str) -> Table {
    let mut table = full_row(dataset);
    let position = table
        .columns
        .iter()
        .position(|known| *known == column)
        .unwrap();
    value.clone_into(&mut table.rows[0][position]);
    table
}

/// The bytes of a table in a format.
pub(crate) fn written(table: &Table, format: Format) -> (&'static str, Vec<u8>) {
    match format {
        Format::Csv => ("csv", table.csv()),
        Format::Ndjson => ("ndjson", table.ndjson(false)),
        Format::Parquet => ("parquet", table.parquet()),
    }
}

pub(crate) const FORMATS: [Format; 3] = [Format::Csv, Format::Ndjson, Format::Parquet];
