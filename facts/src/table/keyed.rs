//! The datasets whose rows have a key, by which a later row hides an earlier one. All but usage.

use arrow::array::ArrayRef;
use kernel::Day;
use parquet::errors::ParquetError;

use super::{Chunk, EncodeJob, Span, Unnamed};
use crate::block::Block;
use crate::column::{Column, Kind, Ordinal};
use crate::dataset::Dataset;
use crate::encode::encode;
use crate::error::Error;
use crate::row::{
    CertificationRow, FactRow, InstancesRow, Record, RevenueRow, SeatChangeRow, StoredRow,
    SubscriptionRow, SurveyRow, UsageRow,
};
use crate::scan::Sink;
use crate::store::Sizes;

/// The column that every keyed file has after those of its rows.
pub(crate) const ORDINAL: &str = "ordinal";

/// A row that hides, and is hidden by, others of its key.
pub(super) trait Keyed: Record + TryFrom<FactRow> + Into<FactRow> + std::fmt::Debug {
    const DATASET: Dataset;
    type Key: Key;

    fn key(&self) -> Self::Key;
    /// A number that rows of one key share, and others seldom do.
    fn mark(&self) -> u64;
    /// Rows of a file stand in this order: by what is read together, and then by what lies close together or stands in the
    /// same order in other files.
    fn order(&self) -> (u32, u32);
    /// 0 where there is none.
    fn customer(&self) -> u32;
    fn day(&self) -> Day;
}

/// A key by which a row hides another.
pub(super) trait Key: Eq {
    fn mark(&self) -> u64;
}

impl Key for u128 {
    fn mark(&self) -> u64 {
        // A hash, any part of which is as good as another.
        *self as u64
    }
}

impl Key for (u128, Day) {
    fn mark(&self) -> u64 {
        self.0.mark() ^ spread(self.1.0 as u64)
    }
}

impl Key for (u128, u32, Day) {
    fn mark(&self) -> u64 {
        (self.0, self.2).mark() ^ spread(spread(self.1.into()))
    }
}

impl Key for (u32, u32, Day) {
    fn mark(&self) -> u64 {
        let place = u64::from(self.0) << 32 | u64::from(self.1);
        spread(spread(place) ^ self.2.0 as u64)
    }
}

