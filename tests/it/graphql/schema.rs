//! The schema as a whole.

use std::path::Path;

use crate::harness::Server;

#[test]
fn the_written_schema_is_the_one_in_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == peerband::graphql::sdl(),
        "schema.graphql is out of date: cargo run -- schema > schema.graphql"
    );
}

#[tokio::test]
async fn every_field_argument_and_value_is_described() {
    let server = Server::start().await;
    let data = server
        .ask(
            "{__schema {types {name description fields {name description args {name description}}
              inputFields {name description} enumValues {name description}}}}",
        )
        .await
        .data();
    let mut undescribed = Vec::new();
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    for kind in list(&data["__schema"]["types"]) {
        let kind_name = kind["name"].as_str().unwrap().to_owned();
        // Those of the specification itself.
        if kind_name.starts_with("__") || kind_name == "ID" {
            continue;
        }
        let mut check = |name: String, thing: &serde_json::Value| {
            if thing["description"].as_str().is_none_or(str::is_empty) {
                undescribed.push(name);
            }
        };
        check(kind_name.clone(), &kind);
        for field in list(&kind["fields"]) {
            let name = format!("{kind_name}.{}", field["name"].as_str().unwrap());
            check(name.clone(), &field);
            for argument in list(&field["args"]) {
                check(
                    format!("{name}({})", argument["name"].as_str().unwrap()),
                    &argument,
                );
            }
        }
        for part in list(&kind["inputFields"])
            .into_iter()
            .chain(list(&kind["enumValues"]))
        {
            check(
                format!("{kind_name}.{}", part["name"].as_str().unwrap()),
                &part,
            );
        }
    }
    assert!(undescribed.is_empty(), "{undescribed:#?}");
}

/// Page sizes are written into descriptions, where the settings cannot be read.
#[test]
fn the_sizes_of_pages_are_described_as_the_settings_have_them() {
    let limits = peerband::config::Config::load(None, []).unwrap().graphql;
    let sdl = peerband::graphql::sdl();
    let (most, default) = (limits.page_max, limits.page_default);
    let forward = format!("How many from the front: 0 to {most}; {default} where last is absent");
    let backward = format!("How many from the back, instead of first: 0 to {most}.");
    for (argument, description) in [("first: Int", forward), ("last: Int", backward)] {
        let described = sdl.matches(&description).count();
        // That of a trend has a default, and is no page.
        let arguments = sdl.matches(&format!(" {argument}\n")).count()
            + sdl.matches(&format!(" {argument},\n")).count();
        assert_eq!(described, arguments, "{argument}");
    }
}

/// The tests of this binary, as text: a root field that none of them asks for has no test.
const TESTS: [&str; 21] = [
    include_str!("../access/audit.rs"),
    include_str!("../access/roles.rs"),
    include_str!("api_key.rs"),
    include_str!("batch.rs"),
    include_str!("filters.rs"),
    include_str!("guard.rs"),
    include_str!("http.rs"),
    include_str!("job_run.rs"),
    include_str!("location.rs"),
    include_str!("measure.rs"),
    include_str!("mutation.rs"),
    include_str!("node.rs"),
    include_str!("paging.rs"),
    include_str!("partner.rs"),
    include_str!("peer_band.rs"),
    include_str!("persisted.rs"),
    include_str!("product.rs"),
    include_str!("program.rs"),
    include_str!("scorecard.rs"),
    include_str!("snapshot.rs"),
    include_str!("subscription.rs"),
];

#[tokio::test]
async fn every_root_field_has_a_test() {
    let server = Server::start().await;
    let data = server
        .ask("{__schema {queryType {fields {name}} mutationType {fields {name}} subscriptionType {fields {name}}}}")
        .await
        .data();
    let roots = ["queryType", "mutationType", "subscriptionType"];
    let fields = roots.iter().flat_map(|root| {
        data["__schema"][root]["fields"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    });
    for field in fields {
        let field = field["name"].as_str().unwrap().to_owned();
        let is_asked = |test: &&str| {
            let starts = ["{", " ", "(", "\""].map(|before| format!("{before}{field}"));
            starts.iter().any(|start| {
                test.match_indices(start.as_str())
                    .any(|(at, _)| test[at + start.len()..].starts_with([' ', '(', '{', '"']))
            })
        };
        assert!(TESTS.iter().any(is_asked), "no test asks for {field}");
    }
}
