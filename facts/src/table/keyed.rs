//! The datasets whose rows have a key, by which a later row hides an earlier one. All but usage.

use std::cmp::Reverse;

use arrow::array::ArrayRef;
use kernel::Day;
use parquet::errors::ParquetError;

use super::{Chunk, EncodeJob, Span, Unnamed};
use crate::column::{Kind, Ordinal};
use crate::dataset::Dataset;
use crate::encode::encode;
use crate::error::Error;
use crate::row::{
    CertificationRow, FactRow, InstancesRow, Record, RevenueRow, SeatChangeRow, StoredRow,
    SubscriptionRow, SurveyRow, UsageRow,
};
use crate::scan::{Block, Sink};
use crate::store::Sizes;

/// The column that every keyed file has after those of its rows.
pub(crate) const ORDINAL: &str = "ordinal";

/// A row that hides, and is hidden by, others of its key.
pub(super) trait Keyed: Record + TryFrom<FactRow> + Into<FactRow> + std::fmt::Debug {
    const DATASET: Dataset;
    type Key: Ord;

    fn key(&self) -> Self::Key;
    /// Rows of a file stand in this order.
    fn order(&self) -> (u32, Day);
    /// 0 where there is none.
    fn customer(&self) -> u32;
    fn day(&self) -> Day;
}

macro_rules! keyed {
    ($($row:ty: $dataset:ident, $key:ty = |$of:ident| $value:expr, $customer:expr, $first:ident, $day:ident;)+) => {$(
        impl Keyed for $row {
            const DATASET: Dataset = Dataset::$dataset;
            type Key = $key;

            fn key(&self) -> $key {
                let $of = self;
                $value
            }

            fn order(&self) -> (u32, Day) {
                (self.$first, self.$day)
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
    RevenueRow: Revenue, u128 = |row| row.key, |row| row.customer, customer, occurred_on;
    SeatChangeRow: SeatChanges, u128 = |row| row.key, |row| row.customer, customer, occurred_on;
    SubscriptionRow: Subscriptions, (u128, Day) = |row| (row.subscription, row.observed_on),
        |row| row.customer, customer, observed_on;
    InstancesRow: Instances, (u32, u32, Day) = |row| (row.customer, row.offering, row.observed_on),
        |row| row.customer, customer, observed_on;
    SurveyRow: Surveys, u128 = |row| row.key, |row| row.customer, customer, responded_on;
    CertificationRow: Certifications, (u128, u32, Day) = |row| (row.person, row.exam, row.passed_on),
        |_| 0, partner, passed_on;
}

#[derive(Clone, Copy, Debug)]
struct Sent<R> {
    ordinal: u32,
    row: R,
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

fn encode_rows<R: Keyed>(
    mut rows: Vec<Sent<R>>,
    sizes: Sizes,
) -> Result<Vec<Unnamed>, ParquetError> {
    // A row hidden within its own chunk stays hidden whatever happens to other batches: it is left out here, so that
    // no file holds a key twice.
    rows.sort_unstable_by_key(|sent| (sent.row.key(), Reverse(sent.ordinal)));
    rows.dedup_by(|later, kept| later.row.key() == kept.row.key());
    rows.sort_unstable_by_key(|sent| (sent.row.order(), sent.ordinal));
    let Some(span) = Span::of(
        rows.iter()
            .map(|sent| (sent.row.customer(), sent.row.day(), sent.row.day())),
    ) else {
        return Ok(Vec::new());
    };
    let mut columns = R::columns();
    columns.push(Ordinal::column(ORDINAL));
    let encoded = encode(&columns, rows.len(), sizes.row_group_rows, |range| {
        let rows = &rows[range];
        let mut arrays: Vec<ArrayRef> = R::arrays(rows.iter().map(|sent| &sent.row));
        arrays.push(Ordinal::build(rows.iter().map(|sent| sent.ordinal)));
        arrays
    })?;
    Ok(vec![Unnamed {
        encoded,
        month: None,
        rows: rows.len(),
        span,
    }])
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
        let ordinals = block.column::<Ordinal>(ORDINAL)?;
        for (at, row) in R::read(block)?.into_iter().enumerate() {
            self.rows.push(StoredRow {
                ordinal: Some(ordinals.get(at)?),
                row: row.into(),
            });
        }
        Ok(())
    }
}
