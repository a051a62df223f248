//! Usage, whose rows are all key: a set of days for each customer, user, offering and month.

use arrow::array::ArrayRef;
use kernel::{Day, Month};
use parquet::errors::ParquetError;

use super::days::DaySets;
use super::merge::Mergeable;
use super::{Chunk, EncodeJob, Span, Unnamed};
use crate::block::Block;
use crate::column::Column;
use crate::dataset::Dataset;
use crate::encode::encode;
use crate::error::Error;
use crate::row::{FactRow, Record, StoredRow, UsageMonthRow, UsageRow};
use crate::scan::Sink;
use crate::store::Sizes;

/// Customers between the first and the last of some rows, for each row, up to which there is a place for each of them.
const CUSTOMERS_PER_ROW_MAX: usize = 4;

/// Rows are united as they come: what a chunk holds are months, not the rows that tell of their days.
#[derive(Debug, Default)]
pub(super) struct UsageChunk {
    sets: DaySets,
    first_days: FirstDays,
}

impl Chunk for UsageChunk {
    fn push(&mut self, _ordinal: u32, row: FactRow) -> Result<(), Error> {
        let FactRow::Usage(row) = row else {
            return Err(Error::WrongDataset {
                row: row.dataset(),
                batch: Dataset::Usage,
            });
        };
        self.push_usage(&[row])
    }

    fn push_usage(&mut self, rows: &[UsageRow]) -> Result<(), Error> {
        for row in rows {
            if row.customer == u32::MAX {
                return Err(Error::CustomerTooLarge(u32::MAX));
            }
            let month = self.first_days.of(row.active_on);
            self.sets.add(UsageMonthRow {
                customer: row.customer,
                user: row.user,
                offering: row.offering,
                month,
                days: 1 << (row.active_on.0 - month.0),
            });
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.sets.len()
    }

    fn is_full(&mut self, rows: usize) -> bool {
        if self.sets.len() < rows {
            return false;
        }
        self.sets.unite();
        // Else the last few would be united again and again.
        self.sets.len() >= rows - rows / 8
    }

    fn take(&mut self) -> EncodeJob {
        let sets = std::mem::take(&mut self.sets);
        Box::new(move |sizes| encode_months(sets, sizes))
    }
}

/// The first day of its month for each day that was asked for: working it out takes longer than all the rest of a row.
#[derive(Debug, Default)]
struct FirstDays {
    /// By day since [`Day::FIRST`].
    known: Vec<Option<Day>>,
}

impl FirstDays {
    fn of(&mut self, day: Day) -> Day {
        let Ok(at) = usize::try_from(day.0 - Day::FIRST.0) else {
            return day.month().first_day();
        };
        match self.known.get(at) {
            Some(Some(first)) => *first,
            _ if day > Day::LAST => day.month().first_day(),
            _ => {
                let first = day.month().first_day();
                self.known.resize(self.known.len().max(at + 1), None);
                self.known[at] = Some(first);
                first
            }
        }
    }
}

/// One file for each month.
fn encode_months(sets: DaySets, sizes: Sizes) -> Result<Vec<Unnamed>, ParquetError> {
    let mut rows = sets.into_rows();
    rows.sort_unstable_by_key(|row| row.month);
    let columns = <UsageMonthRow as Record>::columns();
    let mut files = Vec::new();
    for rows in rows.chunk_by(|a, b| a.month == b.month) {
        let rows = &in_order(rows);
        let Some(span) = Span::of(rows.iter().map(Mergeable::span)) else {
            continue;
        };
        let encoded = encode(&columns, rows.len(), sizes.row_group_rows, |range| {
            <UsageMonthRow as Mergeable>::arrays(&rows[range])
        })?;
        files.push(Unnamed {
            encoded,
            month: Some(month_of(rows)),
            rows: rows.len(),
            span,
        });
    }
    Ok(files)
}

/// The rows of a month in the order of a file. They are dealt out by customer, and only those of each are sorted: several
/// times faster than sorting all, where customers are not many more than rows.
fn in_order(rows: &[UsageMonthRow]) -> Vec<UsageMonthRow> {
    let customers = rows.iter().map(|row| row.customer);
    let (Some(first), Some(last)) = (customers.clone().min(), customers.max()) else {
        return Vec::new();
    };
    let mut dealt = rows.to_vec();
    if (last - first) as usize / CUSTOMERS_PER_ROW_MAX > rows.len() {
        dealt.sort_unstable_by_key(Mergeable::order);
        return dealt;
    }
    // Where the rows of each customer begin, and while they are dealt out, where the next of them goes.
    let mut places = vec![0_usize; (last - first) as usize + 1];
    for row in rows {
        places[(row.customer - first) as usize] += 1;
    }
    let mut begin = 0;
    for place in &mut places {
        begin += std::mem::replace(place, begin);
    }
    for row in rows {
        let place = &mut places[(row.customer - first) as usize];
        dealt[*place] = *row;
        *place += 1;
    }
    for of_customer in dealt.chunk_by_mut(|a, b| a.customer == b.customer) {
        of_customer.sort_unstable_by_key(Mergeable::order);
    }
    dealt
}

fn month_of(rows: &[UsageMonthRow]) -> Month {
    rows[0].month.month()
}

/// Rows of different batches stay apart, even of one user and month: each can be taken back by itself.
impl Mergeable for UsageMonthRow {
    type Order = (u32, u64, u32);

