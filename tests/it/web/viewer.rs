//! What the pages show to each role.

use peerband::store::api_key::Role;

use super::{Page, page};
use crate::harness::{Server, keys};

/// The page at a path as the holder of a key of a role sees it.
async fn seen(server: &Server, role: Role, partner_ids: &[&str], path: &str) -> Page {
    let key = keys::key(&server.db, role, partner_ids).await;
    page(&server.address, Some(&key), path).await
}

#[tokio::test]
async fn a_partner_reads_its_own_scorecards_and_no_other() {
    let server = Server::start().await;
    for path in ["/scorecard/k", "/scorecard/B"] {
        let own = seen(&server, Role::Partner, &["k", "B"], path).await;
        own.says(200, &["<h1>"]);
        let staff = seen(&server, Role::Analyst, &[], path).await;
        assert_eq!(own.html, staff.html, "staff sees what the partner sees");
    }
    let other = seen(&server, Role::Partner, &["k", "B"], "/scorecard/l").await;
    assert_eq!(other.status, 404);
    let nobody = seen(&server, Role::Partner, &["k", "B"], "/scorecard/nobody").await;
    assert_eq!(
        other.html.replace("“l”", "“nobody”"),
        nobody.html,
        "what is hidden looks as if it did not exist"
    );
}

#[tokio::test]
async fn the_list_holds_whose_scorecards_can_be_read() {
    let server = Server::start().await;
    for (role, partner_ids, links) in [
        (Role::Admin, &[][..], 26),
        (Role::Analyst, &[], 26),
        (Role::Operator, &[], 0),
        (Role::Integrator, &[], 0),
        (Role::Partner, &["k"], 1),
        (Role::Partner, &["k", "B", "日本"], 3),
    ] {
        let page = seen(&server, role, partner_ids, "/?search=").await;
        page.says(200, &["<h1>"]);
        let found = page.html.matches("<a href=\"/scorecard/").count();
        assert_eq!(found, links, "{role:?}");
        let searched = seen(&server, role, partner_ids, "/?search=A-1").await;
        let found = searched.html.matches("<a href=\"/scorecard/").count();
        assert_eq!(found, if links == 26 { 3 } else { 0 }, "{role:?}");
        let tells_size = page.html.contains("Scorecards</dt>");
        assert_eq!(
            tells_size,
            links == 26 || role == Role::Operator,
            "{role:?}"
        );
    }
}

#[tokio::test]
async fn without_figures_no_scorecard_is_there() {
    let server = Server::start().await;
    for role in [Role::Operator, Role::Integrator] {
        seen(&server, role, &[], "/scorecard/k")
            .await
            .says(404, &["There is no partner “k”."]);
    }
}

#[tokio::test]
async fn without_a_key_there_is_no_page() {
    let server = Server::start().await;
    for key in [None, Some("pbk_nonsense")] {
        for path in ["/", "/?search=a", "/scorecard/k", "/scorecard/nobody"] {
            let page = page(&server.address, key, path).await;
            page.says(401, &["Please sign in"]);
            assert!(!page.html.contains("Adatum"));
        }
    }
}
