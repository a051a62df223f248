//! `peerband ingest`.

mod folder;
mod report;
mod summary;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use intake::{Dataset, Source, batch_id_of};

use super::REJECTED;
use super::format::Format;
use crate::app::App;
use crate::service::audit::Actor;
use crate::service::ingest::{Interrupted, OnReject, Request, ingest_all};
use report::{Report, Told};

pub(super) const EXAMPLE: &str = "Examples:
  peerband ingest revenue 2026-10.csv.gz --batch 2026-10
  peerband ingest --dir my-program --on-reject row --rejects rejects.csv

Exit status: 0 all rows of all batches are stored, 1 it failed, 2 something was rejected or refused, or wrong usage.
Standard error names each rejected row and each refused batch.";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What the files hold.
    #[arg(required_unless_present = "dir")]
    dataset: Option<Dataset>,
    /// The files of one batch: .csv or .ndjson (plain, .gz or .zst), or .parquet.
    #[arg(required_unless_present = "dir")]
    files: Vec<PathBuf>,
    /// The batch's id; by default the first file's name without endings.
    #[arg(long, conflicts_with = "dir")]
    batch: Option<String>,
    /// A folder with files or folders named by dataset; each file of a folder is one batch.
    #[arg(long, conflicts_with_all = ["dataset", "files"])]
    dir: Option<PathBuf>,
    /// What one rejected row refuses: its whole batch, or only itself.
    #[arg(long, value_enum, default_value = "batch")]
    on_reject: Policy,
    /// Write every rejected row to this CSV file.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// What is told of stored batches: a line for each, or one JSON object about the whole call.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Policy {
    Batch,
    Row,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    let told = match args.format {
        Format::Text => Told::Lines,
        Format::Json => Told::Json,
    };
    let on_reject = match args.on_reject {
        Policy::Batch => OnReject::Batch,
        Policy::Row => OnReject::Row,
    };
    let report = Arc::new(Report::new(args.rejects.as_deref(), told)?);
    let planned = match plan(&args, on_reject) {
        Ok(planned) => planned,
        Err(error) => {
            eprintln!("error: {error:#}");
            report.finish(Some(&error))?;
            return Ok(ExitCode::from(REJECTED));
        }
    };
    Ok(if store(app, planned, &report).await? {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(REJECTED)
    })
}

/// Takes a whole folder in, as `--dir` does, and tells whether every row was stored.
pub(super) async fn folder(app: &App, dir: &Path) -> anyhow::Result<bool> {
    let report = Arc::new(Report::new(None, Told::Nothing)?);
    store(app, folder::plan(dir, OnReject::Batch)?, &report).await
}

async fn store(app: &App, planned: Vec<Request>, report: &Arc<Report>) -> anyhow::Result<bool> {
    let Err(interrupted) = ingest_all(app, planned, report.clone()).await else {
        return report.finish(None);
    };
    let Interrupted {
        dataset,
        batch_id,
        error,
    } = *interrupted;
    let place = app.data_dir().path().display();
    let error =
        anyhow::Error::from(error).context(format!("{dataset} {batch_id}: data directory {place}"));
    report.finish(Some(&error))?;
    Err(error)
}

fn plan(args: &Args, on_reject: OnReject) -> anyhow::Result<Vec<Request>> {
    if let Some(dir) = &args.dir {
        return folder::plan(dir, on_reject);
    }
    let mut files = Vec::new();
    for path in &args.files {
        if path.as_os_str() == "-" {
            bail!("standard input has no ending that tells its format; save it as a file first");
        }
        files.push(Source::from_path(path)?);
    }
    let (Some(dataset), Some(first)) = (args.dataset, args.files.first()) else {
        bail!("name a dataset and its files, or --dir");
    };
    let batch_id = args.batch.clone().unwrap_or_else(|| batch_id_of(first));
    Ok(vec![Request {
        by: Actor::command_line(),
        dataset,
        batch_id,
        files,
        on_reject,
    }])
}
