//! A batch of facts: prepared rows into the fact store, and then into the manifest by one transaction.

use std::error::Error;

use facts::BatchWriter;
use facts::write::Announce;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::rows::Rows;
use super::{IngestError, Outcome, Read, Request, commit, judge, record, stored};
use crate::app::App;
use crate::store::{Db, uncounted_file};

/// A batch whose files are read, and whose rows are written but for the last of them.
pub(super) struct Unstored {
    batch: BatchWriter,
    read: Read,
}

impl Unstored {
    /// Writes rows as they come, up to what is held in memory. What it wrote and does not count stays announced, for the
    /// session's sweep.
    pub(super) async fn write(
        app: &App,
        request: &Request,
        rows: mpsc::Receiver<Rows>,
        reading: JoinHandle<Read>,
    ) -> Result<Unstored, IngestError> {
        let dataset = facts::Dataset::from_name(request.dataset.name()).ok_or(IngestError::Lost)?;
        let mut batch = app
            .facts()
            .write_batch(dataset)
            .announce_with(announce(app.db()));
        match fill(&mut batch, rows, reading).await {
            Ok(read) => {
                // The batch before may still be on its way to the disk.
                batch.seal();
                Ok(Unstored { batch, read })
            }
            Err(error) => {
                abort(batch).await;
                Err(error)
            }
        }
    }

    /// Stores the batch or nothing.
    pub(super) async fn store(self, app: &App, request: &Request) -> Result<Outcome, IngestError> {
        if let Some(outcome) = judge(request, &self.read) {
            self.abort().await;
            return Ok(outcome);
        }
        let files = self.batch.finish().await?;
        let txn = app.db().begin().await?;
        let recorded = record(&txn, request, &self.read, &files).await?;
        commit(app.db(), txn, recorded).await?;
        Ok(stored(&self.read, recorded))
    }

    pub(super) async fn abort(self) {
        abort(self.batch).await;
    }
}

async fn fill(
    batch: &mut BatchWriter,
    mut rows: mpsc::Receiver<Rows>,
    reading: JoinHandle<Read>,
) -> Result<Read, IngestError> {
    while let Some(group) = rows.recv().await {
        match group {
            Rows::Usage(rows) => batch.push_usage(&rows).await?,
            Rows::Facts(rows) => batch.push_all(rows).await?,
            _ => {}
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
