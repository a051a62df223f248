//! `/assets/…`, and what a page may load.

use super::{Page, between};
use crate::harness::Server;

async fn assets(server: &Server) -> Vec<(String, Page)> {
    let home = server.page("/").await;
    let mut assets = Vec::new();
    for path in between(&home.html, "href=\"/assets/", "\"") {
        let path = format!("/assets/{path}");
        let asset = server.page(&path).await;
        assets.push((path, asset));
    }
    assets
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_names_of_their_content() {
    let server = Server::start().await;
    let assets = assets(&server).await;
    let types: Vec<&str> = assets
        .iter()
        .map(|(_, asset)| asset.header("content-type"))
        .collect();
    assert_eq!(types, ["image/svg+xml", "text/css"]);
    for (path, asset) in assets {
        assert_eq!(asset.status, 200, "{path}");
        assert_eq!(
            asset.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(asset.header("x-content-type-options"), "nosniff");
        let hash = path.split('.').nth(1).unwrap();
        assert_eq!(hash.len(), 16, "{path}");
        let other = server.page(&path.replace(hash, "0123456789abcdef")).await;
        assert_eq!(other.status, 404);
    }
}

#[tokio::test]
async fn pages_load_only_their_own_style_and_icon_and_nobody_keeps_them() {
    let server = Server::start().await;
    for path in ["/", "/scorecard/B", "/scorecard/nobody", "/nowhere"] {
        let page = server.page(path).await;
        assert_eq!(
            page.header("content-security-policy"),
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
            "{path}"
        );
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        for mark in ["<script", "style=", "src=", "//"] {
            assert!(
                !page.html.contains(mark),
                "{path} has {mark}: {}",
                page.html
            );
        }
    }
}
