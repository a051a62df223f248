//! The program while it serves: what it printed until then, and how it ends when it is asked to.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Ended with the test, whatever becomes of it.
pub(crate) struct Served {
    child: Child,
    /// `http://127.0.0.1:…/graphql`
    pub(crate) url: String,
    /// The lines before the address.
    pub(crate) told: Vec<String>,
}

impl Served {
    /// Starts a command that serves in the end, and waits until it does.
    pub(crate) fn start(command: &mut Command) -> Served {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut told = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(url) = line.strip_prefix("GraphQL: ") {
                return Served {
                    child,
                    url: url.to_owned(),
                    told,
                };
            }
            told.push(line);
        }
        panic!("ended without serving: {:?} {told:?}", child.wait());
    }

    /// The data of an answer without errors.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        let client = reqwest::Client::new();
        let request = client
            .post(&self.url)
            .json(&serde_json::json!({ "query": query }));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
        answer["data"].clone()
    }

    /// Asks it to stop, as a service manager does.
    #[expect(
        clippy::disallowed_methods,
        reason = "no runtime waits for this thread"
    )]
    pub(crate) fn stop(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                asked.elapsed() < Duration::from_secs(30),
                "it does not stop"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
