//! Asking a server over GraphQL.

use serde_json::{Value, json};

use super::Server;

/// What GraphQL answered.
#[derive(Debug)]
pub(crate) struct Answer(pub(crate) Value);

impl Server {
    /// Asks without variables.
    pub(crate) async fn ask(&self, query: &str) -> Answer {
        self.ask_with(query, json!({})).await
    }

    pub(crate) async fn ask_with(&self, query: &str, variables: Value) -> Answer {
        self.ask_as(&self.key, query, variables).await
    }

    /// Asks with another key.
    pub(crate) async fn ask_as(&self, key: &str, query: &str, variables: Value) -> Answer {
        let client = reqwest::Client::new();
        let request = client
            .post(format!("{}/graphql", self.address))
            .bearer_auth(key)
            .json(&json!({ "query": query, "variables": variables }));
        Answer(request.send().await.unwrap().json().await.unwrap())
    }
}

impl Answer {
    /// The data of an answer without errors.
    pub(crate) fn data(self) -> Value {
        assert!(self.0.get("errors").is_none(), "{:#}", self.0);
        self.0["data"].clone()
    }

    /// The code, path and message of the one error.
    pub(crate) fn error(&self) -> (String, String, String) {
        let errors = self.0["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("no errors: {:#}", self.0));
        assert_eq!(errors.len(), 1, "{:#}", self.0);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let path = errors[0]["path"].as_array().cloned().unwrap_or_default();
        let path: Vec<String> = path
            .iter()
            .map(|part| {
                part.as_str()
                    .map_or_else(|| part.to_string(), str::to_owned)
            })
            .collect();
        (
            text(&errors[0]["extensions"]["code"]),
            path.join("."),
            text(&errors[0]["message"]),
        )
    }

    /// Checks that there is one error, of this code, whose message says this.
    pub(crate) fn fails(&self, code: &str, says: &str) {
        let (found, _, message) = self.error();
        assert_eq!(found, code, "{message}");
        assert!(message.contains(says), "{message}");
    }
}
