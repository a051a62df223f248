//! Asks a server as somebody, and keeps every byte of the answer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::viewers::Viewer;

pub(super) struct Asking {
    address: String,
    client: Client,
    /// Each request comes from an address of its own, so that nobody is locked out for what others ask.
    asked: AtomicU32,
}

/// Every byte of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Asking {
    pub(super) fn new(address: String) -> Asking {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(5));
        Asking {
            address,
            client: client.build().unwrap(),
            asked: AtomicU32::new(0),
        }
    }

    pub(super) async fn graphql(&self, viewer: &Viewer, document: &str) -> Answer {
        let body = json!({ "query": document }).to_string();
        let headers = [("content-type", "application/json")];
        self.ask(viewer, Method::POST, "/graphql", &headers, body)
            .await
    }

    pub(super) async fn ask(
        &self,
        viewer: &Viewer,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let request = self.request(viewer, method, path, headers).body(body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        });
        Answer {
            status,
            headers: headers.collect(),
            body: answer.bytes().await.unwrap().to_vec(),
        }
    }

    /// What is told over server-sent events until `end` comes, and a little longer.
    pub(super) async fn listen(
        &self,
        viewer: &Viewer,
        document: &str,
        end: impl Future<Output = ()>,
    ) -> Vec<u8> {
        let headers = [
            ("content-type", "application/json"),
            ("accept", "text/event-stream"),
        ];
        let request = self.request(viewer, Method::POST, "/graphql", &headers);
        let body = json!({ "query": document }).to_string();
        let answer = request.body(body).send().await.unwrap();
        let mut told = Vec::new();
        let mut stream = answer.bytes_stream();
        let reading = async {
            while let Some(Ok(piece)) = stream.next().await {
                told.extend_from_slice(&piece);
            }
        };
        let end = async {
            end.await;
            tokio::time::sleep(Duration::from_secs(3)).await;
        };
        tokio::select! {
            () = reading => {}
            () = end => {}
        }
        told
    }

    fn request(
        &self,
        viewer: &Viewer,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> reqwest::RequestBuilder {
        let number = self.asked.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let from = format!("10.{}.{}.{}", number[1], number[2], number[3]);
        let url = format!("{}{path}", self.address);
        let mut request = self
            .client
            .request(method, url)
            .header("x-forwarded-for", from);
        for (name, value) in headers.iter().copied() {
            request = request.header(name, value);
        }
        if let Some((name, value)) = &viewer.shows {
            request = request.header(*name, value);
        }
        request
    }
}

impl Answer {
    /// All of it, with its headers, as it is searched.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {:?}\n", self.status, self.headers).into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The codes of its errors.
    pub(super) fn codes(&self) -> Vec<String> {
        let errors = self.json()["errors"].take();
        let errors = errors.as_array().cloned().unwrap_or_default();
        let code = |error: &Value| error["extensions"]["code"].as_str().map(str::to_owned);
        errors.iter().filter_map(code).collect()
    }

    /// Without what differs from moment to moment, and with another word in place of what was asked for.
    pub(super) fn without(mut self, words: &[String]) -> Answer {
        for name in ["date", "content-length", "etag"] {
            self.headers.remove(name);
        }
        // Where in a document something stands moves with the length of the names before it.
        if let Ok(mut json) = serde_json::from_slice::<Value>(&self.body)
            && let Some(errors) = json["errors"].as_array_mut()
        {
            for error in errors {
                error["locations"].take();
            }
            self.body = json.to_string().into_bytes();
        }
        let mut text = String::from_utf8_lossy(&self.body).into_owned();
        for word in words {
            text = text.replace(word, "…");
        }
        self.body = text.into_bytes();
        self
    }
}
