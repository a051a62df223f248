//! `peerband bench`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use generate::{Scale, Written};
use kernel::Day;

use super::format;
use crate::app::App;
use crate::service::recompute;

pub(super) const EXAMPLE: &str = "Example:
  peerband bench generate --scale S --out program

Exit status: 0 done, 1 it failed, 2 wrong usage.";

const GENERATE_EXAMPLE: &str = "Examples:
  peerband bench generate --scale S --out program
  peerband bench generate --scale S --day 2026-11-01 --out next-day

Exit status: 0 written, 1 it failed, 2 wrong usage.";

const SCORE_EXAMPLE: &str = "Example:
  peerband bench score --as-of 2026-10-31

Exit status: 0 computed, 1 it had to stop, 2 wrong usage.";

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Write a large invented program as Parquet files that `peerband ingest --dir` takes; the same bytes every time.
    #[command(after_help = GENERATE_EXAMPLE)]
    Generate(GenerateArgs),
    /// Compute a date in memory and publish nothing: a run without its last step.
    #[command(after_help = SCORE_EXAMPLE)]
    Score(ScoreArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct GenerateArgs {
    /// XS (100 partners), S (1,000 partners, 10 million usage rows), M (ten times S) or L (ten times M).
    #[arg(long)]
    scale: Scale,
    /// A new or empty folder; by default `bench-` and the scale.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Only the facts of one day after the program's last day, 2026-10-31.
    #[arg(long)]
    day: Option<Day>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ScoreArgs {
    /// The last day that counts.
    #[arg(long)]
    as_of: Day,
}

pub(super) async fn run_generate(args: GenerateArgs) -> anyhow::Result<ExitCode> {
    let out = args.out.unwrap_or_else(|| {
        let day = args.day.map(|day| format!("-{day}")).unwrap_or_default();
        format!("bench-{}{day}", args.scale).into()
    });
    let started = Instant::now();
    let folder = out.clone();
    let writing = tokio::task::spawn_blocking(move || match args.day {
        None => generate::write_program(&folder, args.scale, &tell),
        Some(day) => generate::write_day(&folder, args.scale, day, &tell),
    });
    let Written {
        files,
        reference_rows,
        usage_rows,
        other_fact_rows,
    } = writing.await??;
    let told = format!(
        "{}: {files} files, {usage_rows} usage rows, {other_fact_rows} other facts, {reference_rows} rows of reference data, \
         in {:.1} s",
        out.display(),
        started.elapsed().as_secs_f64()
    );
    format::print(told)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn run_score(app: &App, args: ScoreArgs) -> anyhow::Result<ExitCode> {
    let counts = recompute::score(app, args.as_of).await?;
    let told = format!(
        "{}: {} scorecards in {} slices, {} peer bands, not published",
        args.as_of, counts.scorecards, counts.slices, counts.peer_bands
    );
    format::print(told)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(file: &str, rows: u64) {
    eprintln!("{file}: {rows} rows");
}
