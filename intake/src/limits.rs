//! How much of everything one file may hold. SAFETY.md, "Hostile files".

/// The bounds that [`read`](crate::read()) holds a file to. The defaults are far above what honest senders need and low
/// enough that memory stays bounded whatever is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The file as it lies on disk.
    pub file_bytes: u64,
    /// Rows, rejected ones included.
    pub rows: u64,
    /// Columns of a CSV header or a Parquet schema.
    pub columns: usize,
    /// One value. A longer one rejects its row.
    pub field_bytes: usize,
    /// One NDJSON line or one CSV record with all its quoted lines.
    pub line_bytes: usize,
    /// Unpacked bytes for one packed byte, asked once more than 1 MiB has come out.
    pub decompression_ratio: u64,
    /// The largest pages of all columns of a Parquet row group together, unpacked: what is held at once.
    pub page_bytes: u64,
    /// A Parquet footer.
    pub footer_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 16 << 30,
            rows: 2_000_000_000,
            columns: 100,
            field_bytes: 10_000,
            line_bytes: 1 << 20,
            decompression_ratio: 100,
            page_bytes: 256 << 20,
            footer_bytes: 16 << 20,
        }
    }
}