    fn order(&self) -> (u32, u64, u32) {
        (self.customer, self.user, self.offering)
    }

    fn span(&self) -> (u32, Day, Day) {
        let first = self.days.trailing_zeros() as i32;
        let last = 31 - self.days.leading_zeros() as i32;
        let day = |bit| Day(self.month.0 + bit);
        (self.customer, day(first), day(last))
    }

    fn month(&self) -> Option<Month> {
        Some(self.month.month())
    }

    fn columns() -> Vec<Column> {
        <UsageMonthRow as Record>::columns()
    }

    fn arrays(rows: &[UsageMonthRow]) -> Vec<ArrayRef> {
        <UsageMonthRow as Record>::arrays(rows.iter())
    }

    fn read(block: &Block<'_>) -> Result<Vec<UsageMonthRow>, Error> {
        <UsageMonthRow as Record>::read(block)
    }
}

/// Everything a usage file holds, one row for each day again.
#[derive(Default)]
pub(super) struct AllUsage {
    pub(super) rows: Vec<StoredRow>,
}

impl Sink for AllUsage {
    const COLUMNS: &'static [&'static str] = &[];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        for row in <UsageMonthRow as Record>::read(block)? {
            let days = (0..31).filter(|bit| row.days >> bit & 1 == 1);
            self.rows.extend(days.map(|bit| StoredRow {
                ordinal: None,
                row: FactRow::Usage(UsageRow {
                    customer: row.customer,
                    user: row.user,
                    offering: row.offering,
                    active_on: Day(row.month.0 + bit),
                }),
            }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_order_however_far_apart_customers_are() {
        for step in [1, 3, 1_000_000] {
            let row = |number: u32| UsageMonthRow {
                customer: number * 7919 % 301 * step + 5,
                user: u64::from(number * 31 % 17) << 60,
                offering: number % 3,
                month: Day(31),
                days: 1 << (number % 28),
            };
            let rows: Vec<UsageMonthRow> = (0..3_000).map(row).collect();
            let mut expected = rows.clone();
            expected.sort_by_key(Mergeable::order);
            let found = in_order(&rows);
            let orders =
                |rows: &[UsageMonthRow]| rows.iter().map(Mergeable::order).collect::<Vec<_>>();
            assert_eq!(orders(&found), orders(&expected), "{step}");
            let days = |rows: &[UsageMonthRow]| {
                rows.iter().map(|row| row.days).map(u64::from).sum::<u64>()
            };
            assert_eq!(days(&found), days(&expected), "{step}");
        }
    }
}
