//! Usage, whose rows are all key: a set of days for each customer, user, offering and month.

use kernel::{Day, Month};
use parquet::errors::ParquetError;

use super::{Chunk, EncodeJob, Span, Unnamed};
use crate::dataset::Dataset;
use crate::encode::encode;
use crate::error::Error;
use crate::row::{FactRow, Record, StoredRow, UsageMonthRow, UsageRow};
use crate::scan::{Block, Sink};
use crate::store::Sizes;

#[derive(Debug, Default)]
pub(super) struct UsageChunk {
    rows: Vec<UsageRow>,
}

impl Chunk for UsageChunk {
    fn push(&mut self, _ordinal: u32, row: FactRow) -> Result<(), Error> {
        let FactRow::Usage(row) = row else {
            return Err(Error::WrongDataset {
                row: row.dataset(),
                batch: Dataset::Usage,
            });
        };
        if row.customer == u32::MAX {
            return Err(Error::CustomerTooLarge(u32::MAX));
        }
        self.rows.push(row);
        Ok(())
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn take(&mut self) -> EncodeJob {
        let rows = std::mem::take(&mut self.rows);
        Box::new(move |sizes| encode_months(&compact(rows), sizes))
    }
}

/// One row for each customer, user, offering and month; by month, then in the order of a file. The rows as sent are
/// gone before anything is encoded.
fn compact(rows: Vec<UsageRow>) -> Vec<UsageMonthRow> {
    let first_days = first_days(&rows);
    let mut months: Vec<UsageMonthRow> = rows
        .into_iter()
        .map(|row| {
            let first = first_days.of(row.active_on);
            UsageMonthRow {
                customer: row.customer,
                user: row.user,
                offering: row.offering,
                month: first,
                days: 1 << (row.active_on.0 - first.0),
            }
        })
        .collect();
    let key = |row: &UsageMonthRow| (row.month, row.customer, row.user, row.offering);
    months.sort_unstable_by_key(key);
    months.dedup_by(|same, kept| {
        let is_same = key(same) == key(kept);
        if is_same {
            kept.days |= same.days;
        }
        is_same
    });
    months
}

/// The first day of its month for each day that the rows can have, which are some ten thousands at most: working it out
/// takes longer than all the rest of a row.
struct FirstDays {
    from: Day,
    first_days: Vec<Day>,
}

impl FirstDays {
    fn of(&self, day: Day) -> Day {
        self.first_days[(day.0 - self.from.0) as usize]
    }
}

fn first_days(rows: &[UsageRow]) -> FirstDays {
    let days = rows.iter().map(|row| row.active_on.0);
    let from = days.clone().min().unwrap_or(0);
    let to = days.max().unwrap_or(from);
    FirstDays {
        from: Day(from),
        first_days: (from..=to)
            .map(|day| Day(day).month().first_day())
            .collect(),
    }
}

fn encode_months(rows: &[UsageMonthRow], sizes: Sizes) -> Result<Vec<Unnamed>, ParquetError> {
    let columns = UsageMonthRow::columns();
    let mut files = Vec::new();
    for rows in rows.chunk_by(|a, b| a.month == b.month) {
        let spans = rows.iter().map(|row| {
            let first = row.days.trailing_zeros() as i32;
            let last = 31 - row.days.leading_zeros() as i32;
            (
                row.customer,
                Day(row.month.0 + first),
                Day(row.month.0 + last),
            )
        });
        let Some(span) = Span::of(spans) else {
            continue;
        };
        let encoded = encode(&columns, rows.len(), sizes.row_group_rows, |range| {
            UsageMonthRow::arrays(rows[range].iter())
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

fn month_of(rows: &[UsageMonthRow]) -> Month {
    rows[0].month.month()
}

/// Everything a usage file holds, one row for each day again.
#[derive(Default)]
pub(super) struct AllUsage {
    pub(super) rows: Vec<StoredRow>,
}

impl Sink for AllUsage {
    const COLUMNS: &'static [&'static str] = &[];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        for row in UsageMonthRow::read(block)? {
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
