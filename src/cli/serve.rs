//! `peerband serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Notify;

use super::format::print;
use crate::app::App;
use crate::clock;
use crate::jobs::Schedule;
use crate::listen::serve;
use crate::router::router;
use crate::service::operation::Operations;
use crate::store::api_key::any_key_works;

/// How long the end may take.
const GRACE: Duration = Duration::from_secs(25);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen; port 0 takes any free one.
    #[arg(long)]
    listen: Option<SocketAddr>,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    listen(app, args.listen, None).await?;
    Ok(ExitCode::SUCCESS)
}

/// Serves, and runs what is due, until the process is asked to stop.
///
/// `way_in` is a place of the server that lets a browser in.
pub(super) async fn listen(
    app: &App,
    address: Option<SocketAddr>,
    way_in: Option<&str>,
) -> anyhow::Result<()> {
    let address = address.unwrap_or(app.config().http.listen);
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    print(format_args!(
        "GraphQL: http://{address}/graphql\nPages:   http://{address}/"
    ))?;
    if let Some(way_in) = way_in {
        print(format_args!("Sign in: http://{address}{way_in}"))?;
    }
    if app.config().oidc.issuer.is_empty() && !any_key_works(app.db(), clock::now()).await? {
        print("\nNobody can ask yet. The first key: peerband keys create --role admin --name me")?;
    }
    let operations = Operations::new(app);
    let routes = router(&operations)?;
    let schedule = Schedule::start(app)
        .await
        .context("cannot start the schedule")?;
    let stop = Arc::new(Notify::new());
    let stopping = stop.clone();
    let http = app.config().http.clone();
    let mut server = tokio::spawn(serve(listener, routes, http, async move {
        stopping.notified().await;
    }));
    tokio::select! {
        ended = &mut server => return Ok(ended?),
        () = asked_to_stop() => {}
    }
    tracing::info!("stopping");
    stop.notify_one();
    // Whoever still reads an answer, and the run under way, have this long; the lease of a run that needs longer ends by
    // itself, and its date is taken over.
    let (schedule, _, server) = tokio::join!(
        tokio::time::timeout(GRACE, schedule.stop()),
        tokio::time::timeout(GRACE, operations.stop()),
        tokio::time::timeout(GRACE, server),
    );
    if schedule.is_err() {
        tracing::warn!(
            "a run did not stop in time; another server or the next start takes it over"
        );
    }
    match server {
        Ok(ended) => Ok(ended?),
        Err(_) => {
            tracing::warn!("some answers were cut off");
            Ok(())
        }
    }
}

/// Waits for SIGINT or SIGTERM.
pub(super) async fn asked_to_stop() {
    let interrupt = async {
        // Without a handler the signal ends the process at once, which is as safe.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
