//! The program while it serves: what it printed until then, and how it ends when it is asked to.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::wait;

/// Ended with the test, whatever becomes of it.
pub(crate) struct Served {
    child: Child,
    /// Open for what it prints later.
    _stdout: Lines<BufReader<ChildStdout>>,
    /// `http://127.0.0.1:…/graphql`
    pub(crate) url: String,
    /// The lines before the address.
    pub(crate) told: Vec<String>,
    /// What is asked with: the admin's key, where it told one.
    pub(crate) key: String,
}

impl Served {
    /// Starts a command that serves in the end, and waits until it does.
    pub(crate) fn start(command: &mut Command) -> Served {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut told = Vec::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        while let Some(line) = stdout.next() {
            let line = line.unwrap();
            if let Some(url) = line.strip_prefix("GraphQL: ") {
                return Served {
                    child,
                    _stdout: stdout,
                    url: url.to_owned(),
                    key: shown_key(&told, "admin").unwrap_or_default(),
                    told,
                };
            }
            told.push(line);
        }
        panic!("ended without serving: {:?} {told:?}", child.wait());
    }

    /// The data of an answer without errors.
    pub(crate) fn ask(&self, query: &str) -> Value {
        let client = reqwest::Client::new();
        let request = client
            .post(&self.url)
            .bearer_auth(&self.key)
            .json(&serde_json::json!({ "query": query }));
        let answer: Value = wait(async { request.send().await.unwrap().json().await.unwrap() });
        assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
        answer["data"].clone()
    }

    /// Asks it to stop, as a service manager does.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // The runtime's clock is there once it runs.
        wait(async { tokio::time::timeout(Duration::from_secs(30), ended).await })
            .unwrap_or_else(|_| panic!("it does not stop"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The key of a role among what a demo told.
pub(crate) fn shown_key(told: &[String], role: &str) -> Option<String> {
    let mut words = told.iter().map(|line| line.split_whitespace());
    words.find_map(|mut words| {
        let key = (words.next() == Some(role))
            .then(|| words.next())
            .flatten()?;
        key.starts_with("pbk_").then(|| key.to_owned())
    })
}
