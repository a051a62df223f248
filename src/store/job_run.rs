//! Runs of jobs.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::job_run::{Column, Entity};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};

use super::loader::{Rows as Loaded, SharedError};
use super::paging::{self, Direction, Key, OrderColumn, Page, Rows};
use super::rights::all_or_nothing;
use super::{Db, StoreError};

pub use entity::job_run::{Model as JobRun, State as JobRunState, Trigger as JobTrigger};

/// A run by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JobRunKey(pub i64);

/// The runs that are asked for; everything where nothing is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobRunFilter {
    pub job: Option<String>,
    pub states: Option<Vec<JobRunState>>,
}

/// One page of the runs that match, newest first.
///
/// # Errors
/// Where the database fails.
pub async fn list_job_runs(
    db: &Db,
    filter: &JobRunFilter,
    page: &Page,
) -> Result<Rows<JobRun>, StoreError> {
    let order = [OrderColumn::new(Column::Id, Direction::Descending)];
    let found = paging::cut(matching(filter), &order, page)
        .all(db.read())
        .await?;
    Ok(paging::collect(found, page, |run| vec![Key::Int(run.id)]))
}

/// The runs that were started last, the newest first: enough that nothing is missed by whoever asks each second.
///
/// # Errors
/// Where the database fails.
pub async fn newest_runs(db: &Db) -> Result<Vec<JobRun>, StoreError> {
    let select = Entity::find().order_by_desc(Column::Id).limit(200);
    Ok(select.all(db.read()).await?)
}

/// How many runs match.
///
/// # Errors
/// Where the database fails.
pub async fn count_job_runs(db: &Db, filter: &JobRunFilter) -> Result<u64, StoreError> {
    Ok(matching(filter).count(db.read()).await?)
}

fn matching(filter: &JobRunFilter) -> Select<Entity> {
    Entity::find()
        .apply_if(filter.job.as_deref(), |select, job| {
            select.filter(Column::Job.eq(job))
        })
        .apply_if(filter.states.as_ref(), |select, states| {
            select.filter(Column::State.is_in(states.iter().copied()))
        })
}

impl Loader<JobRunKey> for Loaded {
    type Value = JobRun;
    type Error = SharedError;

    async fn load(&self, keys: &[JobRunKey]) -> Result<HashMap<JobRunKey, JobRun>, SharedError> {
        let select = Entity::find()
            .filter(all_or_nothing(self.rights.operations))
            .filter(Column::Id.is_in(keys.iter().map(|key| key.0)));
        let found = select.all(self.db.read()).await.map_err(StoreError::from)?;
        Ok(found
            .into_iter()
            .map(|run| (JobRunKey(run.id), run))
            .collect())
    }
}
