//! GraphiQL comes whole from the server, and asks nobody else.

use reqwest::StatusCode;

use crate::harness::Server;

#[tokio::test]
async fn every_part_of_the_page_is_served() {
    let server = Server::start().await;
    let get = |path: &str, encoding: &'static str| {
        let request = reqwest::Client::new().get(format!("{}{path}", server.address));
        request.header("accept-encoding", encoding).send()
    };
    let page = get("/graphiql", "identity").await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"));
    let page = page.text().await.unwrap();
    assert!(!page.contains("//"), "it names another server: {page}");
    let parts: Vec<&str> = page
        .split('"')
        .filter(|text| text.starts_with("/graphiql/"))
        .collect();
    assert_eq!(parts.len(), 5);
    for part in parts {
        let plain = get(part, "identity").await.unwrap();
        assert_eq!(plain.status(), StatusCode::OK, "{part}");
        assert!(!plain.headers().contains_key("content-encoding"));
        let plain = plain.bytes().await.unwrap();
        assert!(
            std::str::from_utf8(&plain).is_ok_and(|text| !text.contains('\0')),
            "{part}"
        );
        let packed = get(part, "gzip, br").await.unwrap();
        if packed.headers().contains_key("content-encoding") {
            assert!(
                packed.bytes().await.unwrap().len() < plain.len() / 2,
                "{part}"
            );
        }
    }
    let missing = get("/graphiql/nothing.js", "identity").await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}
