//! `peerband ingest`.

mod folder;
mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use intake::{Dataset, Source, batch_id_of};

use super::REJECTED;
use crate::app::App;
use crate::service::ingest::{OnReject, Outcome, Request, ingest};
use report::Report;

pub(super) const EXAMPLE: &str = "Examples:
  peerband ingest revenue 2026-10.csv.gz --batch 2026-10
  peerband ingest --dir my-program --on-reject row --rejects rejects.csv";

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
    #[arg(long)]
    rejects: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Policy {
    Batch,
    Row,
}

/// One batch to be taken in.
struct Planned {
    dataset: Dataset,
    batch_id: String,
    files: Vec<Source>,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    let report = Arc::new(Report::new(args.rejects.as_deref())?);
    let planned = match plan(&args) {
        Ok(planned) => planned,
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(ExitCode::from(REJECTED));
        }
    };
    let on_reject = match args.on_reject {
        Policy::Batch => OnReject::Batch,
        Policy::Row => OnReject::Row,
    };
    store(app, planned, on_reject, report).await
}

/// Takes a whole folder in, as `--dir` does.
pub(super) async fn folder(app: &App, dir: &Path) -> anyhow::Result<ExitCode> {
    let report = Arc::new(Report::new(None)?);
    store(app, folder::plan(dir)?, OnReject::Batch, report).await
}

async fn store(
    app: &App,
    planned: Vec<Planned>,
    on_reject: OnReject,
    report: Arc<Report>,
) -> anyhow::Result<ExitCode> {
    let mut all_stored = true;
    for Planned {
        dataset,
        batch_id,
        files,
    } in planned
    {
        report.begin(dataset, &files);
        let request = Request {
            dataset,
            batch_id: batch_id.clone(),
            files,
            on_reject,
        };
        let outcome = ingest(app, request, report.clone())
            .await
            .with_context(|| {
                let place = app.data_dir().path().display();
                format!("{dataset} {batch_id}: data directory {place}")
            })?;
        all_stored &= matches!(outcome, Outcome::Stored { rejected: 0, .. });
        report.end(&batch_id, &outcome);
    }
    report.finish()?;
    Ok(if all_stored {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(REJECTED)
    })
}

fn plan(args: &Args) -> anyhow::Result<Vec<Planned>> {
    if let Some(dir) = &args.dir {
        return folder::plan(dir);
    }
    let mut files = Vec::new();
    for path in &args.files {
        files.push(Source::from_path(path)?);
    }
    let (Some(dataset), Some(first)) = (args.dataset, args.files.first()) else {
        anyhow::bail!("name a dataset and its files, or --dir");
    };
    let batch_id = args.batch.clone().unwrap_or_else(|| batch_id_of(first));
    Ok(vec![Planned {
        dataset,
        batch_id,
        files,
    }])
}
