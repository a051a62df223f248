//! `peerband demo`.

mod kept;
mod keys;

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use kernel::{Day, Month};

use super::format::print;
use super::{REJECTED, ingest, serve};
use crate::app::App;
use crate::clock;
use crate::demo::{Made, Plan, write_program};
use crate::service::audit::Actor;
use crate::service::night::local_day;
use crate::service::recompute::recompute_dates;
use crate::service::run::Stopper;
use crate::store::manifest;
use crate::store::snapshot::published_dates;
use kept::Kept;
use keys::show_keys;

pub(super) const EXAMPLE: &str = "Example:
  peerband demo --partners 100 --listen 127.0.0.1:8080

The program is invented once for each data directory; later calls serve it again, and publish the dates that are
missing. A data directory that holds anything else is left alone.

Exit status: 0 asked to stop, 1 it failed, 2 the data directory holds another program, or wrong usage.";

/// Besides yesterday, the last ends of months.
const MONTH_ENDS: i32 = 12;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen; port 0 takes any free one.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// How many partners to invent [default: 300].
    #[arg(long)]
    partners: Option<u32>,
    /// Another seed invents another program [default: 7].
    #[arg(long)]
    seed: Option<u64>,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let mut kept = match begin(app, &args).await? {
        Ok(kept) => kept,
        Err(reason) => {
            eprintln!("error: {reason}");
            return Ok(ExitCode::from(REJECTED));
        }
    };
    let partner_id = match kept.partner_id.clone() {
        Some(partner_id) => partner_id,
        None => {
            let partner_id = invent(app, &kept).await?;
            kept.partner_id = Some(partner_id.clone());
            kept.write(app.data_dir())?;
            partner_id
        }
    };
    let mut missing = dates(kept.last_day()?);
    let published = published_dates(app.db()).await?;
    missing.retain(|date| !published.contains(date));
    let mut told = Ok(());
    let (by, asked) = (Actor::command_line(), Stopper::default().listen());
    let done = recompute_dates(app, &by, &missing, asked, |published| {
        let line = print(format_args!(
            "{}: {} scorecards published",
            published.as_of, published.counts.scorecards
        ));
        if told.is_ok() {
            told = line;
        }
    });
    done.await?;
    told?;
    print(format_args!(
        "ready after {} s",
        started.elapsed().as_secs()
    ))?;
    let way_in = show_keys(app, &partner_id).await?;
    print("\nThree queries to try:")?;
    for query in queries(&partner_id) {
        print(format_args!("  {query}"))?;
    }
    print(format_args!(
        "\nAnd a scorecard to read: /scorecard/{partner_id}"
    ))?;
    serve::listen(app, args.listen, Some(&way_in)).await?;
    Ok(ExitCode::SUCCESS)
}

/// What the data directory's demo is, or why there can be none.
async fn begin(app: &App, args: &Args) -> anyhow::Result<Result<Kept, String>> {
    let place = app.data_dir().path().display();
    if let Some(kept) = Kept::read(app.data_dir())? {
        let asked = (
            args.partners.unwrap_or(kept.partners),
            args.seed.unwrap_or(kept.seed),
        );
        if asked != (kept.partners, kept.seed) {
            return Ok(Err(format!(
                "{place} holds a demo of {} partners made from seed {}; remove it, or name another --data-dir",
                kept.partners, kept.seed
            )));
        }
        return Ok(Ok(kept));
    }
    if !manifest::list(app.db(), None).await?.is_empty() {
        return Ok(Err(format!(
            "{place} holds a program, and an invented one would mix with it; name another --data-dir"
        )));
    }
    let today = local_day(clock::now(), app.config().program.timezone)
        .context("the clock shows no usable date")?;
    let kept = Kept::new(
        args.partners.unwrap_or(300),
        args.seed.unwrap_or(7),
        Day(today.0 - 1),
    );
    // Written first: what a call leaves that is stopped half way is a demo too, and is taken in again.
    kept.write(app.data_dir())?;
    Ok(Ok(kept))
}

/// Makes the program and takes it in; gives the partner that examples show.
async fn invent(app: &App, kept: &Kept) -> anyhow::Result<String> {
    let plan = Plan {
        partners: kept.partners,
        seed: kept.seed,
        last_day: kept.last_day()?,
    };
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("program");
    let made = write(&program, plan).await?;
    print(format_args!(
        "invented {} partners, {} customers, {} facts since {}",
        made.partners, made.customers, made.facts, made.first_day
    ))?;
    if !ingest::folder(app, &program).await? {
        bail!("the invented program was not taken in whole; name an empty --data-dir");
    }
    Ok(made.spotlight.partner_id)
}

async fn write(program: &Path, plan: Plan) -> anyhow::Result<Made> {
    let program = program.to_owned();
    tokio::task::spawn_blocking(move || write_program(&program, &plan)).await?
}

/// The ends of months before the last day, and the last day, oldest first.
fn dates(last_day: Day) -> Vec<Day> {
    let month = last_day.month();
    let mut dates: Vec<Day> = (1..=MONTH_ENDS)
        .rev()
        .map(|back| Month(month.0 - back).last_day())
        .collect();
    dates.push(last_day);
    dates
}

fn queries(partner_id: &str) -> [String; 3] {
    [
        format!(
            "{{ scorecard(partnerId: {partner_id:?}) {{ measures {{ metric value band rank peers }} }} }}"
        ),
        "{ scorecards(first: 5) { totalCount nodes { partner { name } measures { metric value band } } } }".to_owned(),
        "{ peerBands(metrics: [REVENUE]) { metric peers bands { band min max partners } } }".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(last_day: &str, first: &str, before_last: &str) {
        let dates = dates(last_day.parse().unwrap());
        assert_eq!(dates.len(), 13);
        assert!(dates.is_sorted_by(|a, b| a < b));
        assert_eq!(dates[0].to_string(), first);
        assert_eq!(dates[11].to_string(), before_last);
        assert_eq!(dates[12].to_string(), last_day);
    }

    #[test]
    fn dates_are_twelve_month_ends_and_the_last_day_even_where_that_ends_a_month() {
        check("2026-11-22", "2025-11-30", "2026-10-31");
        check("2026-11-30", "2025-11-30", "2026-10-31");
        check("2024-03-01", "2023-03-31", "2024-02-29");
    }
}
