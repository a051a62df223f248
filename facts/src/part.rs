//! Row groups of a file: which of them are wanted, where their bytes lie, and how they come to be decoded.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use crate::batches::BATCH;
use crate::block::Blocks;
use crate::buffers::Buffers;
use crate::column::{Customer, Opened};
use crate::error::Error;
use crate::file::FileRef;
use crate::footer::Footer;
use crate::scan::ALL_CUSTOMERS;
use crate::sparse::{Chunk, Sparse};
use crate::store::FactStore;
use crate::table::ORDINAL;

/// Customers that are decoded together where it is looked for whose rows are wanted.
const CUSTOMERS_TOGETHER: usize = 16 * 1024;

impl FactStore {
    /// The row groups of a file that may hold any of these customers, gathered to parts of so many rows.
    pub(crate) async fn plan(
        &self,
        file: FileRef,
        customers: Range<u32>,
        names: &[&str],
        part_rows: u64,
    ) -> Result<Vec<Part>, Error> {
        let footer = self.footer(&file).await?;
        let schema = footer.metadata.parquet_schema();
        // Whoever asks for a row's place in its batch must know which batch that is.
        let needs_batch = names.contains(&ORDINAL) || file.has_withdrawn();
        let is_wanted =
            |name: &str| names.is_empty() || names.contains(&name) || needs_batch && name == BATCH;
        let columns: Vec<usize> = (0..schema.num_columns())
            .filter(|at| is_wanted(schema.column(*at).name()))
            .collect();
        let groups = if customers == ALL_CUSTOMERS {
            0..footer.row_groups().len()
        } else {
            footer.row_groups_of(&customers)
        };
        let mut parts: Vec<Part> = Vec::new();
        let mut row = 0;
        for (group, meta) in footer.row_groups().iter().enumerate() {
            let rows = meta.num_rows().unsigned_abs();
            if groups.contains(&group) {
                match parts.last_mut() {
                    Some(part) if row + rows - part.first_row <= part_rows => {
                        part.groups.end = group + 1;
                    }
                    _ => parts.push(Part {
                        file: file.clone(),
                        customers: customers.clone(),
                        footer: footer.clone(),
                        columns: columns.clone(),
                        groups: group..group + 1,
                        first_row: row,
                        chunks: Vec::new(),
                    }),
                }
            }
            row += rows;
        }
        Ok(parts)
    }

    /// Fetches what is to be decoded, unless it lies in a local file.
    pub(crate) async fn fetch(self, mut part: Part) -> Result<Part, Error> {
        if !self.is_local() {
            let fetched = self.ranges(&part.file, &part.ranges()).await?;
            part.set_chunks(fetched);
        }
        Ok(part)
    }
}

/// Row groups of a file that stand together there.
pub(crate) struct Part {
    file: FileRef,
    /// Those that are wanted. Others stand before and after them.
    customers: Range<u32>,
    footer: Arc<Footer>,
    columns: Vec<usize>,
    groups: Range<usize>,
    first_row: u64,
    /// Of each row group and column, once fetched.
    chunks: Vec<Chunk>,
}

impl Part {
    /// Where each row group and column lies, and its checksum.
    fn wanted(&self) -> impl Iterator<Item = (Range<u64>, u32)> {
        let columns = |group| self.columns.iter().map(move |column| (group, *column));
        let wanted = self.groups.clone().flat_map(columns);
        wanted.map(|(group, column)| self.footer.chunk(group, column))
    }

    fn ranges(&self) -> Vec<Range<u64>> {
        self.wanted().map(|(range, _)| range).collect()
    }

    /// Has the system read what will be decoded soon, if it lies in a local file.
    pub(crate) fn announce(&self, store: &FactStore) -> Result<(), Error> {
        if let Some(path) = store.local_path(&self.file)? {
            Buffers::announce(&path, &self.ranges());
        }
        Ok(())
    }

    fn set_chunks(&mut self, fetched: Vec<Bytes>) {
        let chunks = self.wanted().zip(fetched);
        let chunks = chunks.map(|((range, checksum), bytes)| Chunk {
            start: range.start,
            bytes,
            checksum,
        });
        self.chunks = chunks.collect();
    }

