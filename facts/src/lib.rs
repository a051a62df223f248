//! The fact store: what is only ever scanned, as Parquet files under one `object_store` prefix.
//!
//! Which files count is for the caller to know: its manifest is the only truth about that, and nothing here lists the
//! store to find data. This crate turns rows that are already checked, numbered and hashed into durable files
//! ([`FactStore::write_batch`]), and files into what the kernel reads ([`FactStore::fold_buckets`],
//! [`FactStore::newest_subscriptions`], [`FactStore::read_certifications`]), with every key settled as DATA.md says.
//! Left to others: ids, transactions, dates of runs, and every figure.
//!
//! A file is written for one dataset and one batch, sorted by customer, each key at most once. A row keeps its ordinal,
//! its place in the batch as sent, so that of one key the row of the greatest (sequence of the batch, ordinal) can be
//! found again. Usage is compacted while it is written: one row for each customer, user, offering and month.
//!
//! Files never change. [`FactStore::merge`] writes the rows of many as few: each row keeps its batch in one more column,
//! by a number that the manifest knows, so that it stays apart from those of other batches. What the manifest leaves out
//! of [`FileBatches`] is withdrawn: nobody reads it any more.
//!
//! All calls are async on tokio. Sorting, encoding and decoding run in `spawn_blocking`, so that they may be called
//! from the threads that answer requests; a cancelled call leaves such a task to end by itself.

mod batches;
mod bitmap;
mod block;
mod bucket;
mod buckets;
mod buffers;
mod certifications;
mod code;
mod column;
pub mod compact;
mod dataset;
mod durable;
mod encode;
mod error;
mod file;
mod footer;
mod gather;
mod heads;
mod part;
mod pick;
mod places;
mod row;
mod run;
mod scan;
mod settle;
mod sparse;
mod store;
mod subscriptions;
mod table;
pub mod write;

pub use batches::{BatchRows, FileBatches};
pub use bucket::Wanted;
pub use buckets::{buckets, walks_on};
pub use code::{LicenseType, Status};
pub use dataset::Dataset;
pub use error::Error;
pub use file::{FileRef, WrittenFile};
pub use places::Places;
pub use row::{
    CertificationRow, FactRow, InstancesRow, RevenueRow, SeatChangeRow, StoredRow, SubscriptionRow,
    SurveyRow, UsageRow,
};
pub use settle::Settled;
pub use store::{FactStore, Sizes};
pub use write::BatchWriter;
