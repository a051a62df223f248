//! `peerband export`.

mod target;

use std::path::PathBuf;
use std::process::ExitCode;

use kernel::Day;

use super::REJECTED;
use super::serve::asked_to_stop;
use crate::app::App;
use crate::service::audit::Actor;
use crate::service::export::{Export, Exporting, Format, Unhindered};
use target::Target;

pub(super) const EXAMPLE: &str = "Examples:
  peerband export scorecards --as-of 2026-10-31 -o scorecards.parquet
  peerband export peer-bands --as-of 2026-10-31 --format ndjson | gzip > peer-bands.ndjson.gz

Exit status: 0 written, 1 nothing written because it failed or the date has no snapshot, 2 wrong usage.";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_enum)]
    what: Export,
    /// The date of the snapshot; its newest revision is written.
    #[arg(long)]
    as_of: Day,
    /// How rows are written; by default as the file's ending tells, or as CSV.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file to write, which appears when it is whole; standard output where none is named.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    let (format, target) = match chosen(&args) {
        Ok(chosen) => chosen,
        Err(reason) => {
            eprintln!("error: {reason}");
            return Ok(ExitCode::from(REJECTED));
        }
    };
    let mut out = target.open()?;
    let exporting = Exporting::find(app, args.what, format, Some(args.as_of)).await?;
    exporting.tell(&Actor::command_line()).await?;
    let mut pace = Unhindered;
    let written = tokio::select! {
        written = exporting.write(&mut out, &mut pace) => written,
        // Leaves the scope, and with it the unfinished file.
        () = asked_to_stop() => anyhow::bail!("interrupted; nothing was written"),
    };
    match written {
        Ok(_) => out.keep()?,
        // Whoever reads has seen enough, as with `| head`.
        Err(_) if out.reader_is_gone() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn chosen(args: &Args) -> Result<(Format, Target), String> {
    let target = Target::of(args.output.as_deref())?;
    let format = match (args.format, &args.output) {
        (Some(format), _) => format,
        (None, None) => Format::Csv,
        (None, Some(path)) => {
            let ending = path.extension().unwrap_or_default().to_string_lossy();
            match ending.to_ascii_lowercase().as_str() {
                "parquet" => Format::Parquet,
                "ndjson" | "jsonl" => Format::Ndjson,
                "gz" | "zst" => {
                    return Err(format!(
                        "{}: exports are not packed; leave -o out and pipe standard output through gzip or zstd",
                        path.display()
                    ));
                }
                _ => Format::Csv,
            }
        }
    };
    if format == Format::Parquet && target.is_terminal() {
        return Err("Parquet is not for a terminal; name a file with -o".to_owned());
    }
    Ok((format, target))
}
