//! Exports: the bytes of the command line, for whoever may take them.

use kernel::Day;
use peerband::clock;
use peerband::service::audit::Actor;
use peerband::service::export::{Export, Exporting, Format, Unhindered};
use peerband::service::identity::{KeyRequest, create_key};
use peerband::store::api_key::Role;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Server, keys};

async fn ask(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let url = format!("{}/exports/{path}", server.address);
    let mut request = reqwest::Client::new().request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn get(server: &Server, key: &str, path: &str) -> Response {
    let bearer = format!("Bearer {key}");
    ask(server, Method::GET, path, &[("authorization", &bearer)]).await
}

async fn written(server: &Server, what: Export, format: Format, as_of: Option<&str>) -> Vec<u8> {
    let as_of: Option<Day> = as_of.map(|as_of| as_of.parse().unwrap());
    let exporting = Exporting::find(&server.app, what, format, as_of);
    let mut bytes = Vec::new();
    let rows = exporting
        .await
        .unwrap()
        .write(&mut bytes, &mut Unhindered)
        .await
        .unwrap();
    assert!(rows > 20);
    bytes
}

fn text<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}

async fn taken(server: &Server) -> Vec<Value> {
    let query = "{auditLog(filter: {action: \"export.take\"}) {nodes {who address subject after}}}";
    let data = server.ask(query).await.data();
    data["auditLog"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn bytes_are_those_of_the_command_line() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", server.key);
    for (what, name) in [
        (Export::Scorecards, "scorecards"),
        (Export::PeerBands, "peer_bands"),
    ] {
        for (format, ending, media_type) in [
            (Format::Csv, "csv", "text/csv"),
            (Format::Ndjson, "ndjson", "application/x-ndjson"),
            (Format::Parquet, "parquet", "application/vnd.apache.parquet"),
        ] {
            let newest = written(&server, what, format, None).await;
            for (path, as_of) in [
                (format!("{name}.{ending}"), "2026-11-21"),
                (format!("{name}.{ending}?as_of=2026-11-21"), "2026-11-21"),
                (format!("{name}.{ending}?as_of=2026-11-20"), "2026-11-20"),
            ] {
                let answer = get(&server, &server.key, &path).await;
                assert_eq!(answer.status(), 200, "{path}");
                assert!(text(&answer, "content-type").starts_with(media_type));
                assert_eq!(text(&answer, "cache-control"), "private, no-cache");
                assert_eq!(
                    text(&answer, "content-disposition"),
                    format!("attachment; filename=\"{name}-{as_of}.{ending}\"")
                );
                let bytes = answer.bytes().await.unwrap();
                let expected = written(&server, what, format, Some(as_of)).await;
                assert_eq!(bytes, expected, "{path}");
                assert_eq!(bytes == newest, as_of == "2026-11-21");
            }
            let headers = [("authorization", &*bearer), ("accept", media_type)];
            let accepted = ask(&server, Method::GET, name, &headers).await;
            assert_eq!(accepted.bytes().await.unwrap(), newest);
        }
    }
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", server.key);
    let first = get(&server, &server.key, "scorecards.csv").await;
    let tag = text(&first, "etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    for path in [
        "scorecards.ndjson",
        "peer_bands.csv",
        "scorecards.csv?as_of=2026-11-20",
    ] {
        let other = get(&server, &server.key, path).await;
        assert_ne!(text(&other, "etag"), tag, "{path}");
    }
    assert_eq!(taken(&server).await.len(), 4);

    let headers = [("authorization", &*bearer), ("if-none-match", &*tag)];
    let had = ask(&server, Method::GET, "scorecards.csv", &headers).await;
    assert_eq!(had.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(&had, "etag"), tag);
    assert!(had.bytes().await.unwrap().is_empty());
    let head = ask(&server, Method::HEAD, "scorecards.csv", &headers[..1]).await;
    assert_eq!(head.status(), 200);
    assert_eq!(text(&head, "etag"), tag);
    assert!(head.headers().get("content-length").is_none());
    // Nothing was handed out by these.
    let log = taken(&server).await;
    assert_eq!(log.len(), 4);
    assert_eq!(log[3]["who"], "key 1 \"test admin\"");
    assert_eq!(log[3]["address"], "127.0.0.1");
    assert_eq!(log[3]["subject"], "scorecards 2026-11-21");
    let after: Value = serde_json::from_str(log[3]["after"].as_str().unwrap()).unwrap();
    let rows = first.text().await.unwrap().lines().count() - 1;
    assert_eq!(
        after,
        json!({ "format": "csv", "revision": 2, "rows": rows })
    );
}

/// The status, headers and body of an answer, without what differs by the moment.
async fn seen(answer: Response) -> (StatusCode, String, String) {
    let mut headers = answer.headers().clone();
    headers.remove("date");
    (
        answer.status(),
        format!("{headers:?}"),
        answer.text().await.unwrap(),
    )
}

#[tokio::test]
async fn a_key_opens_what_its_scope_names_and_nothing_else_is_there() {
    let server = Server::start().await;
    let request = KeyRequest {
        name: "crm".to_owned(),
        role: Role::Integrator,
        partner_ids: Vec::new(),
        exports: vec![Export::PeerBands],
        expires_at: None,
    };
    let made = create_key(&server.db, &Actor::command_line(), request, clock::now()).await;
    let crm = made.unwrap().1.reveal().to_owned();
    let [analyst, operator, partner] = [
        (Role::Analyst, &[][..]),
        (Role::Operator, &[]),
        (Role::Partner, &["k"]),
    ]
    .map(|(role, partner_ids)| keys::key(&server.db, role, partner_ids));
    let (analyst, operator, partner) = (analyst.await, operator.await, partner.await);
    for (key, scorecards, peer_bands) in [
        (&server.key, true, true),
        (&analyst, true, true),
        (&crm, false, true),
        (&operator, false, false),
        (&partner, false, false),
    ] {
        let absent = seen(get(&server, key, "nothing").await).await;
        assert_eq!(absent.0, StatusCode::NOT_FOUND);
        for (name, may) in [("scorecards", scorecards), ("peer_bands", peer_bands)] {
            for rest in ["", ".csv", ".parquet", "?as_of=2026-11-20"] {
                let answer = get(&server, key, &format!("{name}{rest}")).await;
                if may {
                    assert_eq!(answer.status(), 200, "{name}{rest}");
                } else {
                    assert_eq!(seen(answer).await, absent, "{name}{rest}");
                }
            }
            // What is asked amiss tells nothing either.
            for rest in [".xlsx", ".csv?as_of=never", ".csv?x=y", "?as_of=1999-01-01"] {
                let answer = get(&server, key, &format!("{name}{rest}")).await;
                if !may {
                    assert_eq!(seen(answer).await, absent, "{name}{rest}");
                }
            }
        }
    }
}

#[tokio::test]
async fn problems_have_one_shape() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", server.key);
    let own = [("authorization", &*bearer)];
    let wants_html = [own[0], ("accept", "text/html")];
    for (method, path, headers, status, code) in [
        (
            Method::GET,
            "scorecards.csv",
            &[][..],
            401,
            "UNAUTHENTICATED",
        ),
        (Method::GET, "nothing", &[], 401, "UNAUTHENTICATED"),
        (Method::GET, "nothing", &own, 404, "NOT_FOUND"),
        (
            Method::GET,
            "scorecards?as_of=2026-11-22",
            &own,
            404,
            "NOT_FOUND",
        ),
        (Method::GET, "scorecards?as_of=x", &own, 400, "BAD_INPUT"),
        (Method::GET, "scorecards?asOf=x", &own, 400, "BAD_INPUT"),
        (Method::GET, "scorecards", &wants_html, 406, "BAD_INPUT"),
        (Method::POST, "scorecards", &own, 405, "BAD_INPUT"),
    ] {
        let answer = ask(&server, method, path, headers).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(text(&answer, "content-type"), "application/problem+json");
        assert_eq!(text(&answer, "cache-control"), "no-store");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["code"], code, "{path}");
        assert!(problem["title"].is_string() && problem["detail"].is_string());
    }
}

#[tokio::test]
async fn rows_are_paid_for_as_queries_are() {
    let server = Server::start_with(&[("PEERBAND_GRAPHQL_COST_PER_MINUTE", "400")]).await;
    let first = get(&server, &server.key, "scorecards.csv").await;
    assert_eq!(first.status(), 200);
    let second = get(&server, &server.key, "peer_bands.csv").await;
    assert_eq!(second.status(), 429);
    assert!(second.headers().contains_key("retry-after"));
    let problem: Value = second.json().await.unwrap();
    assert_eq!(problem["code"], "RATE_LIMITED");
    // It is one purse.
    let query = json!({ "query": "{partners(first: 200) {nodes {partnerId name}}}" });
    let asked = reqwest::Client::new()
        .post(format!("{}/graphql", server.address))
        .bearer_auth(&server.key)
        .json(&query);
    assert_eq!(asked.send().await.unwrap().status(), 429);
    // What is not handed out costs nothing.
    let bearer = format!("Bearer {}", server.key);
    let headers = [("authorization", &*bearer)];
    let head = ask(&server, Method::HEAD, "scorecards.csv", &headers).await;
    assert_eq!(head.status(), 200);
}
