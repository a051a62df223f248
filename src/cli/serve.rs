//! `peerband serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;

use crate::app::App;
use crate::router::router;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen; port 0 takes any free one.
    #[arg(long)]
    listen: Option<SocketAddr>,
}

pub(super) async fn run(app: &App, args: Args) -> anyhow::Result<ExitCode> {
    listen(app, args.listen).await?;
    Ok(ExitCode::SUCCESS)
}

/// Serves until the process is asked to stop.
pub(super) async fn listen(app: &App, address: Option<SocketAddr>) -> anyhow::Result<()> {
    let address = address.unwrap_or(app.config().http.listen);
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    println!("GraphQL: http://{}/graphql", listener.local_addr()?);
    let routes = router(app.db(), &Arc::new(app.config().clone()));
    axum::serve(listener, routes)
        .with_graceful_shutdown(asked_to_stop())
        .await?;
    Ok(())
}

async fn asked_to_stop() {
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
