//! `peerband batches`.

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use intake::Dataset;

use super::REJECTED;
use crate::app::App;
use crate::service::ingest::{DeleteError, delete_batch};
use crate::store::manifest;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Stored batches and uploads of reference data, in commit order.
    #[command(after_help = "Example: peerband batches list revenue")]
    List { dataset: Option<Dataset> },
    /// Take all rows of a batch of facts back.
    #[command(after_help = "Example: peerband batches delete revenue 2026-10")]
    Delete { dataset: Dataset, batch: String },
}

pub(super) async fn run(app: &App, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List { dataset } => {
            println!(
                "{:<15} {:>12} {:>9} {:<25} batch",
                "dataset", "rows", "rejected", "committed"
            );
            for batch in manifest::list(app.db(), dataset.map(Dataset::name)).await? {
                let committed = batch.committed_at.format("%Y-%m-%dT%H:%M:%SZ");
                println!(
                    "{:<15} {:>12} {:>9} {committed:<25} {}",
                    batch.dataset, batch.rows, batch.rejected, batch.batch_id
                );
            }
        }
        Command::Delete { dataset, batch } => match delete_batch(app, dataset, &batch).await {
            Ok(()) => println!("{dataset} {batch}: deleted"),
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
