//! `peerband recompute`.

use std::process::ExitCode;

use kernel::Day;

use crate::app::App;
use crate::service::recompute::recompute;

pub(super) const EXAMPLE: &str = "Examples:
  peerband recompute --as-of 2026-10-31
  peerband recompute --from 2026-01-01 --to 2026-10-31 --every month-end";

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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Every {
    Day,
    MonthEnd,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    for as_of in dates(&args) {
        let published = recompute(app, as_of).await?;
        println!(
            "{}: revision {} published, {} scorecards in {} slices, {} peer bands",
            published.as_of,
            published.revision,
            published.counts.scorecards,
            published.counts.slices,
            published.counts.peer_bands
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn dates(args: &Args) -> Vec<Day> {
    let (first, last) = match (args.as_of, args.from, args.to) {
        (Some(as_of), _, _) => (as_of, as_of),
        (None, Some(from), Some(to)) => (from, to),
        _ => return Vec::new(),
    };
    let one = args.as_of.is_some();
    (first.0..=last.0)
        .map(Day)
        .filter(|day| one || args.every == Every::Day || *day == day.month().last_day())
        .collect()
}
