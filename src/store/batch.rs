//! Batches that count, and the names of uploads of reference data.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::batch::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryTrait, Select};

use super::loader::{Rows as Loaded, SharedError};
use super::paging::{self, Direction, Key, OrderColumn, Page, Rows};
use super::rights::all_or_nothing;
use super::{Db, StoreError};

pub use entity::batch::Model as Batch;

/// A batch by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchKey(pub i64);

/// One page of the batches of a dataset, or of all, the one committed last first.
///
/// # Errors
/// Where the database fails.
pub async fn list_batches(
    db: &Db,
    dataset: Option<&str>,
    page: &Page,
) -> Result<Rows<Batch>, StoreError> {
    let order = [OrderColumn::new(Column::Sequence, Direction::Descending)];
    let found = paging::cut(of(dataset), &order, page)
        .all(db.read())
        .await?;
    Ok(paging::collect(found, page, |batch| {
        vec![Key::Int(batch.sequence)]
    }))
}

/// How many batches there are of a dataset, or of all.
///
/// # Errors
/// Where the database fails.
pub async fn count_batches(db: &Db, dataset: Option<&str>) -> Result<u64, StoreError> {
    Ok(of(dataset).count(db.read()).await?)
}

fn of(dataset: Option<&str>) -> Select<Entity> {
    Entity::find().apply_if(dataset, |select, dataset| {
        select.filter(Column::Dataset.eq(dataset))
    })
}

impl Loader<BatchKey> for Loaded {
    type Value = Batch;
    type Error = SharedError;

    async fn load(&self, keys: &[BatchKey]) -> Result<HashMap<BatchKey, Batch>, SharedError> {
        let select = Entity::find()
            .filter(all_or_nothing(self.rights.operations))
            .filter(Column::Id.is_in(keys.iter().map(|key| key.0)));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|batch| (BatchKey(batch.id), batch))
            .collect())
    }
}
