//! The command line: arguments in, exit code out.

mod batches;
mod bench;
mod compact;
mod demo;
mod export;
mod format;
mod ingest;
mod keys;
mod manual;
mod recompute;
mod runs;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser, Subcommand};

use crate::app::App;
use crate::config::{Config, DataDir};

/// Something was rejected or refused.
const REJECTED: u8 = 2;

/// Peer bands for partner programs: facts in, nightly scorecards out.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Example:
  peerband ingest --dir my-program && peerband recompute --as-of 2026-10-31

Exit status: 0 done, 1 it failed, 2 something was rejected or refused, or wrong usage."
)]
struct Cli {
    /// The folder of the database and the fact store [default: ./peerband-data, of the demo ./peerband-demo].
    #[arg(
        long,
        global = true,
        env = "PEERBAND_DATA_DIR",
        hide_env_values = true,
        help_heading = "Everywhere",
        value_name = "FOLDER"
    )]
    data_dir: Option<PathBuf>,
    /// Settings as TOML, over the defaults.
    #[arg(
        long,
        global = true,
        env = "PEERBAND_CONFIG",
        hide_env_values = true,
        help_heading = "Everywhere",
        value_name = "FILE"
    )]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take files of facts or reference data in.
    #[command(after_help = ingest::EXAMPLE)]
    Ingest(ingest::Args),
    /// List stored batches or take one back.
    #[command(subcommand, after_help = batches::EXAMPLE)]
    Batches(batches::Command),
    /// Compute and publish snapshots.
    #[command(after_help = recompute::EXAMPLE)]
    Recompute(recompute::Args),
    /// What was computed when, and how it ended.
    #[command(after_help = runs::EXAMPLE)]
    Runs(runs::Args),
    /// Merge small files of the fact store, as the server does each night.
    #[command(after_help = compact::EXAMPLE)]
    Compact(compact::Args),
    /// Write a snapshot's scorecards or peer bands.
    #[command(after_help = export::EXAMPLE)]
    Export(export::Args),
    /// Make, list, replace and revoke the keys that the server is asked with.
    #[command(subcommand, after_help = keys::EXAMPLE)]
    Keys(keys::Command),
    /// Invent a program, take it in, publish snapshots and serve them.
    #[command(after_help = demo::EXAMPLE)]
    Demo(demo::Args),
    /// Make the invented programs that benchmarks run on, and run without publishing.
    #[command(subcommand, after_help = bench::EXAMPLE)]
    Bench(bench::Command),
    /// Answer GraphQL queries and pages over HTTP, to whoever has a key.
    #[command(after_help = "Example:
  peerband serve --listen 127.0.0.1:8080

Exit status: 0 asked to stop, 1 it failed, 2 wrong usage.")]
    Serve(serve::Args),
    /// Print the GraphQL schema as SDL.
    #[command(after_help = "Example:
  peerband schema > schema.graphql

Exit status: 0 printed, 1 it failed, 2 wrong usage.")]
    Schema,
    /// Print the manual's page of the command line, docs/cli.md.
    #[command(
        hide = true,
        after_help = "Example:
  peerband manual > docs/cli.md

Exit status: 0 printed, 1 it failed, 2 wrong usage."
    )]
    Manual,
}

impl Command {
    /// Where data lies unless told otherwise: an invented program keeps away from a real one.
    fn data_dir(&self) -> &'static str {
        match self {
            Command::Demo(_) => "./peerband-demo",
            _ => "./peerband-data",
        }
    }
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = std::env::var("PEERBAND_LOG").unwrap_or_else(|_| cli.command.log().to_owned());
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let code = match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    };
    // Whatever still computes has lost its claim by now, and cannot publish.
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}

impl Command {
    /// What is logged where PEERBAND_LOG says nothing: a server tells what it does.
    fn log(&self) -> &'static str {
        match self {
            Command::Serve(_) => "warn,peerband=info",
            _ => "warn",
        }
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Schema => format::print(crate::graphql::sdl().trim_end())?,
        Command::Manual => {
            format::print(manual::page(Cli::command()).trim_end())?;
        }
        Command::Bench(bench::Command::Generate(args)) => return bench::run_generate(args).await,
        command => return run_opened(command, cli.data_dir, cli.config).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_opened(
    command: Command,
    data_dir: Option<PathBuf>,
    config: Option<PathBuf>,
) -> anyhow::Result<ExitCode> {
    let config = Config::load(config.as_deref(), std::env::vars())?;
    let data_dir = data_dir.unwrap_or_else(|| command.data_dir().into());
    let app = App::open(config, DataDir::new(data_dir)).await?;
    match command {
        Command::Ingest(args) => ingest::run(&app, args).await,
        Command::Batches(command) => batches::run(&app, command).await,
        Command::Recompute(args) => recompute::run(&app, args).await,
        Command::Runs(args) => runs::run(&app, &args).await,
        Command::Compact(args) => compact::run(&app, &args).await,
        Command::Export(args) => export::run(&app, args).await,
        Command::Keys(command) => keys::run(&app, command).await,
        Command::Demo(args) => demo::run(&app, args).await,
        Command::Serve(args) => serve::run(&app, args).await,
        Command::Bench(bench::Command::Score(args)) => bench::run_score(&app, args).await,
        Command::Bench(bench::Command::Generate(_)) | Command::Schema | Command::Manual => {
            Ok(ExitCode::SUCCESS)
        }
    }
}
