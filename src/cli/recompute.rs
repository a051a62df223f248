//! `peerband recompute`.

use std::process::ExitCode;

use anyhow::bail;
use kernel::Day;

use super::format::Format;
use super::serve::asked_to_stop;
use crate::app::App;
use crate::service::recompute::{Published, recompute_dates};
use crate::service::run::{Stopped, Stopper};

pub(super) const EXAMPLE: &str = "Examples:
  peerband recompute --as-of 2026-10-31
  peerband recompute --from 2026-01-01 --to 2026-10-31 --every month-end
  peerband recompute --as-of 2026-10-31 --format json

Exit status: 0 every date is published, 1 a run had to stop; the dates before it stay published.";

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
    let stopper = Stopper::default();
    tokio::spawn({
        let stopper = stopper.clone();
        async move {
            asked_to_stop().await;
            stopper.stop(Stopped::Cancelled);
        }
    });
    let dates = dates(&args)?;
    recompute_dates(app, &dates, stopper.listen(), |published| {
        tell(published, args.format);
    })
    .await?;
    Ok(ExitCode::SUCCESS)
}

fn tell(published: &Published, format: Format) {
    let Published {
        as_of,
        revision,
        counts,
        ..
    } = published;
    match format {
        Format::Text => println!(
            "{as_of}: revision {revision} published, {} scorecards in {} slices, {} peer bands",
            counts.scorecards, counts.slices, counts.peer_bands
        ),
        Format::Json => println!(
            "{}",
            serde_json::json!({
                "as_of": as_of.to_string(),
                "revision": revision,
                "fact_rows": counts.fact_rows,
                "slices": counts.slices,
                "scorecards": counts.scorecards,
                "peer_bands": counts.peer_bands,
            })
        ),
    }
}

fn dates(args: &Args) -> anyhow::Result<Vec<Day>> {
    let (first, last) = match (args.as_of, args.from, args.to) {
        (Some(as_of), _, _) => return Ok(vec![as_of]),
        (None, Some(from), Some(to)) => (from, to),
        _ => return Ok(Vec::new()),
    };
    if last < first {
        bail!("--from {first} is after --to {last}; exchange them");
    }
    let dates: Vec<Day> = (first.0..=last.0)
        .map(Day)
        .filter(|day| args.every == Every::Day || *day == day.month().last_day())
        .collect();
    if dates.is_empty() {
        bail!("no month ends from {first} to {last}; widen the dates or leave --every out");
    }
    Ok(dates)
}
