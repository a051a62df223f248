//! Files that compaction made of others: which batches each holds rows of, and how it takes their place.
//!
//! A batch's rows are taken back by its lines here alone: what no line stands for is never read, and left out when the
//! file is merged again.

use std::collections::BTreeSet;

use entity::{batch, fact_file, merged_file, merged_file_batch};
use facts::compact::MergedFile;
use facts::{BatchRows, FileBatches, FileRef};
use kernel::Day;
use rustc_hash::{FxHashMap, FxHashSet};
use sea_orm::{
    ActiveValue, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use super::StoreError;
use super::uncounted_file::{self, State};

/// Values of one statement, below the parameters that a database takes.
const CHUNK: usize = 500;

/// The numbers in SQL of batches, by their places in the commit order.
pub type BatchNumbers = FxHashMap<u64, i64>;

/// The merged files that count, given the place of each batch in the commit order.
pub(super) async fn live_files(
    db: &DatabaseTransaction,
    sequences: &FxHashMap<i64, i64>,
) -> Result<Vec<FileRef>, StoreError> {
    let mut batches: FxHashMap<i64, Vec<Option<BatchRows>>> = FxHashMap::default();
    let lines = merged_file_batch::Entity::find().all(db).await?;
    for line in lines {
        let corrupt = || StoreError::Corrupt(format!("a batch of merged file {}", line.file));
        let sequence = sequences.get(&line.batch).ok_or_else(corrupt)?;
        let number = usize::try_from(line.number).map_err(|_| corrupt())?;
        let of_file = batches.entry(line.file).or_default();
        of_file.resize(of_file.len().max(number + 1), None);
        of_file[number] = Some(BatchRows {
            sequence: sequence.unsigned_abs(),
            rows: line.rows.unsigned_abs(),
        });
    }
    let rows = merged_file::Entity::find().order_by_asc(merged_file::Column::Id);
    let mut files = Vec::new();
    for row in rows.all(db).await? {
        let corrupt = || StoreError::Corrupt(format!("merged file {}", row.path));
        let customer = |number: i64| u32::try_from(number).map_err(|_| corrupt());
        files.push(FileRef {
            dataset: facts::Dataset::from_name(&row.dataset).ok_or_else(corrupt)?,
            batches: FileBatches::Several(batches.remove(&row.id).unwrap_or_default().into()),
            rows: row.rows.unsigned_abs(),
            bytes: row.bytes.unsigned_abs(),
            first_customer: customer(row.first_customer)?,
            last_customer: customer(row.last_customer)?,
            first_day: Day(row.first_day),
            last_day: Day(row.last_day),
            path: row.path,
        });
    }
    Ok(files)
}

/// Takes a batch's rows back from all merged files. Gives the paths of those of which nothing is left.
pub(super) async fn withdraw(
    txn: &DatabaseTransaction,
    batch: i64,
) -> Result<Vec<String>, StoreError> {
    let of_batch = merged_file_batch::Column::Batch.eq(batch);
    let files: Vec<i64> = merged_file_batch::Entity::find()
        .filter(of_batch.clone())
        .select_only()
        .column(merged_file_batch::Column::File)
        .into_tuple()
        .all(txn)
        .await?;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    merged_file_batch::Entity::delete_many()
        .filter(of_batch)
        .exec(txn)
        .await?;
    let mut empty = Vec::new();
    for some in files.chunks(CHUNK) {
        let left: Vec<i64> = merged_file_batch::Entity::find()
            .filter(merged_file_batch::Column::File.is_in(some.iter().copied()))
            .select_only()
            .column(merged_file_batch::Column::File)
            .distinct()
            .into_tuple()
            .all(txn)
            .await?;
        let gone = some.iter().copied().filter(|file| !left.contains(file));
        let gone = merged_file::Column::Id.is_in(gone);
        let paths = merged_file::Entity::find().filter(gone.clone());
        let paths = paths.select_only().column(merged_file::Column::Path);
        empty.extend(paths.into_tuple::<String>().all(txn).await?);
        merged_file::Entity::delete_many()
            .filter(gone)
            .exec(txn)
            .await?;
    }
    Ok(empty)
}

/// Has merged files count in place of those they were merged of, all at once. Their paths must have been announced
/// ([`uncounted_file::announce_merged`]). A batch that was taken back meanwhile stays so: no line stands for its rows.
///
/// # Errors
/// Where the database refuses, or [`StoreError::Abandoned`] where another process merged one of the files meanwhile or
/// has given the new ones up.
pub async fn replace(
    txn: &DatabaseTransaction,
    inputs: &[FileRef],
    merged: &[MergedFile],
    numbers: &BatchNumbers,
) -> Result<(), StoreError> {
    let left = lock_batches(txn, inputs, numbers).await?;
    let number_of = |sequence: u64| {
        let number = numbers.get(&sequence).copied();
        number.filter(|number| left.contains(number))
    };
    let found = take_off(txn, inputs).await?;
    for input in inputs {
        let is_left = input
            .sequences()
            .into_iter()
            .any(|sequence| number_of(sequence).is_some());
        if is_left && !found.contains(&input.path) {
            return Err(StoreError::Abandoned);
        }
    }
    let found: Vec<String> = found.into_iter().collect();
    uncounted_file::retire(txn, &found).await?;
    for merged in merged {
        let lines: Vec<(i32, i64, u64)> = (0..)
            .zip(&merged.batches)
            .filter_map(|(number, batch)| {
                let batch = (*batch)?;
                Some((number, number_of(batch.sequence)?, batch.rows))
            })
            .collect();
        // Else all of its batches were taken back: it stays among the files to be removed.
        if !lines.is_empty() {
            insert(txn, merged, &lines).await?;
        }
    }
    Ok(())
}

/// Those of the files' batches that are still there; they stay so until the transaction ends.
async fn lock_batches(
    txn: &DatabaseTransaction,
    inputs: &[FileRef],
    numbers: &BatchNumbers,
) -> Result<FxHashSet<i64>, StoreError> {
    let asked: BTreeSet<i64> = inputs
        .iter()
        .flat_map(FileRef::sequences)
        .filter_map(|sequence| numbers.get(&sequence).copied())
        .collect();
    let asked: Vec<i64> = asked.into_iter().collect();
    let mut left = FxHashSet::default();
    for some in asked.chunks(CHUNK) {
        let there: Vec<batch::Model> = batch::Entity::find()
            .filter(batch::Column::Id.is_in(some.iter().copied()))
            .order_by_asc(batch::Column::Id)
            .lock_exclusive()
            .all(txn)
            .await?;
        left.extend(there.into_iter().map(|batch| batch.id));
    }
    Ok(left)
}

/// Takes files off that are to count no more. Gives those that did.
async fn take_off(
    txn: &DatabaseTransaction,
    inputs: &[FileRef],
) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    let paths: Vec<&str> = inputs.iter().map(|input| input.path.as_str()).collect();
    for some in paths.chunks(CHUNK) {
        let of_one = fact_file::Column::Path.is_in(some.iter().copied());
        let there = fact_file::Entity::find().filter(of_one.clone());
        let there = there.select_only().column(fact_file::Column::Path);
        found.extend(there.into_tuple::<String>().all(txn).await?);
        fact_file::Entity::delete_many()
            .filter(of_one)
            .exec(txn)
            .await?;
        let there: Vec<merged_file::Model> = merged_file::Entity::find()
            .filter(merged_file::Column::Path.is_in(some.iter().copied()))
            .all(txn)
            .await?;
        let ids: Vec<i64> = there.iter().map(|file| file.id).collect();
        merged_file_batch::Entity::delete_many()
            .filter(merged_file_batch::Column::File.is_in(ids.iter().copied()))
            .exec(txn)
            .await?;
        merged_file::Entity::delete_many()
            .filter(merged_file::Column::Id.is_in(ids))
            .exec(txn)
            .await?;
        found.extend(there.into_iter().map(|file| file.path));
    }
    Ok(found)
}

async fn insert(
    txn: &DatabaseTransaction,
    merged: &MergedFile,
    lines: &[(i32, i64, u64)],
) -> Result<(), StoreError> {
    let file = &merged.file;
    uncounted_file::count(txn, &[&file.path], State::Merging).await?;
    let model = merged_file::ActiveModel {
        id: ActiveValue::NotSet,
        dataset: Set(file.dataset.name().to_owned()),
        path: Set(file.path.clone()),
        rows: Set(file.rows.cast_signed()),
        bytes: Set(file.bytes.cast_signed()),
        first_customer: Set(file.first_customer.into()),
        last_customer: Set(file.last_customer.into()),
        first_day: Set(file.first_day.0),
        last_day: Set(file.last_day.0),
    };
    let inserted = merged_file::Entity::insert(model).exec(txn).await?;
    for some in lines.chunks(CHUNK) {
        let models = some
            .iter()
            .map(|(number, batch, rows)| merged_file_batch::ActiveModel {
                file: Set(inserted.last_insert_id),
                number: Set(*number),
                batch: Set(*batch),
                rows: Set(rows.cast_signed()),
            });
        merged_file_batch::Entity::insert_many(models)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}
