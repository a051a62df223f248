//! Merging sorted files: of each input a block of rows is held, of what is written one file at most.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::VecDeque;
use std::collections::binary_heap::PeekMut;
use std::ops::ControlFlow;

use arrow::array::ArrayRef;
use kernel::{Day, Month};
use tokio::runtime::Handle;

use super::keyed::{self, Sent};
use super::{Span, Unnamed};
use crate::batches::{BATCH, BatchRows, FileBatches};
use crate::block::{Block, Blocks};
use crate::column::{Column, Id, Kind};
use crate::dataset::Dataset;
use crate::encode::Encoder;
use crate::error::Error;
use crate::part::Part;
use crate::row::{
    CertificationRow, InstancesRow, RevenueRow, SeatChangeRow, SubscriptionRow, SurveyRow,
    UsageMonthRow,
};
use crate::store::{FactStore, Sizes};

/// The rows of an input that are decoded together.
const BLOCK_ROWS: usize = 4 * 1024;

/// A row that has a place among others of its file.
pub(super) trait Mergeable: Copy + Send + 'static {
    type Order: Ord + Copy;

    fn order(&self) -> Self::Order;
    /// Its customer, and its first and last day.
    fn span(&self) -> (u32, Day, Day);
    /// Where files are split by month.
    fn month(&self) -> Option<Month>;
    fn columns() -> Vec<Column>;
    fn arrays(rows: &[Self]) -> Vec<ArrayRef>;
    /// All rows of a block that was decoded with all columns.
    fn read(block: &Block<'_>) -> Result<Vec<Self>, Error>;
}

/// Files to be merged.
pub(crate) struct Job {
    pub(crate) store: FactStore,
    /// The parts of each input, none of them fetched, and its batches.
    pub(crate) inputs: Vec<(Vec<Part>, FileBatches)>,
    /// The places of all their batches in the commit order, in order: a batch's number in each merged file.
    pub(crate) sequences: Vec<u64>,
    pub(crate) runtime: Handle,
}

/// A file of a merge, and the batches that its rows are of.
pub(crate) struct Merged {
    pub(crate) file: Unnamed,
    pub(crate) batches: Vec<Option<BatchRows>>,
}

/// Where merged files go, and whether to go on after so many more rows. To break off is an error of the taker's.
pub(crate) trait Taker {
    fn take(&mut self, merged: Merged) -> ControlFlow<()>;
    fn merged_rows(&mut self, rows: u64) -> ControlFlow<()>;
}

/// Merges in this thread, which may block.
pub(crate) fn merge(dataset: Dataset, job: Job, taker: &mut impl Taker) -> Result<(), Error> {
    match dataset {
        Dataset::Revenue => merge_rows::<Sent<RevenueRow>>(job, taker),
        Dataset::SeatChanges => merge_rows::<Sent<SeatChangeRow>>(job, taker),
        Dataset::Subscriptions => merge_rows::<Sent<SubscriptionRow>>(job, taker),
        Dataset::Usage => merge_rows::<UsageMonthRow>(job, taker),
        Dataset::Instances => merge_rows::<Sent<InstancesRow>>(job, taker),
        Dataset::Surveys => merge_rows::<Sent<SurveyRow>>(job, taker),
        Dataset::Certifications => merge_rows::<Sent<CertificationRow>>(job, taker),
    }
}

fn merge_rows<M: Mergeable>(job: Job, taker: &mut impl Taker) -> Result<(), Error> {
    let sizes = job.store.sizes;
    let mut sources: Vec<Source<M>> = Vec::with_capacity(job.inputs.len());
    let mut heads = BinaryHeap::with_capacity(job.inputs.len());
    for (at, (parts, batches)) in job.inputs.into_iter().enumerate() {
        let mut source = Source {
            store: job.store.clone(),
            parts: parts.into(),
            blocks: None,
            rows: Vec::new(),
            numbers: Vec::new(),
            at: 0,
            renumbered: renumbered(&batches, &job.sequences),
        };
        source.fill(&job.runtime)?;
        heads.extend(source.order().map(|order| Reverse((order, at))));
        sources.push(source);
    }
    let mut output = Output::<M>::new(sizes, &job.sequences);
    while let Some(mut head) = heads.peek_mut() {
        let source = &mut sources[head.0.1];
        if output.push(source.rows[source.at], source.numbers[source.at], taker)? {
            return Err(Error::Stopped);
        }
        source.at += 1;
        if source.at == source.rows.len() {
            source.fill(&job.runtime)?;
        }
        match source.order() {
            Some(order) => head.0.0 = order,
            None => {
                PeekMut::pop(head);
            }
        }
    }
    if output.finish(taker)? {
        return Err(Error::Stopped);
    }
    Ok(())
}

/// The number in a merged file for each number of an input.
fn renumbered(batches: &FileBatches, sequences: &[u64]) -> Vec<u32> {
    let number = |sequence| sequences.partition_point(|one| *one < sequence) as u32;
    match batches {
        FileBatches::One(sequence) => vec![number(*sequence)],
        // Rows of batches that are withdrawn are not read.
        FileBatches::Several(batches) => batches
            .iter()
            .map(|batch| batch.map_or(u32::MAX, |batch| number(batch.sequence)))
            .collect(),
    }
}

