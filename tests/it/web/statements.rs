//! How many SQL statements a page takes: a constant number, and all figures from one snapshot.

use crate::harness::Server;

async fn statements(server: &Server, path: &str) -> usize {
    server.take_reads();
    server.page(path).await.says(200, &["<h1>"]);
    server.statements().len()
}

#[tokio::test]
async fn a_page_takes_the_same_statements_whatever_it_shows() {
    let server = Server::start().await;
    for (path, expected) in [
        ("/scorecard/A-1", 11),
        ("/scorecard/k?product=cloud&workload=analytics", 11),
        ("/scorecard/k?product=cloud&location=FR&asOf=2026-11-20", 11),
        // No scorecard there.
        ("/scorecard/k?product=office&location=JP", 11),
        ("/", 3),
        ("/?search=a", 3),
    ] {
        let found = statements(&server, path).await;
        assert!(
            found <= expected,
            "{path}: {found} {:#?}",
            server.statements()
        );
    }
}

#[tokio::test]
async fn the_snapshot_is_settled_once() {
    let server = Server::start().await;
    statements(&server, "/scorecard/A-1").await;
    let all = server.statements();
    let of_snapshots = all.iter().filter(|sql| sql.contains("FROM \"snapshot\""));
    // One settles it, the other lists the dates that can be picked.
    assert_eq!(of_snapshots.count(), 2, "{all:#?}");
}
