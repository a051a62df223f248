//! Every route.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::trace::TraceLayer;

use crate::gate::{self, Gate};
use crate::graphql;
use crate::graphql::http::ManifestError;
use crate::rest::export::{self, Exports};
use crate::rest::health;
use crate::service::identity::oidc::CALLBACK;
use crate::service::operation::Operations;
use crate::web;

/// The most bytes of a GraphQL request.
const GRAPHQL_BYTES_MAX: usize = 256 * 1024;

/// The most bytes of a form.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// What a browser must not do with any answer.
const HEADERS: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// The whole server.
///
/// # Errors
/// Where the manifest of documents cannot be used.
pub fn router(operations: &Operations) -> Result<Router, ManifestError> {
    let app = operations.app();
    let (db, config) = (app.db(), &Arc::new(app.config().clone()));
    let gate = Gate::new(db.clone(), config);
    let identify = from_fn_with_state(gate.clone(), gate::identify);
    let schema = graphql::schema(operations);
    let graphql = graphql::http::Endpoint::new(schema, config, operations.listen(), gate.clone())?;
    let graphql = any(graphql::http::answer).with_state(graphql).layer(
        ServiceBuilder::new()
            .option_layer(gate::cors::layer(&config.http.allowed_origins))
            .layer(identify.clone())
            .layer(RequestBodyLimitLayer::new(GRAPHQL_BYTES_MAX)),
    );

    let exports = any(export::take)
        .with_state(Exports::new(app, gate.clone()))
        .layer(identify.clone());

    let routes = Router::new()
        .route("/graphql", graphql)
        .route("/exports/{name}", exports)
        .route("/graphiql", get(graphql::graphiql::show))
        .route("/graphiql/{name}", get(graphql::graphiql::part))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .with_state(db.clone());
    let pages = Router::new()
        .route("/", get(web::home::show))
        .route("/scorecard/{partner_id}", get(web::scorecard::show))
        .route("/sign-in", get(web::sign_in::show).post(web::sign_in::take))
        .route("/sign-in/oidc", get(web::oidc::depart))
        .route(CALLBACK, get(web::oidc::arrive))
        .route("/sign-out", post(web::sign_in::leave))
        .route("/assets/{name}", get(web::asset::show))
        .fallback(web::failure::no_route)
        .layer(RequestBodyLimitLayer::new(FORM_BYTES_MAX))
        .layer(identify)
        .with_state(web::Pages {
            db: db.clone(),
            config: config.clone(),
            gate,
        });
    let routes = routes.merge(pages);

    // What stands behind the path can hold what nobody else may read.
    let span = |request: &Request<Body>| tracing::debug_span!("request", method = %request.method(), path = request.uri().path());
    // One layer of several: each layer of its own would be another allocation or two for each request.
    let layers = ServiceBuilder::new()
        .layer(CatchPanicLayer::custom(panicked))
        .map_response(restricted)
        .layer(TraceLayer::new_for_http().make_span_with(span));
    Ok(routes.layer(layers))
}

/// A page that needs more than these headers allow sets its own.
fn restricted<Body>(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The panic itself is in the log, where the panic hook has written it.
fn panicked(_panic: Box<dyn std::any::Any + Send>) -> Response {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "the server failed; its log says why\n",
    )
        .into_response()
}
