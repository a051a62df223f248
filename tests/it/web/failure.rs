//! Addresses that lead nowhere, and a server that cannot answer.

use crate::harness::Server;

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let server = Server::start().await;
    for (path, says) in [
        ("/scorecard/nobody", "There is no partner “nobody”."),
        (
            "/scorecard/b?product=nothing",
            "There is no product “nothing”.",
        ),
        // A workload is no product.
        ("/scorecard/b?product=mail", "There is no product “mail”."),
        (
            "/scorecard/b?workload=cloud",
            "There is no workload “cloud”.",
        ),
        ("/scorecard/b?location=XX", "There is no location “XX”."),
        (
            "/scorecard/b?asOf=2020-01-01",
            "No snapshot is published for 2020-01-01.",
        ),
        // Still being built.
        (
            "/scorecard/b?asOf=2026-11-22",
            "No snapshot is published for 2026-11-22.",
        ),
        ("/scorecard/", "Nothing is served at this address."),
        ("/scorecard/b/", "Nothing is served at this address."),
        ("/scorecard/%ff", "Nothing is served at this address."),
        ("/favicon.ico", "Nothing is served at this address."),
    ] {
        server.page(path).await.says(404, &[says, "All partners"]);
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_a_way_on() {
    let server = Server::start().await;
    for day in ["yesterday", "2026-02-30", "20261121"] {
        let page = server.page(&format!("/scorecard/b?asOf={day}")).await;
        page.says(400, &["is no date of the form YYYY-MM-DD"]);
    }
    let twice = server
        .page("/scorecard/b?product=cloud&product=office")
        .await;
    twice.says(400, &["product"]);

    let mismatch = server
        .page("/scorecard/b?product=office&workload=storage&location=FR&asOf=2026-11-21")
        .await;
    mismatch.says(400, &["Storage is no workload of Office"]);
    for way in [
        "?product=office&#38;location=FR",
        "?workload=storage&#38;location=FR",
    ] {
        let href = format!("href=\"{way}&#38;asOf=2026-11-21\"");
        mismatch.says(400, &[&href]);
        let path = format!("/scorecard/b{}", way.replace("&#38;", "&"));
        server.page(&path).await.says(200, &["France"]);
    }
}

#[tokio::test]
async fn before_the_first_snapshot_pages_tell_how_to_make_one() {
    let server = Server::start().await;
    server
        .change("UPDATE snapshot SET state = 'building'")
        .await;
    let commands = [
        "No snapshot yet",
        "peerband ingest --dir",
        "peerband recompute --as-of",
    ];
    server.page("/").await.says(200, &commands);
    server.page("/scorecard/B").await.says(404, &commands);
}

#[tokio::test]
async fn an_internal_failure_keeps_its_cause_to_itself() {
    let server = Server::start().await;
    server
        .change("UPDATE snapshot SET settings = 'a secret of the server'")
        .await;
    for path in ["/", "/scorecard/B"] {
        let page = server.page(path).await;
        page.says(500, &["Something went wrong", "its log says why"]);
        assert!(!page.html.contains("secret"));
    }
}

#[tokio::test]
async fn only_reading_is_answered() {
    let server = Server::start().await;
    let client = reqwest::Client::new();
    for path in ["/", "/scorecard/B"] {
        let post = client
            .post(format!("{}{path}", server.address))
            .bearer_auth(&server.key)
            .send()
            .await
            .unwrap();
        assert_eq!(post.status(), 405);
        let head = client
            .head(format!("{}{path}", server.address))
            .bearer_auth(&server.key)
            .send()
            .await
            .unwrap();
        assert_eq!(head.status(), 200);
        assert!(head.text().await.unwrap().is_empty());
    }
}
