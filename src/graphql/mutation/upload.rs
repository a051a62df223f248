//! Rows that come with a request, taken in as a file of their own.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use intake::{Reject, Source};

use super::{actor, run};
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::global_id::GlobalId;
use crate::graphql::reader::reader;
use crate::graphql::scalars::Count;
use crate::graphql::scope::check_operations;
use crate::graphql::types::batch::Batch;
use crate::service::ingest::{self, IngestError, Outcome, Request, Watcher};
use crate::service::operation::Operations;
use crate::store::batch::BatchKey;

/// The most rejects that are told; all are counted.
const REJECTS_MAX: usize = 100;

/// What a rejected row does to its batch.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "ingest::OnReject")]
pub enum OnReject {
    /// The whole batch is refused.
    #[default]
    Batch,
    /// Only the row is left out.
    Row,
}

/// What became of rows that were sent.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadOutcome {
    /// They are stored, but for rejected ones.
    Stored,
    /// Rows were rejected, so that nothing is stored.
    Refused,
    /// The rows as a whole cannot be read, as `reason` tells; nothing is stored.
    Unreadable,
}

/// A row that cannot be taken.
#[derive(SimpleObject, Clone, Debug)]
pub struct RejectedRow {
    /// Which row, counted from 1; in CSV the line, of which the header is the first.
    line: Count,
    /// The column at fault; null where it is the row as a whole.
    column: Option<String>,
    /// What was sent there, cut to 200 bytes.
    value: String,
    /// What is wrong with it.
    reason: String,
}

/// What became of rows that were sent.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct UploadPayload {
    #[graphql(skip)]
    stored: Option<BatchKey>,
    /// Whether they are stored.
    outcome: UploadOutcome,
    /// How many are stored.
    row_count: Count,
    /// How many were rejected.
    rejected_count: Count,
    /// The first hundred that were rejected.
    rejects: Vec<RejectedRow>,
    /// Why the rows as a whole cannot be read; null where they can.
    reason: Option<String>,
    /// The global id of the batch of the same id whose place this one has taken, and which is gone; null where there was
    /// none.
    replaced_id: Option<ID>,
}

#[ComplexObject]
impl UploadPayload {
    /// The batch, or the name of the upload of reference data, as it is stored; null where nothing is.
    async fn batch(&self, ctx: &Context<'_>) -> Nullable<Batch> {
        let found = reader(ctx).find(self.stored?).await;
        nullable(found.map(|found| found.map(Batch)))
    }
}

/// Rows on their way into a dataset.
pub(super) struct Upload {
    pub(super) dataset: intake::Dataset,
    pub(super) batch_id: String,
    pub(super) on_reject: OnReject,
    /// The ending that tells how the content is written, such as `.ndjson`.
    pub(super) ending: &'static str,
    pub(super) content: String,
}

#[derive(Default)]
struct Rejects(Mutex<Vec<RejectedRow>>);

impl Watcher for Rejects {
    fn rejected(&self, _file: &str, reject: &Reject) {
        let mut rejects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rejects.len() < REJECTS_MAX {
            rejects.push(RejectedRow {
                line: reject.line.into(),
                column: (!reject.column.is_empty()).then(|| reject.column.to_owned()),
                value: reject.value.clone(),
                reason: reject.reason.clone(),
            });
        }
    }

    fn progressed(&self, _bytes: u64) {}
}

/// Stores the rows, or tells why not.
pub(super) async fn upload(ctx: &Context<'_>, upload: Upload) -> Result<UploadPayload, Failure> {
    check_operations(ctx)?;
    let app = ctx.data_unchecked::<Operations>().app().clone();
    let rejects = Arc::new(Rejects::default());
    let watcher = rejects.clone();
    let by = actor(ctx);
    // The file stays until the rows are read, whoever has gone away meanwhile.
    let storing = async move {
        let mut file = tempfile::Builder::new()
            .prefix("upload")
            .suffix(upload.ending)
            .tempfile_in(app.data_dir().path())?;
        file.write_all(upload.content.as_bytes())?;
        let source = Source::from_path(file.path()).map_err(std::io::Error::other)?;
        let request = Request {
            by,
            dataset: upload.dataset,
            batch_id: upload.batch_id,
            files: vec![source.named("the rows sent")],
            on_reject: upload.on_reject.into(),
        };
        ingest::ingest(&app, request, watcher).await
    };
    let outcome = run(storing).await?;
    let rejects = std::mem::take(&mut *rejects.0.lock().unwrap_or_else(PoisonError::into_inner));
    let nothing = |outcome, rejected: u64| UploadPayload {
        stored: None,
        outcome,
        row_count: 0_u64.into(),
        rejected_count: rejected.into(),
        rejects,
        reason: None,
        replaced_id: None,
    };
    Ok(match outcome {
        Outcome::Stored {
            batch,
            replaced,
            rows,
            rejected,
        } => UploadPayload {
            stored: Some(batch),
            row_count: rows.into(),
            replaced_id: replaced.map(|batch| GlobalId::Batch(batch).encode()),
            ..nothing(UploadOutcome::Stored, rejected)
        },
        Outcome::Refused { rejected } => nothing(UploadOutcome::Refused, rejected),
        Outcome::Unreadable { reason } => UploadPayload {
            reason: Some(reason),
            ..nothing(UploadOutcome::Unreadable, 0)
        },
    })
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Failure {
        match error {
            IngestError::Store(error) => error.into(),
            error => Failure::server(error),
        }
    }
}