fn spread(number: u64) -> u64 {
    (number ^ number >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Days in their order: as they are, those before 1970 would come last.
fn ordered(day: Day) -> u32 {
    day.0.cast_unsigned() ^ 1 << 31
}

macro_rules! keyed {
    ($($row:ty: $dataset:ident, $key:ty = |$of:ident| $value:expr, $customer:expr, $first:ident, $then:expr, $day:ident;)+) => {$(
        impl Keyed for $row {
            const DATASET: Dataset = Dataset::$dataset;
            type Key = $key;

            fn key(&self) -> $key {
                let $of = self;
                $value
            }

            fn mark(&self) -> u64 {
                self.key().mark()
            }

            fn order(&self) -> (u32, u32) {
                let then: fn(&$row) -> u32 = $then;
                (self.$first, then(self))
            }

            fn customer(&self) -> u32 {
                let customer: fn(&$row) -> u32 = $customer;
                customer(self)
            }

            fn day(&self) -> Day {
                self.$day
            }
        }
    )+};
}

keyed! {
    RevenueRow: Revenue, u128 = |row| row.key,
        |row| row.customer, customer, |row| ordered(row.occurred_on), occurred_on;
    SeatChangeRow: SeatChanges, u128 = |row| row.key,
        |row| row.customer, customer, |row| ordered(row.occurred_on), occurred_on;
    SubscriptionRow: Subscriptions, (u128, Day) = |row| (row.subscription, row.observed_on),
        |row| row.customer, customer, |row| (row.subscription >> 96) as u32, observed_on;
    InstancesRow: Instances, (u32, u32, Day) = |row| (row.customer, row.offering, row.observed_on),
        |row| row.customer, customer, |row| ordered(row.observed_on), observed_on;
    SurveyRow: Surveys, u128 = |row| row.key,
        |row| row.customer, customer, |row| ordered(row.responded_on), responded_on;
    CertificationRow: Certifications, (u128, u32, Day) = |row| (row.person, row.exam, row.passed_on),
        |_| 0, partner, |row| ordered(row.passed_on), passed_on;
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Sent<R> {
    pub(super) ordinal: u32,
    pub(super) row: R,
}

/// The columns of a file of them.
pub(super) fn columns<R: Keyed>() -> Vec<Column> {
    let mut columns = R::columns();
    columns.push(Ordinal::column(ORDINAL));
    columns
}

/// One array for each of [`columns`].
pub(super) fn arrays<R: Keyed>(rows: &[Sent<R>]) -> Vec<ArrayRef> {
    let mut arrays = R::arrays(rows.iter().map(|sent| &sent.row));
    arrays.push(Ordinal::build(rows.iter().map(|sent| sent.ordinal)));
    arrays
}

/// All rows of a block that was decoded with all columns.
pub(super) fn read<R: Keyed>(block: &Block<'_>) -> Result<Vec<Sent<R>>, Error> {
    let ordinals = block.column::<Ordinal>(ORDINAL)?;
    let sent = |(at, row)| {
        let ordinal = ordinals.get(at)?;
        Ok(Sent { ordinal, row })
    };
    R::read(block)?.into_iter().enumerate().map(sent).collect()
}

#[derive(Debug)]
pub(super) struct KeyedChunk<R> {
    rows: Vec<Sent<R>>,
}

impl<R> Default for KeyedChunk<R> {
    fn default() -> KeyedChunk<R> {
        KeyedChunk { rows: Vec::new() }
    }
}

impl<R: Keyed> Chunk for KeyedChunk<R> {
    fn push(&mut self, ordinal: u32, row: FactRow) -> Result<(), Error> {
        let dataset = row.dataset();
        let row = R::try_from(row).map_err(|_| Error::WrongDataset {
            row: dataset,
            batch: R::DATASET,
        })?;
        if row.customer() == u32::MAX {
            return Err(Error::CustomerTooLarge(u32::MAX));
        }
        self.rows.push(Sent { ordinal, row });
        Ok(())
    }

    fn push_usage(&mut self, _rows: &[UsageRow]) -> Result<(), Error> {
        Err(Error::WrongDataset {
            row: Dataset::Usage,
            batch: R::DATASET,
        })
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn take(&mut self) -> EncodeJob {
        let rows = std::mem::take(&mut self.rows);
        Box::new(move |sizes| encode_rows(rows, sizes))
    }
}

fn encode_rows<R: Keyed>(rows: Vec<Sent<R>>, sizes: Sizes) -> Result<Vec<Unnamed>, ParquetError> {
    let sorted = in_order(&rows);
    // Gone before anything is encoded.
    drop(rows);
    let rows = sorted;
    let Some(span) = Span::of(
        rows.iter()
            .map(|sent| (sent.row.customer(), sent.row.day(), sent.row.day())),
    ) else {
        return Ok(Vec::new());
    };
    let columns = columns::<R>();
    let encoded = encode(&columns, rows.len(), sizes.row_group_rows, |range| {
        arrays(&rows[range])
    })?;
    Ok(vec![Unnamed {
        encoded,
        month: None,
        rows: rows.len(),
        span,
    }])
}

/// The rows that are not hidden by a later one, as a file has them. A row hidden within its own chunk stays hidden
/// whatever happens to other batches: it is left out here, so that no file holds a key twice.
///
/// What is sorted are numbers that name the rows: rows are large, and each is moved once.
fn in_order<R: Keyed>(rows: &[Sent<R>]) -> Vec<Sent<R>> {
    let mark = |(at, sent): (usize, &Sent<R>)| u128::from(sent.row.mark()) << 32 | at as u128;
    let mut by_mark: Vec<u128> = rows.iter().enumerate().map(mark).collect();
    by_mark.sort_unstable();
    let row_at = |number: &u128| &rows[*number as u32 as usize];
    let mut order = Vec::with_capacity(rows.len());
    for same in by_mark.chunk_by(|a, b| a >> 32 == b >> 32) {
        // Nearly always one row. Of several the later hides those of its key before it.
        for (at, number) in same.iter().enumerate() {
            let sent = row_at(number);
            let key = sent.row.key();
            let is_hidden = |later: &u128| row_at(later).row.key() == key;
            if !same[at + 1..].iter().any(is_hidden) {
                let (first, then) = sent.row.order();
                let order_of = u128::from(first) << 64 | u128::from(then) << 32;
                order.push(order_of | *number & u128::from(u32::MAX));
            }
        }
    }
    order.sort_unstable();
    order.iter().map(|number| *row_at(number)).collect()
}

/// Everything a keyed file holds.
pub(super) struct AllRows<R> {
    pub(super) rows: Vec<StoredRow>,
    kind: std::marker::PhantomData<R>,
}

impl<R> Default for AllRows<R> {
    fn default() -> AllRows<R> {
        AllRows {
            rows: Vec::new(),
            kind: std::marker::PhantomData,
        }
    }
}

impl<R: Keyed> Sink for AllRows<R> {
    const COLUMNS: &'static [&'static str] = &[];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        let stored = |sent: Sent<R>| StoredRow {
            ordinal: Some(sent.ordinal),
            row: sent.row.into(),
        };
        self.rows.extend(read(block)?.into_iter().map(stored));
        Ok(())
    }
}
