//! `peerband batches`.

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use intake::Dataset;

use super::REJECTED;
use super::format::{Format, print, print_json};
use crate::app::App;
use crate::service::audit::Actor;
use crate::service::ingest::{DeleteError, delete_batch};
use crate::store::batch::Batch;
use crate::store::manifest;

pub(super) const EXAMPLE: &str = "Examples:
  peerband batches list revenue
  peerband batches delete revenue 2026-10

Exit status: 0 done, 1 it failed, 2 refused or wrong usage.";

const LIST_EXAMPLE: &str = "Examples:
  peerband batches list revenue
  peerband batches list --format json

Exit status: 0 listed, 1 it failed, 2 wrong usage.";

const DELETE_EXAMPLE: &str = "Example:
  peerband batches delete revenue 2026-10

Exit status: 0 deleted, 1 it failed, 2 there is no such batch, it is of reference data, or wrong usage.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Stored batches and uploads of reference data, in commit order.
    #[command(after_help = LIST_EXAMPLE)]
    List {
        /// Only those of this dataset.
        dataset: Option<Dataset>,
        /// A table to read, or one JSON object a line.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Take all rows of a batch of facts back. Rows of the same keys in earlier batches count again.
    #[command(after_help = DELETE_EXAMPLE)]
    Delete {
        /// What the batch holds.
        dataset: Dataset,
        /// The batch's id.
        batch: String,
    },
}

pub(super) async fn run(app: &App, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List { dataset, format } => list(app, dataset, format).await?,
        Command::Delete { dataset, batch } => match delete(app, dataset, &batch).await {
            Ok(()) => print(format!("{dataset} {batch}: deleted"))?,
            Err(refused @ (DeleteError::Reference(_) | DeleteError::NotFound { .. })) => {
                eprintln!("error: {refused}");
                return Ok(ExitCode::from(REJECTED));
            }
            Err(error) => {
                let place = app.data_dir().path().display();
                return Err(error)
                    .with_context(|| format!("{dataset} {batch}: data directory {place}"));
            }
        },
    }
    Ok(ExitCode::SUCCESS)
}

async fn delete(app: &App, dataset: Dataset, batch_id: &str) -> Result<(), DeleteError> {
    let taken = delete_batch(app, &Actor::command_line(), dataset, batch_id).await;
    taken.map(drop)
}

async fn list(app: &App, dataset: Option<Dataset>, format: Format) -> anyhow::Result<()> {
    let batches = manifest::list(app.db(), dataset.map(Dataset::name)).await?;
    let committed_at = |batch: &Batch| batch.committed_at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    if format == Format::Json {
        for batch in &batches {
            print_json(&serde_json::json!({
                "dataset": batch.dataset,
                "batch": batch.batch_id,
                "rows": batch.rows,
                "rejected": batch.rejected,
                "committed_at": committed_at(batch),
            }))?;
        }
        return Ok(());
    }
    print(format!(
        "{:<15} {:>12} {:>9} {:<20} batch",
        "dataset", "rows", "rejected", "committed"
    ))?;
    for batch in &batches {
        print(format!(
            "{:<15} {:>12} {:>9} {:<20} {}",
            batch.dataset,
            batch.rows,
            batch.rejected,
            committed_at(batch),
            batch.batch_id
        ))?;
    }
    Ok(())
}
