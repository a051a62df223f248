//! Seaography over Peerband's tables: `seaography postgres://… 127.0.0.1:PORT CONNECTIONS`.

use std::sync::LazyLock;

use async_graphql::dynamic::Schema;
use async_graphql::{Request, Response};
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use peerband_bench_servers::entities::{partner, peer_band, peer_group, scorecard};
use sea_orm::{ConnectOptions, Database};
use seaography::{Builder, BuilderContext};

static CONTEXT: LazyLock<BuilderContext> = LazyLock::new(BuilderContext::default);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |name: &str| arguments.next().ok_or(format!("{name} is missing"));
    let (url, listen) = (argument("the database")?, argument("the address")?);
    let connections = argument("the number of connections")?.parse()?;
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false);
    let database = Database::connect(options).await?;
    let mut builder = Builder::new(&CONTEXT, database.clone());
    seaography::register_entities!(builder, [partner, peer_band, peer_group, scorecard]);
    let schema = builder.schema_builder().data(database).finish()?;
    let router = Router::new()
        .route("/graphql", post(answer))
        .with_state(schema);
    let listener = tokio::net::TcpListener::bind(listen).await?;
    Ok(axum::serve(listener, router).await?)
}

async fn answer(State(schema): State<Schema>, Json(request): Json<Request>) -> Json<Response> {
    Json(schema.execute(request).await)
}
