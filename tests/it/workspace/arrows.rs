//! Which part of the product may name which. `ARCHITECTURE.md` says the same in words.

use std::collections::BTreeSet;
use std::path::Path;

use super::packages::{packages, root, sources_under};
use super::paths::{in_crate, paths};

/// A part of `src/` and what it may name: other parts, crates of ours, and SeaORM.
type Part = (&'static str, &'static [&'static str]);

/// From the foundations up: a part names only parts above its own line.
const PARTS: [Part; 16] = [
    ("clock", &[]),
    ("etag", &[]),
    ("config", &["kernel"]),
    ("demo", &["kernel"]),
    (
        "store",
        &[
            "config",
            "entity",
            "facts",
            "kernel",
            "migration",
            "sea_orm",
        ],
    ),
    ("app", &["config", "store", "facts"]),
    (
        "service",
        &[
            "app", "clock", "config", "store", "facts", "intake", "kernel",
        ],
    ),
    (
        "jobs",
        &["app", "clock", "config", "store", "service", "kernel"],
    ),
    ("gate", &["clock", "config", "store", "service"]),
    ("listen", &["config", "gate"]),
    (
        "graphql",
        &[
            "app", "clock", "config", "etag", "store", "service", "gate", "intake", "kernel",
        ],
    ),
    (
        "rest",
        &[
            "app", "clock", "config", "etag", "store", "service", "gate", "kernel",
        ],
    ),
    (
        "web",
        &[
            "app", "clock", "config", "store", "service", "gate", "kernel",
        ],
    ),
    (
        "router",
        &[
            "app", "config", "store", "service", "gate", "graphql", "rest", "web",
        ],
    ),
    (
        "cli",
        &[
            "app", "clock", "config", "demo", "store", "service", "jobs", "listen", "graphql",
            "router", "generate", "intake", "kernel",
        ],
    ),
    ("main", &["cli"]),
];

/// What may be named at all in `src/` but not everywhere.
const GUARDED: [&str; 8] = [
    "entity",
    "facts",
    "generate",
    "intake",
    "kernel",
    "migration",
    "sea_orm",
    "sea_orm_migration",
];

/// Each crate and what it may depend on: crates of ours, and SeaORM.
const CRATES: [(&str, &[&str]); 8] = [
    ("peerband-kernel", &[]),
    ("peerband-naive", &[]),
    ("peerband-intake", &["peerband-kernel"]),
    ("peerband-facts", &["peerband-kernel"]),
    ("peerband-generate", &["peerband-kernel"]),
    ("peerband-entity", &["sea-orm"]),
    ("peerband-migration", &["sea-orm-migration"]),
    (
        "peerband",
        &[
            "peerband-entity",
            "peerband-facts",
            "peerband-generate",
            "peerband-intake",
            "peerband-kernel",
            "peerband-migration",
            "sea-orm",
        ],
    ),
];

#[test]
fn parts_name_only_what_they_may() {
    let src = root().join("src");
    let mut wrong = BTreeSet::new();
    for file in sources_under(&src) {
        let shown = file.strip_prefix(root()).unwrap().display();
        let module = module_of(file.strip_prefix(&src).unwrap());
        // The crate's root only lists its modules.
        let Some(part) = module.first() else { continue };
        let Some((_, may_name)) = PARTS.iter().find(|(name, _)| name == part) else {
            panic!(
                "{shown}: {part} is a new part; say in PARTS and ARCHITECTURE.md what it may name"
            );
        };
        for named in paths(&std::fs::read_to_string(&file).unwrap()) {
            let target = match in_crate(&module, &named) {
                // The crate's own name, as its program uses it.
                None if named.path[0] == "peerband" => named.path.get(1).cloned(),
                None => Some(named.path[0].clone()).filter(|name| GUARDED.contains(&name.as_str())),
                Some(path) => path.first().cloned(),
            };
            let Some(target) = target else { continue };
            if target != *part && !may_name.contains(&target.as_str()) {
                wrong.insert(format!("{shown}: {part} must not name {target}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn arrows_point_one_way() {
    for (at, (part, may_name)) in PARTS.iter().enumerate() {
        for target in *may_name {
            let below = PARTS.iter().position(|(name, _)| name == target);
            assert!(
                below.map_or(GUARDED.contains(target), |below| below < at),
                "{part} → {target}"
            );
        }
    }
}

#[test]
fn crates_depend_only_on_what_they_may() {
    let packages = packages();
    let ours = |name: &str| packages.iter().any(|package| package.name == name);
    for package in &packages {
        let name = &package.name;
        let Some((_, may_name)) = CRATES.iter().find(|(known, _)| known == name) else {
            panic!(
                "{name} is a new crate; say in CRATES and ARCHITECTURE.md what it may depend on"
            );
        };
        for dependency in &package.dependencies {
            let target = dependency.package();
            // Tests may hold a crate against any other.
            if dependency.is_for_tests() || !(ours(target) || target.starts_with("sea-orm")) {
                continue;
            }
            assert!(
                may_name.contains(&target),
                "{name} must not depend on {target}"
            );
        }
    }
}

/// The module of a file under `src/`.
fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}
