//! axum that answers a constant to any POST: `constant FILE 127.0.0.1:PORT`. The most that a server of the same kind can do.

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::routing::post;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |name: &str| arguments.next().ok_or(format!("{name} is missing"));
    let body = Bytes::from(std::fs::read(argument("the file")?)?);
    let listen = argument("the address")?;
    // The request is taken as a server has to take it.
    let answer = move |_request: Bytes| {
        let body = body.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], body) }
    };
    let router = Router::new().route("/graphql", post(answer));
    let listener = tokio::net::TcpListener::bind(listen).await?;
    Ok(axum::serve(listener, router).await?)
}
