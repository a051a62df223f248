//! Which batches are stored, in which order, and which files of the fact store they are made of.

use chrono::{DateTime, Utc};
use entity::{batch, fact_file};
use facts::{FileBatches, FileRef, WrittenFile};
use kernel::Day;
use rustc_hash::FxHashMap;
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};

use super::batch::BatchKey;
use super::merged_file::{self, BatchNumbers};
use super::uncounted_file::State;
use super::{Db, StoreError, uncounted_file};

/// A batch or upload to be recorded.
#[derive(Debug, Clone)]
pub struct NewBatch<'a> {
    pub dataset: &'a str,
    pub batch_id: &'a str,
    pub rows: u64,
    pub rejected: u64,
    pub committed_at: DateTime<Utc>,
}

/// A batch as it was recorded, to be looked for where the outcome of its transaction is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    pub batch: BatchKey,
    sequence: i64,
    /// The batch whose place it has taken.
    pub replaced: Option<Taken>,
}

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub batch: BatchKey,
    pub rows: i64,
    pub committed_at: DateTime<Utc>,
}

/// Records the batch at the last place of the commit order, in place of the one of the same id. Its files must have been
/// announced ([`uncounted_file::announce`]) and count from this transaction on.
///
/// # Errors
/// Where the database refuses, or [`StoreError::Abandoned`].
pub async fn commit_batch(
    txn: &DatabaseTransaction,
    new: &NewBatch<'_>,
    files: &[WrittenFile],
) -> Result<Recorded, StoreError> {
    let replaced = delete_batch(txn, new.dataset, new.batch_id).await?;
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    uncounted_file::count(txn, &paths, State::Announced).await?;
    let last: Option<Option<i64>> = batch::Entity::find()
        .select_only()
        .column_as(batch::Column::Sequence.max(), "last")
        .into_tuple()
        .one(txn)
        .await?;
    let sequence = last.flatten().unwrap_or(0) + 1;
    let model = batch::ActiveModel {
        id: ActiveValue::NotSet,
        dataset: Set(new.dataset.to_owned()),
        batch_id: Set(new.batch_id.to_owned()),
        sequence: Set(sequence),
        rows: Set(new.rows.cast_signed()),
        rejected: Set(new.rejected.cast_signed()),
        committed_at: Set(new.committed_at),
    };
    let number = batch::Entity::insert(model).exec(txn).await?.last_insert_id;
    for some in files.chunks(500) {
        let models = some.iter().map(|file| fact_file::ActiveModel {
            id: ActiveValue::NotSet,
            batch: Set(number),
            dataset: Set(new.dataset.to_owned()),
            path: Set(file.path.clone()),
            rows: Set(file.rows.cast_signed()),
            bytes: Set(file.bytes.cast_signed()),
            first_customer: Set(file.first_customer.into()),
            last_customer: Set(file.last_customer.into()),
            first_day: Set(file.first_day.0),
            last_day: Set(file.last_day.0),
        });
        fact_file::Entity::insert_many(models)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(Recorded {
        batch: BatchKey(number),
        sequence,
        replaced,
    })
}

/// Whether a batch that was recorded is there.
///
/// # Errors
/// Where the database does not answer.
pub async fn holds(db: &Db, recorded: Recorded) -> Result<bool, StoreError> {
    let found = batch::Entity::find_by_id(recorded.batch.0)
        .one(db.read())
        .await?;
    Ok(found.is_some_and(|batch| batch.sequence == recorded.sequence))
}

/// Takes a batch back; its files, and its rows in merged ones, count no more from this transaction on. None where there
/// is none of this id.
///
/// # Errors
/// Where the database refuses.
pub async fn delete_batch(
    txn: &DatabaseTransaction,
    dataset: &str,
    batch_id: &str,
) -> Result<Option<Taken>, StoreError> {
    let found = batch::Entity::find()
        .filter(batch::Column::Dataset.eq(dataset))
        .filter(batch::Column::BatchId.eq(batch_id))
        // A compaction that is about to move its rows waits for this, or this for it.
        .lock_exclusive()
        .one(txn)
        .await?;
    let Some(found) = found else { return Ok(None) };
    let mut paths: Vec<String> = fact_file::Entity::find()
        .filter(fact_file::Column::Batch.eq(found.id))
        .select_only()
        .column(fact_file::Column::Path)
        .into_tuple()
        .all(txn)
        .await?;
    fact_file::Entity::delete_many()
        .filter(fact_file::Column::Batch.eq(found.id))
        .exec(txn)
        .await?;
    paths.extend(merged_file::withdraw(txn, found.id).await?);
    batch::Entity::delete_by_id(found.id).exec(txn).await?;
    uncounted_file::retire(txn, &paths).await?;
    Ok(Some(Taken {
        batch: BatchKey(found.id),
        rows: found.rows,
        committed_at: found.committed_at,
    }))
}

/// Every batch and upload, in commit order.
///
/// # Errors
/// Where the database does not answer.
pub async fn list(db: &Db, dataset: Option<&str>) -> Result<Vec<batch::Model>, StoreError> {
    let mut batches = batch::Entity::find().order_by_asc(batch::Column::Sequence);
    if let Some(dataset) = dataset {
        batches = batches.filter(batch::Column::Dataset.eq(dataset));
    }
    Ok(batches.all(db.read()).await?)
}

/// Whether there is any fact.
///
/// # Errors
/// Where the database does not answer.
pub async fn holds_facts(db: &Db) -> Result<bool, StoreError> {
    let any = fact_file::Entity::find().one(db.read()).await?;
    let merged = entity::merged_file_batch::Entity::find();
    Ok(any.is_some() || merged.one(db.read()).await?.is_some())
}

/// The number of each batch, to be read in one transaction with [`live_files`].
///
/// # Errors
/// Where the database does not answer.
pub async fn batch_numbers(db: &DatabaseTransaction) -> Result<BatchNumbers, StoreError> {
    let batches = batch::Entity::find().all(db).await?.into_iter();
    Ok(batches
        .map(|batch| (batch.sequence.unsigned_abs(), batch.id))
        .collect())
}

/// The place in the commit order of the last batch or upload of one of these datasets; 0 where there is none.
///
/// # Errors
/// Where the database does not answer.
pub async fn last_sequence_of(
    db: &impl ConnectionTrait,
    datasets: &[&str],
) -> Result<i64, StoreError> {
    let last = batch::Entity::find()
        .filter(batch::Column::Dataset.is_in(datasets.iter().copied()))
        .order_by_desc(batch::Column::Sequence);
    Ok(last.one(db).await?.map_or(0, |batch| batch.sequence))
}

/// The files that count now, and the last place of the commit order. Read in several statements, which only a transaction
/// keeps together.
///
/// # Errors
/// Where the database does not answer or names a dataset this version does not know.
pub async fn live_files(db: &DatabaseTransaction) -> Result<(Vec<FileRef>, i64), StoreError> {
    let batches = batch::Entity::find().all(db).await?;
    let last = batches
        .iter()
        .map(|batch| batch.sequence)
        .max()
        .unwrap_or(0);
    let sequences: FxHashMap<i64, i64> = batches
        .into_iter()
        .map(|batch| (batch.id, batch.sequence))
        .collect();
    let mut files = Vec::new();
    for row in fact_file::Entity::find()
        .order_by_asc(fact_file::Column::Id)
        .all(db)
        .await?
    {
        let corrupt = || StoreError::Corrupt(format!("fact file {}", row.path));
        let customer = |number: i64| u32::try_from(number).map_err(|_| corrupt());
        files.push(FileRef {
            dataset: facts::Dataset::from_name(&row.dataset).ok_or_else(corrupt)?,
            batches: FileBatches::One(
                sequences
                    .get(&row.batch)
                    .ok_or_else(corrupt)?
                    .unsigned_abs(),
            ),
            rows: row.rows.unsigned_abs(),
            bytes: row.bytes.unsigned_abs(),
            first_customer: customer(row.first_customer)?,
            last_customer: customer(row.last_customer)?,
            first_day: Day(row.first_day),
            last_day: Day(row.last_day),
            path: row.path,
        });
    }
    files.extend(merged_file::live_files(db, &sequences).await?);
    Ok((files, last))
}
