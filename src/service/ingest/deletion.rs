//! Taking a batch back.

use intake::Dataset;

use crate::app::App;
use crate::clock;
use crate::service::audit::{Actor, Change};
use crate::service::{lock, sweep};
use crate::store::StoreError;
use crate::store::manifest::{self, Taken};

use super::{subject, told};

/// Why a batch cannot be taken back.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    #[error("{0} is reference data: its uploads cannot be deleted; send rows that replace theirs")]
    Reference(Dataset),
    #[error(
        "{dataset} has no batch \"{batch_id}\"; `peerband batches list {dataset}` shows those it has"
    )]
    NotFound { dataset: Dataset, batch_id: String },
    #[error(
        "cannot use the database; see that it can be written, has space and is locked by nobody"
    )]
    Store(#[from] StoreError),
    #[error("cannot use the data directory; see that it can be read and written")]
    Io(#[from] std::io::Error),
}

/// Takes all rows of a batch back, and tells the audit log in the same transaction. Gives what the batch was.
///
/// # Errors
/// Where there is no such batch or the database refuses.
pub async fn delete_batch(
    app: &App,
    by: &Actor,
    dataset: Dataset,
    batch_id: &str,
) -> Result<Taken, DeleteError> {
    if dataset.is_reference() {
        return Err(DeleteError::Reference(dataset));
    }
    let lock = lock::ingesting(app.data_dir()).await?;
    let txn = app.db().begin().await?;
    let Some(taken) = manifest::delete_batch(&txn, dataset.name(), batch_id).await? else {
        txn.rollback().await.map_err(StoreError::from)?;
        return Err(DeleteError::NotFound {
            dataset,
            batch_id: batch_id.to_owned(),
        });
    };
    let change = Change {
        action: "batch.delete",
        subject: subject(dataset, batch_id),
        before: Some(told(taken)),
        after: None,
    };
    by.record(&txn, clock::now(), change).await?;
    txn.commit().await.map_err(StoreError::from)?;
    sweep::sweep_while(app, &lock).await;
    Ok(taken)
}
