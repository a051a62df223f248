//! `peerband export`.

use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use kernel::Day;

use crate::app::App;
use crate::service::export::{Export, Format, export};

pub(super) const EXAMPLE: &str =
    "Example: peerband export scorecards --as-of 2026-10-31 -o scorecards.csv";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_enum)]
    what: Export,
    /// The date of the snapshot.
    #[arg(long)]
    as_of: Day,
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// The file to write; standard output where none is named.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    match args.output {
        None => {
            let out = BufWriter::new(std::io::stdout());
            export(app, args.what, args.as_of, args.format, out).await?;
        }
        Some(path) => {
            // Written beside its place first, so that a failure leaves no half file under its name.
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.map_or_else(|| PathBuf::from("."), PathBuf::from);
            let file = tempfile::NamedTempFile::new_in(&folder)
                .with_context(|| format!("cannot write into {}", folder.display()))?;
            export(
                app,
                args.what,
                args.as_of,
                args.format,
                BufWriter::new(file.as_file()),
            )
            .await?;
            file.as_file().sync_all()?;
            file.persist(&path)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
