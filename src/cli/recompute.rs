//! `peerband recompute`.

use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use kernel::Day;

use super::REJECTED;
use super::format::{Format, print};
use super::serve::asked_to_stop;
use crate::app::App;
use crate::service::audit::Actor;
use crate::service::recompute::{Published, recompute_dates};
use crate::service::run::{Stopped, Stopper};

pub(super) const EXAMPLE: &str = "Examples:
  peerband recompute --as-of 2026-10-31
  peerband recompute --from 2026-01-01 --to 2026-10-31 --every month-end
  peerband recompute --as-of 2026-10-31 --format json

Exit status: 0 every date is published, 1 a run had to stop; the dates before it stay published,
2 wrong usage.";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The last day that counts.
    #[arg(long, required_unless_present = "from", conflicts_with_all = ["from", "to"])]
    as_of: Option<Day>,
    /// The first of several dates.
    #[arg(long, requires = "to")]
    from: Option<Day>,
    /// The last of several dates.
    #[arg(long, requires = "from")]
    to: Option<Day>,
    /// Which dates between the two.
    #[arg(long, value_enum, default_value = "day")]
    every: Every,
    /// What is told of each published date: a line to read, or one JSON object a line.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Every {
    Day,
    MonthEnd,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    let dates = match dates(&args) {
        Ok(dates) => dates,
        Err(reason) => {
            eprintln!("error: {reason}");
            return Ok(ExitCode::from(REJECTED));
        }
    };
    let stopper = Stopper::default();
    tokio::spawn({
        let stopper = stopper.clone();
        async move {
            asked_to_stop().await;
            stopper.stop(Stopped::Cancelled);
        }
    });
    let progress = progress(dates.len());
    let mut told = Ok(());
    let (by, asked) = (Actor::command_line(), stopper.listen());
    let done = recompute_dates(app, &by, &dates, asked, |published| {
        let line = progress.suspend(|| tell(published, args.format));
        if told.is_ok() {
            told = line;
        }
        progress.inc(1);
    });
    done.await?;
    progress.finish_and_clear();
    told?;
    Ok(ExitCode::SUCCESS)
}

/// Shown on a terminal only.
fn progress(dates: usize) -> ProgressBar {
    let bar = ProgressBar::new(dates as u64);
    // The template is a constant of ours, known to be one.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} of {len} dates, {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn tell(published: &Published, format: Format) -> std::io::Result<()> {
    let Published {
        as_of,
        revision,
        counts,
        ..
    } = published;
    match format {
        Format::Text => print(format_args!(
            "{as_of}: revision {revision} published, {} scorecards in {} slices, {} peer bands",
            counts.scorecards, counts.slices, counts.peer_bands
        )),
        Format::Json => print(serde_json::json!({
            "as_of": as_of.to_string(),
            "revision": revision,
            "fact_rows": counts.fact_rows,
            "slices": counts.slices,
            "scorecards": counts.scorecards,
            "peer_bands": counts.peer_bands,
        })),
    }
}

/// The dates that are asked for, or what is wrong with the asking.
fn dates(args: &Args) -> Result<Vec<Day>, String> {
    let (first, last) = match (args.as_of, args.from, args.to) {
        (Some(as_of), _, _) => return Ok(vec![as_of]),
        (None, Some(from), Some(to)) => (from, to),
        _ => return Ok(Vec::new()),
    };
    if last < first {
        return Err(format!(
            "--from {first} is after --to {last}; exchange them"
        ));
    }
    let dates: Vec<Day> = (first.0..=last.0)
        .map(Day)
        .filter(|day| args.every == Every::Day || *day == day.month().last_day())
        .collect();
    if dates.is_empty() {
        return Err(format!(
            "no month ends from {first} to {last}; widen the dates or leave --every out"
        ));
    }
    Ok(dates)
}
