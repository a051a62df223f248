//! What one request cannot do to the server.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::Server;

/// What the fuzzer has found: validation panicked.
#[tokio::test]
async fn defaults_of_lists_of_nothing_are_refused() {
    let server = Server::start().await;
    for query in [
        "query ($x: [Nothing] = [1]) {__typename}",
        "query ($x: [[[[Int1]]]] = [[[[1, 2]on[3]], []]])\r\n {__typename}\n",
    ] {
        let answer = server.ask(query).await;
        answer.fails("BAD_INPUT", "Unknown type");
    }
}

#[tokio::test]
async fn hostile_documents_are_refused_at_once() {
    let server = Server::start().await;
    let fragments: String = (0..39)
        .map(|at| format!("fragment f{at} on Query {{...f{0} ...f{0}}} ", at + 1))
        .collect();
    let aliases: String = (0..31)
        .map(|at| format!("a{at}: program {{timezone}} "))
        .collect();
    for (query, code) in [
        (
            format!("{{partners(filter: {}", "{and: [".repeat(2_000)),
            "TOO_COMPLEX",
        ),
        (
            format!(
                "query ($x: [Int] = {}1{}) {{__typename}}",
                "[".repeat(5_000),
                "]".repeat(5_000)
            ),
            "TOO_COMPLEX",
        ),
        ("{".repeat(16 * 1024), "TOO_COMPLEX"),
        (
            format!("{{...f0}} {fragments} fragment f39 on Query {{__typename}}"),
            "TOO_COMPLEX",
        ),
        (
            "{...f} fragment f on Query {...f}".to_owned(),
            "TOO_COMPLEX",
        ),
        (format!("{{{aliases}}}"), "TOO_COMPLEX"),
        (
            format!("{{program {{{}}}}}", "timezone ".repeat(2_000)),
            "TOO_COMPLEX",
        ),
        (
            format!(
                "{{program {{timezone {}}}}}",
                "@include(if: true) ".repeat(51)
            ),
            "TOO_COMPLEX",
        ),
        (
            format!(
                "{{program {{timezone {}}}}}",
                "@include(if: true) ".repeat(9)
            ),
            "TOO_COMPLEX",
        ),
        (
            format!(
                "{{locations {}name{}}}",
                "{children ".repeat(21),
                "}".repeat(21)
            ),
            "TOO_COMPLEX",
        ),
        (
            "{locations {children {children {children {children {children {name}}}}}}}".to_owned(),
            "TOO_COMPLEX",
        ),
        (
            "{scorecards(first: 2147483647) {nodes {groups {measures {bands {min}}}}}}".to_owned(),
            "TOO_COMPLEX",
        ),
        (
            "{scorecards(first: -2147483648) {nodes {id}}}".to_owned(),
            "BAD_INPUT",
        ),
        ("{nobody}".to_owned(), "BAD_INPUT"),
        ("{".to_owned(), "BAD_INPUT"),
        (String::new(), "BAD_INPUT"),
        ("\u{0}".to_owned(), "BAD_INPUT"),
        (
            "query a {__typename} query b {__typename}".to_owned(),
            "BAD_INPUT",
        ),
    ] {
        let start = Instant::now();
        let answer = server.ask(&query).await;
        let (found, ..) = answer.error();
        let shown: String = query.chars().take(80).collect();
        assert_eq!(found, code, "{shown}: {:#}", answer.0);
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{shown} took {:?}",
            start.elapsed()
        );
    }
    assert_eq!(
        server.ask("{__typename}").await.data()["__typename"],
        "Query"
    );
}

/// What the guard says, in a short time.
fn guarded(query: &str) -> Result<(), String> {
    let start = Instant::now();
    let found = peerband::graphql::guard::check(query);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{query} took {took:?}");
    found
}

#[test]
fn what_the_fuzzer_begins_with_is_told_apart_however_it_is_cut_and_mixed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/guard");
    let mut seeds: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    seeds.sort();
    let texts: Vec<String> = seeds
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let refused: Vec<&str> = seeds
        .iter()
        .zip(&texts)
        .filter(|(_, text)| guarded(text).is_err())
        .map(|(path, _)| path.file_stem().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(refused, ["broken", "cycle", "doubling"]);
    // The same numbers each time: Knuth's generator.
    let mut state = 1u64;
    let mut below = |end: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % end.max(1)
    };
    let mut allowed = 0;
    for round in 0..6_000 {
        let text: Vec<char> = texts[round % texts.len()].chars().collect();
        let other: Vec<char> = texts[below(texts.len())].chars().collect();
        let (at, from) = (below(text.len()), below(other.len()));
        let piece = &other[from..other.len().min(from + 1 + below(40))];
        let times = [1, 1, 1, 40, 400][below(5)];
        let mut mixed: String = text[..at].iter().collect();
        for _ in 0..times {
            mixed.extend(piece);
        }
        mixed.extend(&text[(at + below(3)).min(text.len())..]);
        allowed += usize::from(guarded(&mixed).is_ok());
    }
    assert!((50..5_900).contains(&allowed), "{allowed} were allowed");
}

#[tokio::test]
async fn hostile_variables_are_refused_or_harmless() {
    let server = Server::start().await;
    let query = "query ($filter: PartnerFilter) {partners(filter: $filter) {totalCount}}";
    let deep = (0..110).fold(json!({}), |filter, _| json!({ "and": [filter] }));
    let answer = server.ask_with(query, json!({ "filter": deep })).await;
    assert!(answer.0.get("errors").is_some());
    assert_eq!(
        server.ask("{__typename}").await.data()["__typename"],
        "Query"
    );
}

#[tokio::test]
async fn an_answer_has_at_most_ten_errors() {
    let server = Server::start().await;
    let fields: String = (0..25)
        .map(|at| format!("a{at}: scorecard(partnerId: \"nobody\") {{id}} "))
        .collect();
    let answer = server.ask(&format!("{{{fields}}}")).await;
    assert_eq!(answer.0["errors"].as_array().unwrap().len(), 10);
    let unknown: String = (0..25).map(|at| format!("f{at} ")).collect();
    let answer = server.ask(&format!("{{{unknown}}}")).await;
    assert_eq!(answer.0["errors"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn the_introspection_query_of_tools_passes() {
    let server = Server::start().await;
    let of_type = (0..8).fold("kind name".to_owned(), |inner, _| {
        format!("kind name ofType {{{inner}}}")
    });
    let data = server
        .ask(&format!(
            "query IntrospectionQuery {{__schema {{queryType {{name}} mutationType {{name}} subscriptionType {{name}}
               types {{...FullType}} directives {{name description locations args {{...InputValue}}}}}}}}
             fragment FullType on __Type {{kind name description fields(includeDeprecated: true) {{name description
               args {{...InputValue}} type {{...TypeRef}} isDeprecated deprecationReason}} inputFields {{...InputValue}}
               interfaces {{...TypeRef}} enumValues(includeDeprecated: true) {{name description isDeprecated
               deprecationReason}} possibleTypes {{...TypeRef}}}}
             fragment InputValue on __InputValue {{name description type {{...TypeRef}} defaultValue}}
             fragment TypeRef on __Type {{{of_type}}}"
        ))
        .await
        .data();
    assert_eq!(data["__schema"]["queryType"]["name"], "Query");
}
