//! Batches of facts: replaced and deleted.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::upload::{OnReject, Upload, UploadPayload, upload};
use super::{actor, run};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::scope::check_operations;
use crate::graphql::types::batch::Dataset;
use crate::service::ingest::{DeleteError, delete_batch};
use crate::service::operation::Operations;

/// How rows are written.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BatchFormat {
    /// One JSON object a line.
    #[default]
    Ndjson,
    /// RFC 4180, with a header row.
    Csv,
}

/// The batch to be stored.
#[derive(InputObject, Clone, Debug)]
pub struct ReplaceBatchInput {
    /// The dataset of facts.
    dataset: Dataset,
    /// The sender's id, unique within the dataset. A batch of the same id is replaced.
    batch_id: String,
    /// How the rows are written.
    #[graphql(default)]
    format: BatchFormat,
    /// The rows, in the columns of the dataset. A request has 256 KiB at most: larger batches are files for
    /// `peerband ingest`.
    content: String,
    /// What a rejected row does.
    #[graphql(default)]
    on_reject: OnReject,
}

/// The batch to be taken back.
#[derive(InputObject, Clone, Debug)]
pub struct DeleteBatchInput {
    /// The dataset of facts.
    dataset: Dataset,
    /// The sender's id.
    batch_id: String,
}

/// What was taken back.
#[derive(SimpleObject, Clone, Debug)]
pub struct DeleteBatchPayload {
    /// The dataset.
    dataset: Dataset,
    /// The sender's id.
    batch_id: String,
    /// The global id that it had.
    deleted_id: ID,
}

/// Changes of batches.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchMutation;

#[Object]
impl BatchMutation {
    /// Stores a batch of facts, in place of the one of the same id where there is one: whole or not at all. It counts
    /// from the next snapshot on.
    async fn replace_batch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The batch to be stored.")] input: ReplaceBatchInput,
    ) -> Nullable<UploadPayload> {
        let replace = async {
            check_operations(ctx)?;
            let dataset = facts(input.dataset)?;
            let rows = Upload {
                dataset,
                batch_id: input.batch_id,
                on_reject: input.on_reject,
                ending: match input.format {
                    BatchFormat::Ndjson => ".ndjson",
                    BatchFormat::Csv => ".csv",
                },
                content: input.content,
            };
            upload(ctx, rows).await.map(Some)
        };
        nullable(replace.await)
    }

    /// Takes all rows of a batch of facts back. Rows of the same keys in earlier batches count again, from the next
    /// snapshot on.
    async fn delete_batch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The batch to be taken back.")] input: DeleteBatchInput,
    ) -> Nullable<DeleteBatchPayload> {
        nullable(delete(ctx, input).await.map(Some))
    }
}

async fn delete(ctx: &Context<'_>, input: DeleteBatchInput) -> Result<DeleteBatchPayload, Failure> {
    check_operations(ctx)?;
    let dataset = facts(input.dataset)?;
    let app = ctx.data_unchecked::<Operations>().app().clone();
    let batch_id = input.batch_id.clone();
    let by = actor(ctx);
    let taken = run(async move { delete_batch(&app, &by, dataset, &batch_id).await }).await?;
    Ok(DeleteBatchPayload {
        dataset: input.dataset,
        batch_id: input.batch_id,
        deleted_id: GlobalId::Batch(taken.batch).encode(),
    })
}

impl From<DeleteError> for Failure {
    fn from(error: DeleteError) -> Failure {
        match error {
            DeleteError::NotFound { .. } => Failure::NotFound(error.to_string()),
            DeleteError::Reference(_) => Failure::BadInput(error.to_string()),
            DeleteError::Store(error) => error.into(),
            DeleteError::Io(error) => Failure::server(error),
        }
    }
}

/// The dataset, if it is one of facts.
fn facts(dataset: Dataset) -> Result<intake::Dataset, Failure> {
    let found: Option<intake::Dataset> = dataset.name().parse().ok();
    found
        .filter(|dataset| !dataset.is_reference())
        .ok_or_else(|| {
            let message = "dataset: reference data has no batches; the upsert mutations take it";
            Failure::BadInput(message.to_owned())
        })
}
