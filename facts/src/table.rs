//! How the rows of each dataset are gathered into files: by which key a row hides another, and in which order they
//! stand.

mod days;
mod keyed;
mod merge;
mod usage;

use kernel::{Day, Month};
use parquet::errors::ParquetError;
use uuid::Uuid;

use crate::dataset::Dataset;
use crate::encode::Encoded;
use crate::error::Error;
use crate::file::{FileRef, WrittenFile};
use crate::footer;
use crate::row::{
    CertificationRow, FactRow, InstancesRow, RevenueRow, SeatChangeRow, StoredRow, SubscriptionRow,
    SurveyRow, UsageRow,
};
use crate::scan::ALL_CUSTOMERS;
use crate::store::{FactStore, Sizes};

pub(crate) use keyed::ORDINAL;
use keyed::{AllRows, Keyed};
pub(crate) use merge::{Job as MergeJob, Merged, Taker, merge};
use usage::AllUsage;

/// The rows of a batch that are in hand.
pub(crate) trait Chunk: Send + std::fmt::Debug {
    fn push(&mut self, ordinal: u32, row: FactRow) -> Result<(), Error>;
    fn push_usage(&mut self, rows: &[UsageRow]) -> Result<(), Error>;
    /// How many rows of a file they make at most.
    fn len(&self) -> usize;
    /// Whether they make about so many, and are to be taken.
    fn is_full(&mut self, rows: usize) -> bool {
        self.len() >= rows
    }
    /// Empties the chunk into a job that sorts and encodes its rows.
    fn take(&mut self) -> EncodeJob;
}

pub(crate) type EncodeJob = Box<dyn FnOnce(Sizes) -> Result<Vec<Unnamed>, ParquetError> + Send>;

/// A file that has no name yet.
pub(crate) struct Unnamed {
    pub(crate) encoded: Encoded,
    pub(crate) month: Option<Month>,
    pub(crate) rows: usize,
    pub(crate) span: Span,
}

impl Unnamed {
    /// A path that no other file has.
    pub(crate) fn new_path(&self, dataset: Dataset) -> String {
        let unique = Uuid::now_v7().simple().to_string();
        let name = footer::name(&unique, self.encoded.footer_checksum);
        match self.month {
            Some(month) => {
                let (year, month, _) = month.first_day().civil();
                format!("{dataset}/{year:04}-{month:02}/{name}")
            }
            None => format!("{dataset}/{name}"),
        }
    }

    /// What the manifest holds of it once it lies at its path.
    pub(crate) fn written(&self, dataset: Dataset, path: String) -> WrittenFile {
        WrittenFile {
            path,
            dataset,
            month: self.month,
            rows: self.rows as u64,
            bytes: self.encoded.bytes.len() as u64,
            first_customer: self.span.first_customer,
            last_customer: self.span.last_customer,
            first_day: self.span.first_day,
            last_day: self.span.last_day,
        }
    }
}

/// The customers and days of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) first_customer: u32,
    pub(crate) last_customer: u32,
    pub(crate) first_day: Day,
    pub(crate) last_day: Day,
}

impl Span {
    /// Of at least one row.
    pub(crate) fn of(rows: impl Iterator<Item = (u32, Day, Day)>) -> Option<Span> {
        rows.map(|(customer, first_day, last_day)| Span {
            first_customer: customer,
            last_customer: customer,
            first_day,
            last_day,
        })
        .reduce(Span::and)
    }

    pub(crate) fn and(self, other: Span) -> Span {
        Span {
            first_customer: self.first_customer.min(other.first_customer),
            last_customer: self.last_customer.max(other.last_customer),
            first_day: self.first_day.min(other.first_day),
            last_day: self.last_day.max(other.last_day),
        }
    }
}

pub(crate) fn chunk(dataset: Dataset) -> Box<dyn Chunk> {
    match dataset {
        Dataset::Revenue => Box::new(keyed::KeyedChunk::<RevenueRow>::default()),
        Dataset::SeatChanges => Box::new(keyed::KeyedChunk::<SeatChangeRow>::default()),
        Dataset::Subscriptions => Box::new(keyed::KeyedChunk::<SubscriptionRow>::default()),
        Dataset::Usage => Box::new(usage::UsageChunk::default()),
        Dataset::Instances => Box::new(keyed::KeyedChunk::<InstancesRow>::default()),
        Dataset::Surveys => Box::new(keyed::KeyedChunk::<SurveyRow>::default()),
        Dataset::Certifications => Box::new(keyed::KeyedChunk::<CertificationRow>::default()),
    }
}

impl FactStore {
    /// Everything a file holds, in its order, for explanations and checks; the whole file at once.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub async fn read_rows(&self, file: &FileRef) -> Result<Vec<StoredRow>, Error> {
        match file.dataset {
            Dataset::Revenue => self.keyed_rows::<RevenueRow>(file).await,
            Dataset::SeatChanges => self.keyed_rows::<SeatChangeRow>(file).await,
            Dataset::Subscriptions => self.keyed_rows::<SubscriptionRow>(file).await,
            Dataset::Usage => {
                let files = vec![file.clone()];
                let all = self.scan(files, ALL_CUSTOMERS, AllUsage::default());
                Ok(all.await?.rows)
            }
            Dataset::Instances => self.keyed_rows::<InstancesRow>(file).await,
            Dataset::Surveys => self.keyed_rows::<SurveyRow>(file).await,
            Dataset::Certifications => self.keyed_rows::<CertificationRow>(file).await,
        }
    }

    async fn keyed_rows<R: Keyed>(&self, file: &FileRef) -> Result<Vec<StoredRow>, Error> {
        let files = vec![file.clone()];
        let all = self.scan(files, ALL_CUSTOMERS, AllRows::<R>::default());
        Ok(all.await?.rows)
    }
}