    /// Ready to be decoded, so many rows at a time. To be called from a thread that may block.
    pub(crate) fn open(mut self, store: &FactStore, block_rows: usize) -> Result<Blocks, Error> {
        if let Some(path) = store.local_path(&self.file)? {
            let read = store.local_ranges(&self.file, &path, &self.ranges())?;
            self.set_chunks(read);
        }
        let damaged = |error: ParquetError| Error::damaged(&self.file.path, error);
        for chunk in &self.chunks {
            if crc32fast::hash(&chunk.bytes) != chunk.checksum {
                return Err(Error::damaged(
                    &self.file.path,
                    "a column does not match its checksum",
                ));
            }
        }
        let input = Sparse::new(self.file.bytes, std::mem::take(&mut self.chunks));
        // A decoder that panics over bytes it does not understand is one more way to find a file damaged.
        let rows = catch_unwind(AssertUnwindSafe(|| self.wanted_rows(&input)))
            .map_err(|_| Error::damaged(&self.file.path, "it could not be decoded"))?
            .map_err(damaged)?;
        let reader = (self.reader(input, self.groups.clone(), &self.columns))
            .with_offset(rows.start)
            .with_limit(rows.len())
            .with_batch_size(block_rows)
            .build()
            .map_err(damaged)?;
        let first_row = self.first_row + rows.start as u64;
        Ok(Blocks::new(self.file, reader, first_row))
    }

    fn reader(
        &self,
        input: Sparse,
        groups: Range<usize>,
        columns: &[usize],
    ) -> ParquetRecordBatchReaderBuilder<Sparse> {
        let metadata = self.footer.metadata.clone();
        let columns = columns.iter().copied();
        let projection = ProjectionMask::leaves(metadata.parquet_schema(), columns);
        ParquetRecordBatchReaderBuilder::new_with_metadata(input, metadata)
            .with_projection(projection)
            .with_row_groups(groups.collect())
    }

    /// The rows of the wanted customers among those of the part. What row groups hold of others need not be decoded for
    /// it, but the customers themselves.
    fn wanted_rows(&self, input: &Sparse) -> Result<Range<usize>, ParquetError> {
        let rows_of =
            |group: usize| self.footer.row_groups()[group].num_rows().unsigned_abs() as usize;
        let rows: usize = self.groups.clone().map(rows_of).sum();
        let (first, last) = (self.groups.start, self.groups.end.saturating_sub(1));
        let may_begin_before = |(from, _): (u32, u32)| from < self.customers.start;
        let may_end_after = |(_, to): (u32, u32)| to >= self.customers.end;
        let of_first = self
            .footer
            .customers_of(first)
            .is_some_and(may_begin_before);
        let of_last = self.footer.customers_of(last).is_some_and(may_end_after);
        if self.customers == ALL_CUSTOMERS || !(of_first || of_last) {
            return Ok(0..rows);
        }
        let ends = [
            (of_first, first, self.customers.start),
            (of_last, last, self.customers.end),
        ];
        let mut of_group: Option<(usize, Vec<u32>)> = None;
        let mut places = [0, rows];
        for (place, (is_needed, group, customer)) in places.iter_mut().zip(ends) {
            if !is_needed {
                continue;
            }
            let customers = match of_group.take() {
                Some((of, customers)) if of == group => customers,
                _ => self.customers_of(input, group)?,
            };
            let before = customers.partition_point(|one| *one < customer);
            *place = if group == first {
                before
            } else {
                rows - rows_of(group) + before
            };
            of_group = Some((group, customers));
        }
        Ok(places[0]..places[1].max(places[0]))
    }

    fn customers_of(&self, input: &Sparse, group: usize) -> Result<Vec<u32>, ParquetError> {
        let schema = self.footer.metadata.parquet_schema();
        let column = (0..schema.num_columns()).find(|at| schema.column(*at).name() == "customer");
        let columns: Vec<usize> = column.into_iter().collect();
        let reader = self.reader(input.clone(), group..group + 1, &columns);
        let mut customers = Vec::new();
        for batch in reader.with_batch_size(CUSTOMERS_TOGETHER).build()? {
            let batch = batch?;
            let opened: Opened<'_, Customer> = Opened::new(&batch, "customer", &self.file.path)
                .map_err(|error| ParquetError::External(Box::new(error)))?;
            customers.extend_from_slice(opened.array.values());
        }
        Ok(customers)
    }
}
