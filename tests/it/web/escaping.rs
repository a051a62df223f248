//! Names and ids that would be markup, or parts of an address, if they were not written with care.

use entity::partner;
use sea_orm::{EntityTrait, IntoActiveModel};

use super::between;
use crate::harness::Server;

const PARTNERS: [(&str, &str); 5] = [
    ("<script>", "<script>alert(1)</script>"),
    ("Ünï & Co", "Ünï & Co"),
    ("a/b?c#d%e+f g", "Slash / Question ? Hash #"),
    ("\"><img src=x>", "\"' onload=x \""),
    ("zz{{ 7*7 }}", "{{ partner }} {% if %}"),
];

async fn start() -> Server {
    let server = Server::start().await;
    let transaction = server.db.begin().await.unwrap();
    for (at, (id, name)) in PARTNERS.into_iter().enumerate() {
        let row = partner::Model {
            id: 1_000 + at as i32,
            partner_id: id.to_owned(),
            name: name.to_owned(),
            country: "FR".to_owned(),
            partner_type: None,
            tier: Some("<b>".to_owned()),
            group_id: None,
        };
        partner::Entity::insert(row.into_active_model())
            .exec_without_returning(&transaction)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
    server
}

/// As the pages write a text.
fn escaped(text: &str) -> String {
    let mut html = String::new();
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&#38;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            '"' => html.push_str("&#34;"),
            '\'' => html.push_str("&#39;"),
            letter => html.push(letter),
        }
    }
    html
}

#[tokio::test]
async fn a_partner_is_found_by_its_link_whatever_its_id_and_name() {
    let server = start().await;
    let home = server.page("/?search=").await;
    let links = between(&home.html, "<a href=\"/scorecard/", "</a>");
    for (id, name) in PARTNERS {
        let name = escaped(name);
        let link = links
            .iter()
            .find(|link| link.ends_with(&format!(">{name}")));
        let link = link.unwrap_or_else(|| panic!("no link to {id}: {}", home.html));
        let href = link.split('"').next().unwrap();
        let page = server.page(&format!("/scorecard/{href}")).await;
        page.says(200, &[&format!("<h1>{name}</h1>"), "No scorecard here"]);
        // The form leads back to the same page.
        page.says(200, &[&format!("action=\"/scorecard/{href}\"")]);
        let scripts = page.html.matches("<script").count() + page.html.matches("<img").count();
        assert_eq!(scripts, 0, "{}", page.html);
    }
}

#[tokio::test]
async fn what_was_asked_for_is_repeated_as_text() {
    let server = start().await;
    let search = server.page("/?search=%3Cscript%3E%22").await;
    search.says(200, &["contains “&#60;script&#62;&#34;”"]);
    assert!(!search.html.contains("<script"));
    for path in [
        "/scorecard/%3Cscript%3Ex",
        "/scorecard/B?product=%3Cscript%3E",
        "/scorecard/B?location=%3Cscript%3E",
        "/scorecard/B?asOf=%3Cscript%3E",
    ] {
        let page = server.page(path).await;
        assert!(page.status.is_client_error(), "{path}");
        assert!(page.html.contains("&#60;script&#62;"), "{}", page.html);
        assert!(!page.html.contains("<script"), "{}", page.html);
    }
}

#[tokio::test]
async fn a_search_takes_its_letters_as_they_are() {
    let server = start().await;
    for (search, names) in [
        ("%C3%9Cn%C3%AF%20%26", 1),
        ("ünï", 0),
        ("?%20HASH", 1),
        // In SQL these stand for any letters.
        ("%25_", 26),
        ("_1%25", 0),
        ("zz%7B%7B", 1),
    ] {
        let page = server.page(&format!("/?search={search}")).await;
        let links = between(&page.html, "<a href=\"/scorecard/", "\"");
        assert_eq!(links.len(), names, "{search}: {links:?}");
    }
}
