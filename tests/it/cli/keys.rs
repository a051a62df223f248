//! `peerband keys`, and what `serve` tells without a key.

use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

use serde_json::Value;

use super::{Sender, json, stderr, wait};

fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_command_line_makes_lists_rotates_and_revokes() {
    let sender = Sender::new();
    let quiet = text(&sender.run(&[
        "keys", "create", "--role", "admin", "--name", "me", "--quiet",
    ]));
    let key = quiet.trim_end();
    assert!(key.starts_with("pbk_") && key.len() == 53 && quiet.lines().count() == 1);

    let create = [
        "keys",
        "create",
        "--role",
        "partner",
        "--name",
        "p",
        "--partner",
        "p",
    ];
    let told = text(&sender.run(&create));
    assert!(
        told.starts_with("key 2 \"p\": partner for p\npbk_"),
        "{told}"
    );
    let made = sender.run(
        &[
            &create[..],
            &["--expires-on", "2199-12-31", "--format", "json"],
        ]
        .concat(),
    );
    let made = json(&made);
    assert_eq!(made["partners"], serde_json::json!(["p"]));
    assert_eq!(made["expires_at"], "2199-12-31T00:00:00Z");
    assert!(
        made["key"]
            .as_str()
            .unwrap()
            .starts_with(made["prefix"].as_str().unwrap())
    );

    let rotated = json(&sender.run(&["keys", "rotate", "me", "--format", "json"]));
    assert_eq!(
        (&rotated["number"], &rotated["name"]),
        (&4.into(), &"me".into())
    );
    let ambiguous = sender.run(&["keys", "revoke", "p"]);
    assert_eq!(ambiguous.status.code(), Some(2));
    assert!(
        stderr(&ambiguous).contains("2, 3"),
        "{}",
        stderr(&ambiguous)
    );
    text(&sender.run(&["keys", "revoke", "2"]));
    text(&sender.run(&[
        "keys",
        "revoke",
        made["prefix"].as_str().unwrap(),
        "--quiet",
    ]));

    let listed = text(&sender.run(&["keys", "list", "--format", "json"]));
    let listed: Vec<Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let states: Vec<_> = listed
        .iter()
        .map(|key| key["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["works", "revoked", "revoked", "replaced"]);
    let table = text(&sender.run(&["keys", "list"]));
    assert_eq!(table.lines().count(), 5);
    for secret in [key, made["key"].as_str().unwrap()] {
        assert!(!table.contains(secret) && !format!("{listed:?}").contains(secret));
    }

    for args in [
        &["keys", "create", "--role", "partner", "--name", "x"][..],
        &[
            "keys",
            "create",
            "--role",
            "partner",
            "--name",
            "x",
            "--partner",
            "nobody",
        ],
        &["keys", "create", "--role", "emperor", "--name", "x"],
        &["keys", "revoke", "nobody"],
        &["keys", "rotate", "2"],
        &["keys", "rotate", "99"],
    ] {
        let refused = sender.run(args);
        assert_eq!(
            refused.status.code(),
            Some(2),
            "{args:?}: {}",
            stderr(&refused)
        );
        assert!(refused.stdout.is_empty());
    }
}

#[test]
fn a_server_without_a_key_tells_how_to_make_the_first() {
    let sender = Sender::new();
    let told = || {
        let mut serve = sender.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = serve
            .env("PEERBAND_SCHEDULE_ENABLED", "false")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first: Vec<String> = lines.by_ref().take(2).map(Result::unwrap).collect();
        assert!(
            first[0].starts_with("GraphQL: ") && first[1].starts_with("Pages: "),
            "{first:?}"
        );
        // It answers when it has told everything, and then stops when it is told to.
        let address = first[1].split_whitespace().last().unwrap();
        let alive = async { reqwest::get(format!("{address}health/live")).await.unwrap() };
        assert_eq!(wait(alive).status(), 200);
        let stopped = std::process::Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status();
        assert!(stopped.unwrap().success());
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        child.wait().unwrap();
        rest.join("\n")
    };
    let how = told();
    let command = how.split("peerband ").nth(1).unwrap().to_owned();
    assert_eq!(command, "keys create --role admin --name me");
    text(&sender.run(&command.split(' ').collect::<Vec<_>>()));
    assert_eq!(told(), "");
}
