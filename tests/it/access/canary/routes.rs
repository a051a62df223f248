//! Every route, found where they all stand: one that is new tomorrow has no paths here, and the test says so.

use peerband::service::identity::Export;

use super::program::{EARLIER, NEWEST, partner_id};
use super::viewers::Surface;

const ROUTER: &str = include_str!("../../../../src/router.rs");
const GRAPHQL: &str = "/graphql?query=%7Bpartners%7Bnodes%7BpartnerId%20name%7D%7D%7D";

/// Each route with paths that ask for everything it has.
pub(super) fn paths() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for route in routes() {
        let paths = of(route);
        assert!(
            !paths.is_empty(),
            "{route} is new: say here how it is asked"
        );
        all.extend(paths.into_iter().map(|path| (route, path)));
    }
    all.push(("fallback", "/nothing".to_owned()));
    all
}

pub(super) fn surface(route: &str, path: &str) -> Surface {
    let export = Export::ALL
        .into_iter()
        .find(|export| path.starts_with(&format!("/exports/{}", export.name())));
    match export {
        Some(export) if route == "/exports/{name}" => Surface::Export(export),
        _ => Surface::Pages,
    }
}

pub(super) fn routes() -> Vec<&'static str> {
    let calls = ROUTER.split(".route(").skip(1);
    let routes = calls.map(|call| match call.trim_start().strip_prefix('"') {
        Some(literal) => literal.split('"').next().unwrap(),
        None => call.split(',').next().unwrap().trim(),
    });
    routes.collect()
}

fn of(route: &str) -> Vec<String> {
    let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
    match route {
        "/graphql" => owned(&[GRAPHQL, "/graphql", "/graphql?query=%7B"]),
        "/exports/{name}" => {
            let mut paths = vec!["/exports/nothing".to_owned()];
            for name in ["scorecards", "peer_bands"] {
                for rest in [
                    String::new(),
                    ".csv".to_owned(),
                    ".ndjson".to_owned(),
                    ".parquet".to_owned(),
                    ".xlsx".to_owned(),
                    format!(".csv?as_of={EARLIER}"),
                    ".csv?as_of=1999-01-01".to_owned(),
                    ".csv?as_of=never".to_owned(),
                ] {
                    paths.push(format!("/exports/{name}{rest}"));
                }
            }
            paths
        }
        "/graphiql" => owned(&["/graphiql"]),
        "/graphiql/{name}" => owned(&["/graphiql/start.js", "/graphiql/nothing"]),
        "/health/live" | "/health/ready" => owned(&[route]),
        "/" => owned(&["/", "/?search=ptnr", "/?search=Namen12zv", "/?search=%25"]),
        "/scorecard/{partner_id}" => {
            let mut paths = Vec::new();
            for at in [0, 1, 12, 99] {
                let path = format!("/scorecard/{}", partner_id(at));
                for query in [
                    String::new(),
                    format!("?asOf={NEWEST}"),
                    format!("?asOf={EARLIER}"),
                    "?product=suite&workload=mail&location=FR".to_owned(),
                    "?product=cloud&location=europe".to_owned(),
                    "?location=JP".to_owned(),
                    "?location=nowhere".to_owned(),
                    "?asOf=1999-01-01".to_owned(),
                ] {
                    paths.push(format!("{path}{query}"));
                }
            }
            paths
        }
        "/sign-in" => owned(&[
            "/sign-in",
            "/sign-in?next=%2Fscorecard%2Fptnr12xq",
            "/sign-in?link=x",
        ]),
        "/sign-in/oidc" => owned(&["/sign-in/oidc", "/sign-in/oidc?next=x"]),
        "CALLBACK" => owned(&[
            "/sign-in/oidc/callback",
            "/sign-in/oidc/callback?code=a&state=b",
        ]),
        "/sign-out" => owned(&["/sign-out"]),
        "/assets/{name}" => owned(&["/assets/nothing"]),
        _ => Vec::new(),
    }
}
