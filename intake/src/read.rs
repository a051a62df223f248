//! The one way in: a file of a dataset to a visitor.

use crate::{
    Dataset, Format, Limits, ReadError, RowVisitor, Source, Summary, csv, error::Halt, ndjson,
    parquet, sink::Sink,
};

/// Reads one file of a dataset and hands every row or its reject to the visitor, in the order of the file.
///
/// An error means that the file as a whole is not taken; what the visitor got before must not be kept.
pub fn read<V: RowVisitor + ?Sized>(
    source: &Source,
    dataset: Dataset,
    limits: &Limits,
    visitor: &mut V,
) -> Result<Summary, ReadError> {
    let sink = Sink::new(dataset, limits, visitor);
    let read = match source.format {
        Format::Csv => csv::read(source, sink),
        Format::Ndjson => ndjson::read(source, sink),
        Format::Parquet => parquet::read(source, sink),
    };
    read.map_err(|halt: Halt| halt.of_file(&source.name))
}
