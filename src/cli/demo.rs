//! `peerband demo`.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::Datelike;
use kernel::Day;

use super::{ingest, serve};
use crate::app::App;
use crate::clock;
use crate::demo::{Plan, write_program};
use crate::service::recompute::recompute;
use crate::service::run::Stopper;

/// How many dates are published, and how far apart: the invented year is complete for all of them.
const DATES: i32 = 13;
const DAYS_APART: i32 = 5;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen; port 0 takes any free one.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// How many partners to invent.
    #[arg(long, default_value_t = 300)]
    partners: u32,
    /// Another seed invents another program.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    let today = clock::now()
        .with_timezone(&app.config().program.timezone)
        .date_naive();
    let today = Day::from_civil(today.year(), today.month(), today.day())
        .context("the clock shows no usable date")?;
    let plan = Plan {
        partners: args.partners,
        seed: args.seed,
        last_day: Day(today.0 - 1),
    };
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("program");
    let made = tokio::task::spawn_blocking({
        let program = program.clone();
        move || write_program(&program, &plan)
    });
    let made = made.await??;
    println!(
        "invented {} partners, {} customers, {} facts",
        made.partners, made.customers, made.facts
    );
    if !ingest::folder(app, &program).await? {
        bail!("the invented program was not taken in whole; try an empty --data-dir");
    }
    for step in (0..DATES).rev() {
        let published = recompute(
            app,
            Day(today.0 - 1 - step * DAYS_APART),
            None,
            Stopper::default().listen(),
        )
        .await?;
        println!(
            "{}: {} scorecards published",
            published.as_of, published.counts.scorecards
        );
    }
    let partner = &made.spotlight.partner_id;
    println!("\nThree queries to try:");
    println!(
        r"  {{ scorecard(partnerId: {partner:?}) {{ measures {{ metric value band rank peers }} }} }}"
    );
    println!(
        r"  {{ scorecards(first: 5) {{ totalCount nodes {{ partner {{ name }} measures {{ metric value band }} }} }} }}"
    );
    println!(
        r"  {{ peerBands(metrics: [REVENUE]) {{ metric peers bands {{ band min max partners }} }} }}"
    );
    serve::listen(app, args.listen).await?;
    Ok(ExitCode::SUCCESS)
}
