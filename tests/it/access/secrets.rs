//! No secret is written anywhere, however much is logged.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::cli::{Sender, wait};

#[test]
fn the_log_of_everything_holds_no_secret() {
    let sender = Sender::new();
    let create = |role: &str| {
        let made = sender.run(&["keys", "create", "--role", role, "--name", role, "--quiet"]);
        String::from_utf8(made.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    };
    let (admin, analyst) = (create("admin"), create("analyst"));
    let mut child = sender
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .env("PEERBAND_LOG", "trace")
        .env("PEERBAND_SCHEDULE_ENABLED", "false")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Read all the while, or the server would wait for room.
    let stderr = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || std::io::read_to_string(stderr).unwrap());
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = told.next().unwrap().unwrap();
    let url = url.strip_prefix("GraphQL: ").unwrap().to_owned();
    let address = url.strip_suffix("/graphql").unwrap().to_owned();
    let mut secrets = vec![admin.clone(), analyst.clone()];
    wait(async {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let query = json!({ "query": "mutation {createApiKey(input: {name: \"x\", role: ADMIN}) {secret}}" });
        let made = client
            .post(&url)
            .bearer_auth(&admin)
            .json(&query)
            .send()
            .await
            .unwrap();
        let made: Value = made.json().await.unwrap();
        secrets.push(
            made["data"]["createApiKey"]["secret"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        // Known to nobody, and still perhaps a secret of somewhere else.
        let unknown = peerband::service::identity::Secret::new_key()
            .unwrap()
            .reveal()
            .to_owned();
        client
            .post(&url)
            .bearer_auth(&unknown)
            .json(&query)
            .send()
            .await
            .unwrap();
        secrets.push(unknown);

        let form = client.get(format!("{address}/sign-in?link={}", "b".repeat(43)));
        let form = form.send().await.unwrap();
        secrets.push("b".repeat(43));
        let cookie = form.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        secrets.push(cookie.split('=').nth(1).unwrap().to_owned());
        let html = form.text().await.unwrap();
        let text = html
            .split("name=\"form\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let fields = [("form", text), ("key", &analyst)];
        let entered = client
            .post(format!("{address}/sign-in"))
            .header("cookie", cookie)
            .form(&fields);
        let entered = entered.send().await.unwrap();
        assert_eq!(entered.status(), 303);
        let session = entered.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        secrets.push(session.split('=').nth(1).unwrap().to_owned());
        let home = client
            .get(&address)
            .header("cookie", session)
            .send()
            .await
            .unwrap();
        assert_eq!(home.status(), 200);
    });
    let stopped = std::process::Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(stopped.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(told);
    let log = log.join().unwrap();
    assert!(log.contains("/sign-in"), "nothing is logged: {log}");
    for secret in secrets {
        // Keys begin with what may be told of them.
        let secret = secret
            .strip_prefix("pbk_")
            .map_or(secret.as_str(), |rest| &rest[8..]);
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}
