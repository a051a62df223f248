//! The crates of the workspace as cargo knows them, and their sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
pub(super) struct Dependency {
    name: String,
    /// None for what the crate itself needs, else `dev` or `build`.
    kind: Option<String>,
    rename: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

impl Package {
    /// The sources of the crate itself, or of its tests and benchmarks too.
    pub(super) fn sources(&self, with_tests: bool) -> Vec<PathBuf> {
        let is_own = |kind: &String| kind == "lib" || kind == "bin";
        let mut sources = Vec::new();
        for target in &self.targets {
            if with_tests || target.kind.iter().any(is_own) {
                sources.extend(sources_under(target.src_path.parent().unwrap()));
            }
        }
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

impl Dependency {
    /// How the package is published.
    pub(super) fn package(&self) -> &str {
        &self.name
    }

    /// How sources name it.
    pub(super) fn crate_name(&self) -> String {
        let name = self.rename.as_ref().unwrap_or(&self.name);
        name.replace('-', "_")
    }

    pub(super) fn is_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

/// The folder of the workspace.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The crates of the workspace.
pub(super) fn packages() -> Vec<Package> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice::<Metadata>(&output.stdout)
        .unwrap()
        .packages
}

/// Every Rust file under a folder, in order.
pub(super) fn sources_under(folder: &Path) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources.extend(sources_under(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            sources.push(path);
        }
    }
    sources.sort_unstable();
    sources
}
