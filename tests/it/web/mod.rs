//! The pages, as a program reads them; `tests/web` opens them in a browser.

mod asset;
mod escaping;
mod failure;
mod home;
mod scorecard;
mod statements;
mod viewer;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::harness::Server;

/// An answered page.
struct Page {
    status: StatusCode,
    headers: HeaderMap,
    html: String,
}

impl Server {
    /// The page at a path, redirects not followed.
    async fn page(&self, path: &str) -> Page {
        page(&self.address, Some(&self.key), path).await
    }

    /// Changes what the database holds.
    async fn change(&self, sql: &str) {
        use sea_orm::ConnectionTrait;
        let transaction = self.db.begin().await.unwrap();
        transaction.execute_unprepared(sql).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

async fn page(address: &str, key: Option<&str>, path: &str) -> Page {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut request = client.get(format!("{address}{path}"));
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    let answer = request.send().await.unwrap();
    Page {
        status: answer.status(),
        headers: answer.headers().clone(),
        html: answer.text().await.unwrap(),
    }
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Checks the status, and that the text says all of this.
    fn says(&self, status: u16, parts: &[&str]) {
        assert_eq!(self.status.as_u16(), status, "{}", self.html);
        for part in parts {
            assert!(self.html.contains(part), "no {part:?} in {}", self.html);
        }
    }
}

/// What stands between two marks, for each time they occur.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    let parts = text.split(from).skip(1);
    parts.map(|part| part.split(to).next().unwrap()).collect()
}
