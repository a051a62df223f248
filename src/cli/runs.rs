//! `peerband runs`.

use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat, Utc};
use kernel::Day;

use super::REJECTED;
use super::format::{Format, print, print_json};
use crate::app::App;
use crate::service::audit::Actor;
use crate::service::run::cancel_run;
use crate::store::job_run::{JobRun, JobRunFilter, list_job_runs};
use crate::store::paging::Page;

pub(super) const EXAMPLE: &str = "Examples:
  peerband runs
  peerband runs --limit 365 --format json
  peerband runs --cancel 17

Exit status: 0 listed or asked to stop, 1 it failed, 2 the run to be stopped is not under way, or wrong usage.";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many, newest first.
    #[arg(long, default_value_t = 20)]
    limit: u32,
    /// Ask this run to stop, wherever it is under way; it publishes nothing then. The number is the first column of the
    /// list.
    #[arg(long, value_name = "ID", conflicts_with = "limit")]
    cancel: Option<i64>,
    /// A table to read, or one JSON object a line.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) async fn run(app: &App, args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(run) = args.cancel {
        return cancel(app, run).await;
    }
    let newest = Page {
        limit: args.limit,
        after: None,
        before: None,
        from_back: false,
    };
    let runs = list_job_runs(app.db(), &JobRunFilter::default(), &newest).await?;
    if args.format == Format::Text {
        print(format!(
            "{:>6} {:<18} {:<10} {:<9} {:<9} {:<20} {:>8} {:>12} {:>10}  error",
            "run",
            "job",
            "as of",
            "trigger",
            "state",
            "started",
            "seconds",
            "fact rows",
            "scorecards"
        ))?;
    }
    for (_, run) in runs.rows {
        match args.format {
            Format::Text => print(line(&run))?,
            Format::Json => print_json(&json(&run))?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn cancel(app: &App, run: i64) -> anyhow::Result<ExitCode> {
    if cancel_run(app.db(), &Actor::command_line(), run).await? {
        print(format!(
            "run {run}: asked to stop; whoever works for it learns of it within seconds"
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: run {run} is not under way; `peerband runs` lists those there are");
    Ok(ExitCode::from(REJECTED))
}

fn line(run: &JobRun) -> String {
    let count = |count: Option<i64>| count.map(|count| count.to_string()).unwrap_or_default();
    let seconds = run.ended_at.map(|ended| {
        let took = ended - run.started_at;
        format!("{:.1}", took.as_seconds_f64())
    });
    let line = format!(
        "{:>6} {:<18} {:<10} {:<9} {:<9} {:<20} {:>8} {:>12} {:>10}  {}",
        run.id,
        run.job,
        Day(run.as_of).to_string(),
        run.trigger.name(),
        run.state.name(),
        moment(run.started_at),
        seconds.unwrap_or_default(),
        count(run.fact_rows),
        count(run.scorecards),
        run.error.as_deref().unwrap_or_default()
    );
    line.trim_end().to_owned()
}

fn json(run: &JobRun) -> serde_json::Value {
    serde_json::json!({
        "run": run.id,
        "job": run.job,
        "as_of": Day(run.as_of).to_string(),
        "trigger": run.trigger.name(),
        "state": run.state.name(),
        "started_at": moment(run.started_at),
        "ended_at": run.ended_at.map(moment),
        "fact_rows": run.fact_rows,
        "scorecards": run.scorecards,
        "peer_bands": run.peer_bands,
        "error": run.error,
    })
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
