//! `/`.

use super::between;
use crate::harness::Server;

#[tokio::test]
async fn home_names_the_newest_snapshot_and_links_every_scorecard() {
    let server = Server::start().await;
    let page = server.page("/").await;
    page.says(
        200,
        &[
            "21 November 2026",
            "22 November 2025",
            "href=\"/graphql?query=",
            "26 by name.",
        ],
    );
    let links = between(&page.html, "<a href=\"/scorecard/", "\"");
    assert_eq!(links.len(), server.program.partners.len());
    for link in links {
        server
            .page(&format!("/scorecard/{link}"))
            .await
            .says(200, &["<h1>"]);
    }
    let names = between(&page.html, "</td></tr>\n<tr><td><a", "</a>");
    let names: Vec<&str> = names
        .iter()
        .map(|name| name.split('>').nth(1).unwrap())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[tokio::test]
async fn a_search_finds_parts_of_names_and_ids() {
    let server = Server::start().await;
    for (search, found) in [
        ("adatum", 9),
        ("A-1", 3),
        ("%E6%97%A5", 1),
        ("no+such+partner", 0),
    ] {
        let page = server.page(&format!("/?search={search}")).await;
        let links = between(&page.html, "<a href=\"/scorecard/", "\"");
        assert_eq!(links.len(), found, "{search}");
    }
    server
        .page("/?search=no+such+partner")
        .await
        .says(200, &["contains “no such partner”"]);
    let long = "x".repeat(5_000);
    server
        .page(&format!("/?search={long}"))
        .await
        .says(200, &["No partner’s name"]);
}

#[tokio::test]
async fn a_long_list_is_cut_and_says_so() {
    let server = Server::start().await;
    let rows: Vec<String> = (100..200)
        .map(|at| format!("({at}, 'p{at}', 'Partner {at}', 'FR')"))
        .collect();
    let insert = "INSERT INTO partner (id, partner_id, name, country) VALUES";
    server
        .change(&format!("{insert} {}", rows.join(", ")))
        .await;
    let page = server.page("/").await;
    page.says(200, &["The first 50 of 126 by name"]);
    assert_eq!(page.html.matches("<a href=\"/scorecard/").count(), 50);
}
