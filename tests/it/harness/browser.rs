//! A browser, as far as cookies and forms go.

use reqwest::header::{HeaderMap, SET_COOKIE};
use reqwest::{Client, RequestBuilder, StatusCode};

use super::Server;

/// A browser: it keeps cookies and follows nothing by itself.
pub(crate) struct Browser<'a> {
    server: &'a Server,
    client: Client,
    cookies: Vec<(String, String)>,
}

/// What a browser is shown.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(server: &'a Server) -> Browser<'a> {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none());
        Browser {
            server,
            client: client.build().unwrap(),
            cookies: Vec::new(),
        }
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn plant(&mut self, name: &str, value: &str) {
        self.cookies.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.client.get(format!("{}{path}", self.server.address));
        self.send(request).await
    }

    pub(crate) async fn post(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self
            .client
            .post(format!("{}{path}", self.server.address))
            .form(fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    async fn send(&mut self, mut request: RequestBuilder) -> Answer {
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", pairs.join("; "));
        }
        let answer = request.send().await.unwrap();
        for set in answer.headers().get_all(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.plant(name, value);
        }
        Answer {
            status: answer.status(),
            headers: answer.headers().clone(),
            html: answer.text().await.unwrap(),
        }
    }

    /// Opens the form and sends it.
    pub(crate) async fn sign_in(&mut self, key: &str, next: &str) -> Answer {
        let form = self.get("/sign-in").await.form();
        self.post(
            "/sign-in",
            &[("form", &form), ("key", key), ("next", next)],
            &[],
        )
        .await
    }
}

impl Answer {
    /// The text that binds the form to the browser.
    pub(crate) fn form(&self) -> String {
        let rest = self.html.split("name=\"form\" value=\"").nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}
