//! The README's worked example, run as a reader pastes it and compared with what the README shows.

use std::path::Path;
use std::process::Command;

use super::served::Served;
use super::{peerband, stderr};
use crate::harness::database;

/// Where the README's server listens; the test's takes a free port.
const ADDRESS: &str = "127.0.0.1:8080";

struct Block {
    kind: String,
    text: String,
}

/// The fenced blocks of a section, in order.
fn blocks(markdown: &str, section: &str) -> Vec<Block> {
    let section = markdown
        .split("\n## ")
        .find(|part| part.starts_with(section))
        .unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for line in section.lines() {
        match line.strip_prefix("```") {
            Some(kind) if !inside => blocks.push(Block {
                kind: kind.to_owned(),
                text: String::new(),
            }),
            Some(_) => {}
            None if inside => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
        inside ^= line.starts_with("```");
    }
    blocks
}

/// What a shell prints, with the program on its path.
fn shell(folder: &Path, script: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_peerband"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let mut command = Command::new("bash");
    database::forget_tests(&mut command);
    let output = command
        .args(["-e", "-o", "pipefail", "-c", script])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}\n{}", stderr(&output));
    String::from_utf8(output.stdout)
        .unwrap()
        .replace("\r\n", "\n")
}

#[test]
fn the_worked_example_prints_what_the_readme_shows() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut served: Option<Served> = None;
    let mut printed = String::new();
    let mut compared = 0;
    for Block { kind, text } in blocks(&readme, "From CSV to an answer") {
        if kind != "sh" {
            assert_eq!(printed.trim_end(), text.trim_end());
            compared += 1;
        } else if text == "peerband serve\n" {
            let mut command = peerband();
            command
                .args(["serve", "--listen", "127.0.0.1:0"])
                .current_dir(folder.path());
            served = Some(Served::start(&mut command));
        } else {
            let text = match &served {
                Some(served) => text.replace(&format!("http://{ADDRESS}/graphql"), &served.url),
                None => text,
            };
            printed = shell(folder.path(), &text);
        }
    }
    assert_eq!(compared, 3);
    assert!(folder.path().join("scorecards.parquet").is_file());
    assert_eq!(served.unwrap().stop().code(), Some(0));
}
