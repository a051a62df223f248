//! Every dependency is named by a source.

use std::collections::BTreeSet;

use super::packages::packages;
use super::paths::paths;

/// Dependencies that no source names, with the reason why they stay.
const KEPT: [(&str, &str, &str); 7] = [
    ("peerband", "arrow", "exports as Parquet are being written"),
    (
        "peerband",
        "parquet",
        "exports as Parquet are being written",
    ),
    (
        "peerband",
        "askama",
        "the scorecard pages are being written",
    ),
    ("peerband", "croner", "the nightly run is being written"),
    (
        "peerband",
        "tokio-cron-scheduler",
        "the nightly run is being written",
    ),
    (
        "peerband-kernel",
        "peerband-naive",
        "tests against the naive reading are being written",
    ),
    (
        "peerband-kernel",
        "proptest",
        "tests against the naive reading are being written",
    ),
];

#[test]
fn every_dependency_is_named_by_a_source() {
    let mut unused = Vec::new();
    for package in packages() {
        let named_in = |with_tests: bool| -> BTreeSet<String> {
            package
                .sources(with_tests)
                .iter()
                .flat_map(|file| paths(&std::fs::read_to_string(file).unwrap()))
                .map(|named| named.path[0].clone())
                .collect()
        };
        let (own, with_tests) = (named_in(false), named_in(true));
        for dependency in &package.dependencies {
            let named = if dependency.is_for_tests() {
                &with_tests
            } else {
                &own
            };
            let is_kept = KEPT
                .iter()
                .any(|(of, name, _)| (*of, *name) == (package.name.as_str(), dependency.package()));
            if !named.contains(&dependency.crate_name()) && !is_kept {
                unused.push(format!(
                    "{}: remove {} from Cargo.toml",
                    package.name,
                    dependency.package()
                ));
            }
        }
    }
    assert!(unused.is_empty(), "{unused:#?}");
}