/// One input.
struct Source<M> {
    store: FactStore,
    parts: VecDeque<Part>,
    blocks: Option<Blocks>,
    rows: Vec<M>,
    /// The number of each row's batch in the merged file.
    numbers: Vec<u32>,
    at: usize,
    renumbered: Vec<u32>,
}

impl<M: Mergeable> Source<M> {
    fn order(&self) -> Option<M::Order> {
        self.rows.get(self.at).map(Mergeable::order)
    }

    /// Decodes the next block that has rows.
    fn fill(&mut self, runtime: &Handle) -> Result<(), Error> {
        self.rows.clear();
        self.numbers.clear();
        self.at = 0;
        while self.rows.is_empty() {
            let Some(blocks) = &mut self.blocks else {
                let Some(part) = self.parts.pop_front() else {
                    return Ok(());
                };
                let part = runtime.block_on(self.store.clone().fetch(part))?;
                self.blocks = Some(part.open(&self.store, BLOCK_ROWS)?);
                continue;
            };
            let (rows, numbers, renumbered) = (&mut self.rows, &mut self.numbers, &self.renumbered);
            let more = blocks.next(|block| {
                *rows = M::read(block)?;
                let batches = block.batches()?;
                for at in 0..block.len() {
                    let number = renumbered.get(batches.number(at)? as usize).copied();
                    // Read rows are of batches that count.
                    numbers.push(number.unwrap_or(u32::MAX));
                }
                Ok(())
            })?;
            if !more {
                self.blocks = None;
            }
        }
        Ok(())
    }
}

/// The file under way.
struct Output<M> {
    sizes: Sizes,
    columns: Vec<Column>,
    sequences: Vec<u64>,
    /// Rows of the row group under way, and the number of the batch of each.
    rows: Vec<M>,
    numbers: Vec<u32>,
    encoder: Option<Encoder>,
    /// Of the row groups before.
    encoded_rows: usize,
    span: Option<Span>,
    month: Option<Month>,
    /// By number of the batch.
    counts: Vec<u64>,
}

impl<M: Mergeable> Output<M> {
    fn new(sizes: Sizes, sequences: &[u64]) -> Output<M> {
        let mut columns = M::columns();
        columns.push(Id::column(BATCH));
        Output {
            sizes,
            columns,
            sequences: sequences.to_vec(),
            rows: Vec::new(),
            numbers: Vec::new(),
            encoder: None,
            encoded_rows: 0,
            span: None,
            month: None,
            counts: vec![0; sequences.len()],
        }
    }

    /// Whether the taker broke off.
    fn push(&mut self, row: M, number: u32, taker: &mut impl Taker) -> Result<bool, Error> {
        self.rows.push(row);
        self.numbers.push(number);
        if self.rows.len() < self.sizes.row_group_rows {
            return Ok(false);
        }
        let stopped = self.encode(taker)?;
        if !stopped && self.encoded_rows >= self.sizes.merged_file_rows {
            return self.finish(taker);
        }
        Ok(stopped)
    }

    /// Encodes the row group under way.
    fn encode(&mut self, taker: &mut impl Taker) -> Result<bool, Error> {
        let rows = self.rows.as_slice();
        let Some(span) = Span::of(rows.iter().map(Mergeable::span)) else {
            return Ok(false);
        };
        let span = self.span.map_or(span, |before| before.and(span));
        self.span = Some(span);
        self.month = rows[0].month();
        for number in &self.numbers {
            self.counts[*number as usize] += 1;
        }
        let mut arrays = M::arrays(rows);
        arrays.push(Id::build(self.numbers.iter().copied()));
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => none.insert(
                Encoder::new(&self.columns, self.sizes.row_group_rows).map_err(Error::Encode)?,
            ),
        };
        encoder.add(arrays).map_err(Error::Encode)?;
        let rows = rows.len();
        self.encoded_rows += rows;
        self.rows.clear();
        self.numbers.clear();
        Ok(taker.merged_rows(rows as u64).is_break())
    }

    /// Hands the file over, if it has rows.
    fn finish(&mut self, taker: &mut impl Taker) -> Result<bool, Error> {
        if self.encode(taker)? {
            return Ok(true);
        }
        let (Some(encoder), Some(span)) = (self.encoder.take(), self.span.take()) else {
            return Ok(false);
        };
        let file = Unnamed {
            encoded: encoder.finish().map_err(Error::Encode)?,
            month: self.month,
            rows: std::mem::take(&mut self.encoded_rows),
            span,
        };
        let counts = self.counts.iter_mut().map(std::mem::take);
        let batches = self.sequences.iter().copied().zip(counts);
        let batches = batches
            .map(|(sequence, rows)| (rows > 0).then_some(BatchRows { sequence, rows }))
            .collect();
        Ok(taker.take(Merged { file, batches }).is_break())
    }
}

impl<R: keyed::Keyed> Mergeable for Sent<R> {
    type Order = (u32, u32);

    fn order(&self) -> (u32, u32) {
        self.row.order()
    }

    fn span(&self) -> (u32, Day, Day) {
        (self.row.customer(), self.row.day(), self.row.day())
    }

    fn month(&self) -> Option<Month> {
        None
    }

    fn columns() -> Vec<Column> {
        keyed::columns::<R>()
    }

    fn arrays(rows: &[Sent<R>]) -> Vec<ArrayRef> {
        keyed::arrays(rows)
    }

    fn read(block: &Block<'_>) -> Result<Vec<Sent<R>>, Error> {
        keyed::read(block)
    }
}
