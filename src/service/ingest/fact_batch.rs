//! A batch of facts: prepared rows into the fact store, and then into the manifest by one transaction.

use std::error::Error;

use facts::BatchWriter;
use facts::write::Announce;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::prepare::Rows;
use super::{IngestError, Outcome, Read, Request, commit, judge, new_batch, stored};
use crate::app::App;
use crate::store::{Db, manifest, uncounted_file};

/// Stores the batch or nothing. What it wrote and does not count stays announced, for the caller's sweep.
pub(super) async fn store(
    app: &App,
    request: &Request,
    rows: mpsc::Receiver<Rows>,
    reading: JoinHandle<Read>,
) -> Result<Outcome, IngestError> {
    let dataset = facts::Dataset::from_name(request.dataset.name()).ok_or(IngestError::Lost)?;
    let mut batch = app
        .facts()
        .write_batch(dataset)
        .announce_with(announce(app.db()));
    let read = match fill(&mut batch, rows, reading).await {
        Ok(read) => read,
        Err(error) => {
            abort(batch).await;
            return Err(error);
        }
    };
    if let Some(outcome) = judge(request, &read) {
        abort(batch).await;
        return Ok(outcome);
    }
    let files = batch.finish().await?;
    let txn = app.db().begin().await?;
    let recorded = manifest::commit_batch(&txn, &new_batch(request, &read), &files).await?;
    commit(app.db(), txn, recorded).await?;
    Ok(stored(&read))
}

async fn fill(
    batch: &mut BatchWriter,
    mut rows: mpsc::Receiver<Rows>,
    reading: JoinHandle<Read>,
) -> Result<Read, IngestError> {
    while let Some(group) = rows.recv().await {
        let Rows::Facts(group) = group else { continue };
        for row in group {
            batch.push(row).await?;
        }
    }
    reading.await.map_err(|_| IngestError::Lost)
}

/// Removes what was written at once, for a full disk has no room to note anything first.
async fn abort(batch: BatchWriter) {
    if let Err(error) = batch.abort().await {
        tracing::warn!(
            error = &error as &dyn Error,
            "files of a batch that was not stored stay until the next sweep"
        );
    }
}

fn announce(db: &Db) -> Announce {
    let db = db.clone();
    Box::new(move |paths| {
        let db = db.clone();
        Box::pin(async move { Ok(uncounted_file::announce(&db, &paths).await?) })
    })
}
