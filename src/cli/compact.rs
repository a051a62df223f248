//! `peerband compact`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use kernel::Day;

use super::format::{Format, print};
use super::serve::asked_to_stop;
use crate::app::App;
use crate::clock;
use crate::service::audit::Actor;
use crate::service::compact::{Compacted, Request, Watcher, compact};
use crate::service::night::local_day;
use crate::service::run::{Stopped, Stopper};

pub(super) const EXAMPLE: &str = "Examples:
  peerband compact
  peerband compact --small-files-max 1 --format json

Batches can be replaced and deleted afterwards as before, and every figure stays as it is.
Others may take batches in and compute meanwhile.

Exit status: 0 done, also where nothing was due, 1 it had to stop; what it merged before stays
merged, 2 wrong usage.";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Merge where there are more small files than this of a dataset, or of a month of usage [default: the setting
    /// compaction.small_files_max].
    #[arg(long, value_name = "FILES", value_parser = clap::value_parser!(u32).range(1..))]
    small_files_max: Option<u32>,
    /// What is told at the end: lines to read, or one JSON object.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) async fn run(app: &App, args: &Args) -> anyhow::Result<ExitCode> {
    let stopper = Stopper::default();
    tokio::spawn({
        let stopper = stopper.clone();
        async move {
            asked_to_stop().await;
            stopper.stop(Stopped::Cancelled);
        }
    });
    let config = app.config();
    let request = Request {
        small_files_max: args
            .small_files_max
            .map_or(config.compaction.small_files_max, |files| files as usize),
        as_of: local_day(clock::now(), config.program.timezone).unwrap_or(Day::FIRST),
        slot: None,
    };
    let progress = Arc::new(Progress(bar()));
    let (by, asked) = (Actor::command_line(), stopper.listen());
    let done = compact(app, &by, request, asked, progress.clone()).await;
    progress.0.finish_and_clear();
    tell(&done?, args.format)?;
    Ok(ExitCode::SUCCESS)
}

struct Progress(ProgressBar);

impl Watcher for Progress {
    fn begun(&self, rows: u64) {
        self.0.set_length(rows);
    }

    fn merged(&self, rows: u64) {
        self.0.inc(rows);
    }
}

/// Shown on a terminal only.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    // The template is a constant of ours, known to be one.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} of {len} rows, {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn tell(done: &Compacted, format: Format) -> std::io::Result<()> {
    let Compacted {
        before,
        after,
        merges,
        merged_rows,
    } = done;
    match format {
        Format::Text if *merges == 0 => print(format_args!(
            "nothing to merge: {} files, {} bytes",
            before.files, before.bytes
        )),
        Format::Text => print(format_args!(
            "{} files, {} bytes before; {} files, {} bytes now; {merged_rows} rows merged",
            before.files, before.bytes, after.files, after.bytes
        )),
        Format::Json => print(serde_json::json!({
            "files_before": before.files,
            "bytes_before": before.bytes,
            "files_after": after.files,
            "bytes_after": after.bytes,
            "merges": merges,
            "merged_rows": merged_rows,
        })),
    }
}
