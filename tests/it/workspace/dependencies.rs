//! Every dependency is named by a source.

use std::collections::BTreeSet;

use super::packages::packages;
use super::paths::paths;

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
            if !named.contains(&dependency.crate_name()) {
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
